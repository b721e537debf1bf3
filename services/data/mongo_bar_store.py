"""Bars in MongoDB, one collection per symbol. The only module that imports the driver.

Reads write nothing, so a database that another tool filled is served as it is, by a user who may only read.
"""

import asyncio
import math
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pymongo
import structlog
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorClientSession, AsyncIOMotorDatabase
from pymongo.errors import ConfigurationError, OperationFailure, PyMongoError
from pymongo.write_concern import WriteConcern

from services.data.bar_documents import DATE, FIELDS, documents_of, frame_of
from shared import deadline
from shared.arrow import BarFrame
from shared.bars import is_symbol
from shared.errors import NoBars, StoreUnavailable, SymbolNotFound

NAME = "The data service's store (MongoDB)"
REFUSALS = {13, 18}  # MongoDB's Unauthorized and AuthenticationFailed
NOT_A_REPLICA_SET = 123
PING_SECONDS = 1.5
_PROJECTION = {"_id": False, DATE: True} | dict.fromkeys(FIELDS.values(), True)
log = structlog.get_logger()


class MongoBarStore:
    """A BarStore on one database.

    Args:
        database: The database that has one collection per symbol.
        timeout_seconds: The longest that one call may take, less when its request has less left.
    """

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]], timeout_seconds: float) -> None:
        self._database = database
        self._timeout_seconds = timeout_seconds
        self._has_snapshots = True

    async def symbols(self) -> list[str]:
        """Return every collection that is named as a symbol, ascending."""
        with self._bounded():
            names = await self._database.list_collection_names(authorizedCollections=True)
        return sorted(filter(is_symbol, names))

    async def bars(self, symbol: str) -> BarFrame:
        """Return the bars of `symbol`, whichever way its documents are written."""
        with self._bounded():
            documents = await self._documents(symbol)
            exists = bool(documents) or await self._exists(symbol)
        if not exists:
            raise SymbolNotFound(f"There is no symbol {symbol} here.")
        frame = await asyncio.to_thread(frame_of, symbol, documents)
        if frame.bars.empty:
            raise NoBars(f"{symbol} is known, but not one row of it has a date that can be read.")
        return frame

    async def replace(self, frame: BarFrame) -> None:
        """Put these bars in the place of all that the symbol had, in one transaction, journaled by a majority."""
        documents = await asyncio.to_thread(documents_of, frame)
        with self._bounded():
            is_new = not await self._exists(frame.symbol)

            async def write(session: AsyncIOMotorClientSession) -> None:
                collection = self._database[frame.symbol]
                if is_new:
                    await self._database.create_collection(frame.symbol, session=session)
                    await collection.create_index(DATE, unique=True, session=session)
                await collection.delete_many({}, session=session)
                await collection.insert_many(documents, session=session)

            async with await self._database.client.start_session() as session:
                await session.with_transaction(write, write_concern=WriteConcern("majority", j=True))
            if not is_new:
                await self._database[frame.symbol].create_index(DATE, unique=True)

    async def ping(self) -> None:
        """Return if MongoDB answers."""
        with self._bounded(at_most=PING_SECONDS):
            await self._database.command("ping")

    async def _documents(self, symbol: str) -> list[dict[str, Any]]:
        """Read from one snapshot: without, a read of several batches can see a load that happens between two."""
        collection = self._database[symbol]
        if self._has_snapshots:
            try:
                async with await self._database.client.start_session(snapshot=True) as session:
                    return await collection.find({}, _PROJECTION, session=session).to_list(None)
            except (ConfigurationError, OperationFailure) as error:
                if isinstance(error, OperationFailure) and error.code != NOT_A_REPLICA_SET:
                    raise
                self._has_snapshots = False  # nor has it transactions, so that none of our loads can happen
        return await collection.find({}, _PROJECTION).to_list(None)

    async def _exists(self, symbol: str) -> bool:
        return bool(await self._database.list_collection_names(filter={"name": symbol}, authorizedCollections=True))

    @contextmanager
    def _bounded(self, at_most: float = math.inf) -> Iterator[None]:
        """Bound the time of the calls inside, and raise what the driver raises as ours."""
        seconds = deadline.seconds_left(min(self._timeout_seconds, at_most))
        try:
            with pymongo.timeout(max(0.001, seconds)):
                yield
        except OperationFailure as error:
            log.warning("store_failed", error=type(error).__name__, code=error.code)
            if error.code in REFUSALS:
                raise StoreUnavailable(
                    f"{NAME} refuses the service: check user and rights in DATA_MONGO_URL."
                ) from error
            raise StoreUnavailable(f"{NAME} failed. Try again in a moment.") from error
        except PyMongoError as error:
            log.warning("store_failed", error=type(error).__name__)
            raise StoreUnavailable(f"{NAME} does not answer. Try again in a moment.") from error


@asynccontextmanager
async def open_mongo_bar_store(url: str, database: str, timeout_seconds: float) -> AsyncIterator[MongoBarStore]:
    """Open the connection pool; it connects on first use, so a MongoDB that is down does not keep the service down."""
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(
        url,
        appname="bellwether-data",
        connectTimeoutMS=1000,
        maxPoolSize=32,
    )
    try:
        yield MongoBarStore(client[database], timeout_seconds)
    finally:
        client.close()
