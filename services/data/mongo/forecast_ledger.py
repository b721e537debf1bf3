"""The ledger in MongoDB: one append-only collection for all symbols."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pymongo.errors import BulkWriteError, OperationFailure

from services.data.mongo.connection import UNAUTHORIZED, Database, bounded
from services.data.mongo.ledger_documents import build_key_filter, from_document, to_document
from services.data.mongo.rewrite import ALL_IN_ONE_BATCH, JOURNALED
from services.data.records import IssuedEntry
from shared.schemas.ledger import Kept, LedgerEntry

LEDGER = "bellwether_ledger"  # lower case: never a symbol
DUPLICATE_KEY = 11000


class MongoForecastLedger:
    """A ForecastLedger on one database.

    Args:
        database: The database with the bars.
        timeout_seconds: The timeout of a read, shortened by the deadline of its request.
        write_timeout_seconds: The same for a write.
    """

    def __init__(self, database: Database, timeout_seconds: float, write_timeout_seconds: float) -> None:
        self._database = database
        self._timeout_seconds = timeout_seconds
        self._write_timeout_seconds = write_timeout_seconds

    async def add(self, entries: Sequence[LedgerEntry], given_at: datetime) -> Kept:
        """Insert the entries whose keys are new, journaled by a majority."""
        ledger = self._database.get_collection(LEDGER, write_concern=JOURNALED)
        n_duplicates = 0
        with bounded(self._write_timeout_seconds):
            try:
                await ledger.insert_many([to_document(entry, given_at) for entry in entries], ordered=False)
            except BulkWriteError as error:
                n_duplicates = _count_duplicates(error)
        return Kept(kept=len(entries) - n_duplicates, known=n_duplicates)

    async def entries(self, symbol: str) -> list[IssuedEntry]:
        """Return the entries; none if the user may only read bars."""
        cursor = self._database[LEDGER].find({"_id": build_key_filter(symbol)}, batch_size=ALL_IN_ONE_BATCH)
        with bounded(self._timeout_seconds):
            try:
                documents = await cursor.to_list(None)
            except OperationFailure as error:
                if error.code != UNAUTHORIZED:
                    raise
                return []
        return await asyncio.to_thread(_from_documents, documents)


def _from_documents(documents: list[dict[str, Any]]) -> list[IssuedEntry]:
    return [entry for entry in map(from_document, documents) if entry is not None]


def _count_duplicates(error: BulkWriteError) -> int:
    """Count the duplicate keys; raise the error if it has another cause."""
    details = error.details or {}
    codes = [failure["code"] for failure in details.get("writeErrors", ())]
    if details.get("writeConcernErrors") or set(codes) != {DUPLICATE_KEY}:
        raise error
    return len(codes)
