"""Opens what the data service needs from outside and closes it in reverse."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.data.mongo_bar_store import open_mongo_bar_store
from services.data.ports import Resources
from services.data.redis_bar_cache import open_redis_bar_cache
from services.data.settings import DataSettings


@asynccontextmanager
async def open_resources(settings: DataSettings) -> AsyncIterator[Resources]:
    """Open the connection pools to MongoDB and to Redis or Valkey."""
    cache = open_redis_bar_cache(
        settings.redis_url.get_secret_value(),
        seconds=settings.cache_seconds,
        timeout_seconds=settings.cache_timeout_seconds,
    )
    store = open_mongo_bar_store(
        settings.mongo_url.get_secret_value(), settings.mongo_database, settings.store_timeout_seconds
    )
    async with store as opened_store, cache as opened_cache:
        yield Resources(store=opened_store, cache=opened_cache)
