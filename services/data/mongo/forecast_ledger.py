"""The ledger in MongoDB: one append-only collection for all symbols."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from pymongo.errors import BulkWriteError, OperationFailure

from services.data.mongo.collection_reader import ALL_IN_ONE_BATCH
from services.data.mongo.connection import UNAUTHORIZED, Connection
from services.data.mongo.ledger_documents import build_key_filter, from_document, to_document
from services.data.mongo.transactions import JOURNALED
from services.data.records import IssuedEntry
from shared.schemas.ledger import Kept, LedgerEntry

LEDGER = "bellwether_ledger"  # lower case: never a symbol
DUPLICATE_KEY = 11000


class MongoForecastLedger:
    """A ForecastLedger on one database.

    Args:
        connection: The connection to the database with the bars.
        timeout_seconds: The timeout of a read, shortened by the deadline of its request.
        write_timeout_seconds: The same for a write.
    """

    def __init__(self, connection: Connection, timeout_seconds: float, write_timeout_seconds: float) -> None:
        self._connection = connection
        self._timeout_seconds = timeout_seconds
        self._write_timeout_seconds = write_timeout_seconds

    async def add(self, entries: Sequence[LedgerEntry], given_at: datetime) -> Kept:
        """Insert the entries whose keys are new, journaled by a majority."""
        documents = [to_document(entry, given_at) for entry in entries]
        n_duplicates = await self._connection.run(self._write_timeout_seconds, partial(self._insert, documents))
        return Kept(kept=len(entries) - n_duplicates, known=n_duplicates)

    async def entries(self, symbol: str) -> list[IssuedEntry]:
        """Return the entries; none if the user may only read bars."""
        return await self._connection.run(self._timeout_seconds, partial(self._find, symbol))

    def _insert(self, documents: list[dict[str, Any]]) -> int:
        """Return how many of the documents are in the ledger already. Blocks."""
        ledger = self._connection.database.get_collection(LEDGER, write_concern=JOURNALED)
        try:
            ledger.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            return _count_duplicates(error)
        return 0

    def _find(self, symbol: str) -> list[IssuedEntry]:
        ledger = self._connection.database[LEDGER]
        try:
            documents = ledger.find({"_id": build_key_filter(symbol)}, batch_size=ALL_IN_ONE_BATCH).to_list()
        except OperationFailure as error:
            if error.code != UNAUTHORIZED:
                raise
            return []
        return [entry for entry in map(from_document, documents) if entry is not None]


def _count_duplicates(error: BulkWriteError) -> int:
    """Count the duplicate keys; raise the error if it has another cause."""
    details = error.details or {}
    codes = [failure["code"] for failure in details.get("writeErrors", ())]
    if details.get("writeConcernErrors") or set(codes) != {DUPLICATE_KEY}:
        raise error
    return len(codes)
