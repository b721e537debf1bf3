"""Opens the data service's resources and closes them in reverse order."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.data.metrics import DataMetrics
from services.data.mongo.bar_store import MongoBarStore
from services.data.mongo.change_feed import MongoChangeFeed
from services.data.mongo.connection import open_mongo
from services.data.mongo.followers import MongoFollowers
from services.data.mongo.forecast_ledger import MongoForecastLedger
from services.data.mongo.runs.store import MongoRunStore
from services.data.ports import Resources
from services.data.redis_bar_cache import open_redis_bar_cache
from services.data.settings import DataSettings


@asynccontextmanager
async def open_resources(settings: DataSettings, metrics: DataMetrics) -> AsyncIterator[Resources]:
    """Open the connection pools to MongoDB and to Redis or Valkey, and measure their commands."""
    cache = open_redis_bar_cache(
        settings.redis_url.get_secret_value(),
        seconds=settings.cache_seconds,
        stale_seconds=settings.stale_seconds,
        timeout_seconds=settings.cache_timeout_seconds,
        observe=metrics.observe_cache,
        on_breaker=metrics.observe_cache_breaker,
    )
    mongo = open_mongo(
        settings.mongo_url.get_secret_value(),
        settings.mongo_database,
        metrics.observe_mongo,
        metrics.count_replaced_connection,
        metrics.observe_store_breaker,
    )
    async with mongo as connection, cache as open_cache:
        yield Resources(
            store=MongoBarStore(connection, settings.store_timeout_seconds, settings.write_timeout_seconds),
            cache=open_cache,
            feed=MongoChangeFeed(connection, settings.cache_seconds),
            followers=MongoFollowers(connection, settings.store_timeout_seconds),
            ledger=MongoForecastLedger(connection, settings.store_timeout_seconds, settings.write_timeout_seconds),
            runs=MongoRunStore(connection, settings.store_timeout_seconds, settings.write_timeout_seconds),
        )
