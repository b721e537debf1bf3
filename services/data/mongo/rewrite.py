"""Writes loads to MongoDB atomically: readers and crashes see either the old or the new bars.

These functions block. Each runs in one thread from its first call to its last, because a transaction whose caller is
cancelled between two calls could otherwise be left open.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import structlog
from bson import ObjectId
from pymongo import UpdateOne
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import PyMongoError

from services.data.mongo.bar_documents import DATE, NewDocuments
from services.data.mongo.catalogue_documents import CATALOGUE, complete_bars, from_document, to_document
from services.data.mongo.collection_reader import build_any, has_snapshots
from services.data.mongo.document_changes import Changes, compute_changes
from services.data.mongo.transactions import JOURNALED, run_in_transaction
from services.data.records import StoredSymbol
from shared.errors import InvalidRequest

OURS = "bellwether_"  # lower case: never a symbol
LOADING_PREFIX = "bellwether_loading_"  # a copy that has not been renamed into place, or never will be
LEFTOVER_AGE = timedelta(minutes=10)  # no rewrite takes this long, so an older copy belongs to a dead process
PART_DOCUMENTS = 5_000  # encoded or decoded at once: the driver does not let other threads run meanwhile
T = TypeVar("T")
Decide = Callable[[StoredSymbol | None], tuple[StoredSymbol, T]]
Documents = list[dict[str, Any]]
log = structlog.get_logger()


def rewrite_in_transaction(database: Database[dict[str, Any]], symbol: str, decide: Decide[T]) -> T:
    """Rewrite bars and entry in one transaction; return the second item that `decide` returns."""
    collection, catalogue = database[symbol], database[CATALOGUE]

    def write(session: ClientSession) -> tuple[T, bool]:
        # First, so that of two concurrent rewrites of one symbol, one conflicts and waits before it has done any work.
        claim = {"$set": {"rewrite": ObjectId()}}
        entry = catalogue.find_one_and_update({"_id": symbol}, claim, upsert=True, session=session)
        exists = _exists(database, symbol)
        documents = _read_all(collection, session) if exists else []
        after, changes, report = _decide_changes(symbol, documents, entry, decide)
        if exists:
            _require_plain(database, symbol, changes)
        else:
            collection.create_index(DATE, unique=True, session=session)
        _apply(changes, collection, session)
        catalogue.replace_one({"_id": symbol}, _to_entry_document(after), session=session)
        return report, exists and not changes.are_empty

    report, may_lack_index = run_in_transaction(database, write)
    if may_lack_index:
        _create_index(collection)
    return report


def rewrite_by_rename(database: Database[dict[str, Any]], symbol: str, decide: Decide[T]) -> T:
    """Write a complete copy, rename it into place, then write the entry; return as `rewrite_in_transaction`.

    Between the last two steps the entry has another revision than the bars and is ignored. If two processes rewrite
    one symbol concurrently, the later one wins completely.
    """
    _drop_leftovers(database)
    documents = _read_all(database[symbol])
    entry = database[CATALOGUE].find_one({"_id": symbol})
    after, changes, report = _decide_changes(symbol, documents, entry, decide)
    _require_plain(database, symbol, changes)
    catalogue = database.get_collection(CATALOGUE, write_concern=JOURNALED)
    if documents and changes.are_empty:
        catalogue.replace_one({"_id": symbol}, _to_entry_document(after), upsert=True)
        return report
    copy = database.get_collection(f"{LOADING_PREFIX}{ObjectId()}_{symbol}", write_concern=JOURNALED)
    _insert([*documents, *changes.inserts], copy)
    _apply(Changes([], changes.updates, changes.deletes), copy)
    _create_index(copy)
    copy.rename(symbol, dropTarget=True)
    catalogue.replace_one({"_id": symbol}, _to_entry_document(after), upsert=True)
    return report


def _exists(database: Database[dict[str, Any]], symbol: str) -> bool:
    return bool(database.list_collection_names(filter={"name": symbol}))


def _read_all(collection: Collection[dict[str, Any]], session: ClientSession | None = None) -> Documents:
    return collection.find({}, session=session, batch_size=PART_DOCUMENTS).to_list()


def _decide_changes(
    symbol: str, documents: Documents, entry: dict[str, Any] | None, decide: Decide[T]
) -> tuple[StoredSymbol, Changes, T]:
    before, is_foreign = None, False
    if documents:
        bars, is_foreign = build_any(symbol, documents)
        frame = (complete_bars(bars, entry) if entry and len(bars) else bars).frame()
        before = StoredSymbol(frame, from_document(entry) if entry else None)
    after, report = decide(before)
    if not is_foreign:
        return after, compute_changes(documents, after.frame), report
    if before is None or not after.frame.bars.equals(before.frame.bars):
        raise InvalidRequest(
            f"The bars of {symbol} were written by another tool, with other names or forms of the fields, and are only "
            f"read. Load these under another symbol, or delete {symbol} first."
        )
    return after, Changes([], [], []), report


def _require_plain(database: Database[dict[str, Any]], symbol: str, changes: Changes) -> None:
    """Refuse to change a collection that a transaction cannot change, and a copy cannot replace."""
    if not changes.are_empty and not has_snapshots(database, symbol):
        raise InvalidRequest(
            f"{symbol} is a view, a time series or a capped collection of another tool, and is only read. Load these "
            f"bars under another symbol, or delete {symbol} first."
        )


def _apply(changes: Changes, collection: Collection[dict[str, Any]], session: ClientSession | None = None) -> None:
    if changes.deletes:
        collection.delete_many({"_id": {"$in": changes.deletes}}, session=session)
    if changes.updates:
        updates = [UpdateOne({"_id": key}, update) for key, update in changes.updates]
        for start in range(0, len(updates), PART_DOCUMENTS):
            collection.bulk_write(updates[start : start + PART_DOCUMENTS], session=session, ordered=False)
    _insert(changes.inserts, collection, session)


def _insert(
    documents: NewDocuments, collection: Collection[dict[str, Any]], session: ClientSession | None = None
) -> None:
    for start in range(0, len(documents), PART_DOCUMENTS):
        collection.insert_many(documents[start : start + PART_DOCUMENTS], session=session, ordered=False)


def _to_entry_document(after: StoredSymbol) -> dict[str, Any]:
    assert after.entry is not None
    return to_document(after.entry)


def _create_index(collection: Collection[dict[str, Any]]) -> None:
    """Create the index on Date if possible: a collection of another tool may have duplicate dates."""
    try:
        collection.create_index(DATE, unique=True)
    except PyMongoError as error:
        log.info("index_not_made", collection=collection.name, error=type(error).__name__)


def _drop_leftovers(database: Database[dict[str, Any]]) -> None:
    before = datetime.now(UTC) - LEFTOVER_AGE
    for name in database.list_collection_names(filter={"name": {"$regex": f"^{LOADING_PREFIX}"}}):
        began = name.removeprefix(LOADING_PREFIX).partition("_")[0]
        if not ObjectId.is_valid(began) or ObjectId(began).generation_time < before:
            database.drop_collection(name)
