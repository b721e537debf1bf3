"""Stores bars in MongoDB, one collection per symbol, and the catalogue.

Reads write nothing, so a database filled by another tool can be served with a read-only user.
`services.data.mongo.rewrite` writes loads.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from typing import Any, TypeVar

import structlog
from pymongo.client_session import ClientSession
from pymongo.errors import OperationFailure

from services.data.mongo.catalogue_documents import CATALOGUE, from_document
from services.data.mongo.collection_reader import has_snapshots, read_bars
from services.data.mongo.connection import UNAUTHORIZED, Connection
from services.data.mongo.rewrite import (
    OURS,
    rewrite_by_rename,
    rewrite_in_transaction,
)
from services.data.mongo.transactions import JOURNALED, has_transactions
from services.data.records import CatalogueEntry, StoredSymbol
from shared.background import finish
from shared.errors import NoBars, SymbolNotFound
from shared.schemas.arrow import BarColumns, BarFrame, encode_with_revision
from shared.schemas.bars import EncodedBars, is_symbol

T = TypeVar("T")
SNAPSHOT_UNAVAILABLE = 246
# With NamespaceNotFound and QueryPlanKilled: the collection was created, renamed or indexed during the read.
TRANSIENT_CODES = {26, 175, SNAPSHOT_UNAVAILABLE}
RETRY_SECONDS = 0.005
PING_SECONDS = 1.5
NO_TRANSACTIONS = (
    "MongoDB is not a replica set or is older than 5.0: loads are renamed into place. Load from one process at a time."
)
log = structlog.get_logger()


class MongoBarStore:
    """A BarStore on one database.

    Args:
        connection: The connection to the database that has one collection per symbol.
        timeout_seconds: The timeout of a call that reads, shortened by the deadline of its request.
        write_timeout_seconds: The same for a call that writes.
    """

    def __init__(self, connection: Connection, timeout_seconds: float, write_timeout_seconds: float) -> None:
        self._connection = connection
        self._database = connection.database
        self._timeout_seconds = timeout_seconds
        self._write_timeout_seconds = write_timeout_seconds
        self._has_transactions: bool | None = None  # and snapshots; None until first checked
        self._without_snapshots: set[str] = set()  # capped collections and others without snapshots
        self._locks: dict[str, asyncio.Lock] = {}

    async def symbols(self) -> list[str]:
        """Return every collection whose name is a symbol, ascending."""
        return sorted(filter(is_symbol, await self._collection_names()))

    async def unserved(self) -> list[str]:
        """Return every collection that is not a symbol, not ours and not MongoDB's own, ascending."""
        names = await self._collection_names()
        return sorted(name for name in names if not is_symbol(name) and not name.startswith(("system.", OURS)))

    async def _collection_names(self) -> list[str]:
        names = partial(self._database.list_collection_names, authorizedCollections=True)
        return await self._connection.run(self._timeout_seconds, names)

    async def bars(self, symbol: str) -> BarFrame:
        """Return the bars of `symbol`, whatever the format of its documents."""
        return await self._connection.run(self._timeout_seconds, lambda: self._read(symbol, BarColumns.frame))

    async def encoded_bars(self, symbol: str) -> EncodedBars:
        """Return the bars of `symbol` as an Arrow IPC stream."""
        return await self._connection.run(self._timeout_seconds, lambda: self._read(symbol, encode_with_revision))

    async def entry(self, symbol: str) -> CatalogueEntry | None:
        """Return the catalogue entry of `symbol`."""
        documents = await self._read_catalogue({"_id": symbol}, {})
        return from_document(documents[0]) if documents else None

    async def entries(self) -> list[CatalogueEntry]:
        """Return every entry, ascending by symbol, without findings."""
        documents = await self._read_catalogue({}, {"findings": False})
        return [entry for entry in map(from_document, documents) if entry is not None]

    async def finding_counts(self) -> dict[str, int]:
        """Return how many findings each symbol has; those without any are left out."""
        return await self._connection.run(self._timeout_seconds, self._count_findings)

    async def rewrite(self, symbol: str, decide: Callable[[StoredSymbol | None], tuple[StoredSymbol, T]]) -> T:
        """Replace the symbol's bars and entry, journaled by a majority.

        Uses one transaction or, without a replica set, a copy that is renamed into place: docs/decisions/0009. It
        continues if its caller is cancelled.
        """
        return await finish(self._write(symbol, lambda: self._rewrite(symbol, decide)))

    async def delete(self, symbol: str) -> None:
        """Remove the symbol; a crash in between leaves an entry without bars, which is never shown."""
        await finish(self._write(symbol, lambda: self._delete(symbol)))

    async def ping(self) -> None:
        """Check that MongoDB answers."""
        await self._connection.ping(PING_SECONDS)
        if self._has_transactions is None:  # logs once if they are not available
            await self._connection.run(self._timeout_seconds, self._supports_transactions)

    async def _write(self, symbol: str, write: Callable[[], T]) -> T:
        async with self._lock(symbol):
            return await self._connection.run(self._write_timeout_seconds, write)

    def _rewrite(self, symbol: str, decide: Callable[[StoredSymbol | None], tuple[StoredSymbol, T]]) -> T:
        """Blocks."""
        rewrite = rewrite_in_transaction if self._supports_transactions() else rewrite_by_rename
        return rewrite(self._database, symbol, decide)

    def _delete(self, symbol: str) -> None:
        """Blocks."""
        database = self._database.with_options(write_concern=JOURNALED)
        self._require_symbol(symbol)
        database.drop_collection(symbol)
        database[CATALOGUE].delete_one({"_id": symbol})

    def _lock(self, symbol: str) -> asyncio.Lock:
        return self._locks.setdefault(symbol, asyncio.Lock())

    async def _read_catalogue(self, condition: dict[str, Any], projection: dict[str, Any]) -> list[dict[str, Any]]:
        find = partial(self._find_in_catalogue, condition, projection)
        return await self._connection.run(self._timeout_seconds, find)

    def _find_in_catalogue(self, condition: dict[str, Any], projection: dict[str, Any]) -> list[dict[str, Any]]:
        """Blocks."""
        try:
            return self._database[CATALOGUE].find(condition, projection).sort("_id").to_list()
        except OperationFailure as error:
            if error.code != UNAUTHORIZED:
                raise
            return []

    def _count_findings(self) -> dict[str, int]:
        """Blocks."""
        has_any = {"$match": {"findings": {"$type": "array", "$ne": []}}}
        try:
            counted = self._database[CATALOGUE].aggregate([has_any, {"$project": {"n": {"$size": "$findings"}}}])
            return {document["_id"]: document["n"] for document in counted}
        except OperationFailure as error:
            if error.code != UNAUTHORIZED:
                raise
            return {}

    def _read(self, symbol: str, build: Callable[[BarColumns], T]) -> T:
        """Read in one thread, because each switch between threads takes time. Blocks."""
        result = self._read_with_retry(symbol, build)
        if result is None:
            self._require_symbol(symbol)
            result = self._read_with_retry(symbol, build)  # it may have been loaded between the two reads
        if result is None:
            raise NoBars(f"{symbol} is stored, but it has no documents.")
        return result

    def _read_with_retry(self, symbol: str, build: Callable[[BarColumns], T]) -> T | None:
        """Blocks."""
        is_transactional = self._supports_transactions()
        if symbol in self._without_snapshots and has_snapshots(self._database, symbol):  # it has been replaced
            self._without_snapshots.discard(symbol)
        while True:  # until the timeout raises
            try:
                return self._read_once(symbol, build, is_transactional and symbol not in self._without_snapshots)
            except OperationFailure as error:
                if error.code not in TRANSIENT_CODES:
                    raise
                if error.code == SNAPSHOT_UNAVAILABLE and not has_snapshots(self._database, symbol):
                    self._without_snapshots.add(symbol)
            time.sleep(RETRY_SECONDS)

    def _read_once(self, symbol: str, build: Callable[[BarColumns], T], is_transactional: bool) -> T | None:
        """Return the result of `build`; None if there are no bars. Blocks.

        Reads from one snapshot; without it, a read could see part of a load that commits meanwhile.
        """
        with self._snapshot() if is_transactional else nullcontext() as session:
            bars = read_bars(self._database, symbol, session)
        return build(bars) if len(bars.sessions) else None

    def _snapshot(self) -> ClientSession:
        return self._database.client.start_session(snapshot=True)

    def _supports_transactions(self) -> bool:
        if self._has_transactions is None:
            self._has_transactions = has_transactions(self._database)
            if not self._has_transactions:
                log.warning("store_has_no_transactions", detail=NO_TRANSACTIONS)
        return self._has_transactions

    def _require_symbol(self, symbol: str) -> None:
        if not self._database.list_collection_names(filter={"name": symbol}, authorizedCollections=True):
            raise SymbolNotFound(f"The store has no symbol {symbol}.")
