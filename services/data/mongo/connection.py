"""MongoDB connection, call timeouts, and translation of driver errors."""

import math
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pymongo
import structlog
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorDatabase
from pymongo.errors import OperationFailure, PyMongoError

from services.data.mongo.monitoring import CommandDurations, MongoSpans
from services.data.mongo.pool import MemberNotReady, build_pool_factory
from services.data.ports import ObserveDuration
from shared import deadline
from shared.errors import StoreUnavailable

STORE_NAME = "The data service's store (MongoDB)"
UNAUTHORIZED = 13
AUTH_CODES = {UNAUTHORIZED, 18}  # 18 is AuthenticationFailed
Database = AsyncIOMotorDatabase[dict[str, Any]]
log = structlog.get_logger()


@contextmanager
def bounded(timeout_seconds: float, at_most: float = math.inf) -> Iterator[None]:
    """Limit the time of the enclosed calls, also by the request's deadline, and translate the driver's errors.

    Raises:
        StoreUnavailable: MongoDB did not answer in time, failed, or refuses access.
    """
    seconds = deadline.seconds_left(min(timeout_seconds, at_most))
    try:
        with pymongo.timeout(max(0.001, seconds)):
            yield
    except OperationFailure as error:
        log.warning("store_failed", error=type(error).__name__, code=error.code)
        if error.code in AUTH_CODES:
            raise StoreUnavailable(
                f"{STORE_NAME} refuses access. Check the user and its rights in DATA_MONGO_URL."
            ) from error
        raise StoreUnavailable(f"{STORE_NAME} failed. Try again in a moment.") from error
    except MemberNotReady as error:
        log.warning("store_failed", error=type(error).__name__)
        raise StoreUnavailable(f"{STORE_NAME} is neither primary nor secondary yet. Try again in a moment.") from error
    except PyMongoError as error:
        log.warning("store_failed", error=type(error).__name__)
        raise StoreUnavailable(f"{STORE_NAME} does not answer. Try again in a moment.") from error


@asynccontextmanager
async def open_mongo(
    url: str, database: str, observe: ObserveDuration | None = None, on_replaced: Callable[[], None] = lambda: None
) -> AsyncIterator[Database]:
    """Open the connection pool. It connects on first use, so the service starts without MongoDB.

    Args:
        url: The address of MongoDB.
        database: The database that has one collection per symbol.
        observe: Called for each command.
        on_replaced: Called for each connection that is replaced because its member was starting.
    """
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(
        url,
        appname="bellwether-data",
        connectTimeoutMS=1000,
        maxPoolSize=32,
        datetime_conversion="DATETIME_AUTO",  # a date after 9999 by another tool must not fail the rest
        unicode_decode_error_handler="replace",
        event_listeners=[MongoSpans(), *([CommandDurations(observe)] if observe else [])],
        _pool_class=build_pool_factory(on_replaced),
    )
    try:
        yield client[database]
    finally:
        client.close()
