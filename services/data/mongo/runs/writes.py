"""Writes runs, results and answers. These functions block; `session` is None where there are no transactions."""

from typing import Any

from bson import Binary
from pymongo.errors import DuplicateKeyError

from services.data.mongo.runs.claims import not_the_owner, owned_run
from services.data.mongo.runs.documents import (
    ANSWERS,
    NEXT_VERSION,
    RESULTS,
    RUNS,
    SYMBOLS,
    Database,
    Document,
    to_document,
    to_run,
    to_symbols_document,
)
from services.data.mongo.runs.reads import answer_key, read_run
from services.data.runs.keys import failure_key, result_key
from services.data.runs.ports import AnswerKind, SymbolResult
from services.data.runs.states import may_be_deleted, may_be_queued_again, state_after_cancel
from shared.errors import RunActive, RunNotFound
from shared.schemas.runs import MAX_LISTED_FAILURES, NewRun


def put_run(database: Database, new: NewRun, session: Any) -> bool:
    """Queue the run unless it exists; return whether it is new.

    One that was cancelled or failed is queued again; it keeps its results, and tries again what failed.
    """
    try:
        run = read_run(database, new.id, session)
    except RunNotFound:
        return _insert_run(database, new, session)
    if may_be_queued_again(to_run(run).state):
        _insert_symbols(database, new, session)
        queued = {"state": "queued", "queued_at": "$$NOW", "ended_at": None, "error": None, "lease_until": None}
        counts = {"n_done": {"$subtract": ["$n_done", "$n_failed"]}, "n_failed": 0, "failures": []}
        if _change(database, run, queued | counts, session):
            _delete_failures(database, new.id, session)
    return False


def _insert_run(database: Database, new: NewRun, session: Any) -> bool:
    times = {"created_at": "$$NOW", "queued_at": "$$NOW"}
    document = {"$mergeObjects": [{"$literal": {"_id": new.id} | to_document(new)}, times]}
    keep_if_there: list[Document] = [
        {"$replaceWith": {"$cond": [{"$eq": [{"$type": "$state"}, "missing"]}, document, "$$ROOT"]}}
    ]
    try:
        _insert_symbols(database, new, session)
        result = database[RUNS].update_one({"_id": new.id}, keep_if_there, upsert=True, session=session)
    except DuplicateKeyError:
        return False  # another caller has just queued it
    return result.upserted_id is not None


def _insert_symbols(database: Database, new: NewRun, session: Any) -> None:
    symbols = {"$setOnInsert": to_symbols_document(new)}
    database[SYMBOLS].update_one({"_id": new.id}, symbols, upsert=True, session=session)


def cancel_run(database: Database, run_id: str) -> None:
    """Cancel the run, or ask its owner to.

    Raises:
        RunNotFound: There is none with this id.
    """
    is_done = False
    while not is_done:  # repeated if the run changes between the two
        run = read_run(database, run_id)
        before = to_run(run).state
        after = state_after_cancel(before)
        ended = {"ended_at": "$$NOW"} if after == "cancelled" else {}
        is_done = before == after or _change(database, run, {"state": after} | ended)


def delete_run(database: Database, run_id: str, session: Any) -> None:
    """Remove the run, its symbols, answers and failures.

    Raises:
        RunNotFound: There is none with this id.
        RunActive: It is being computed.
    """
    is_done = False
    while not is_done:
        run = read_run(database, run_id, session)
        if not may_be_deleted(to_run(run).state):
            raise RunActive(
                f"Cancel the run {run_id} with POST /api/runs/{run_id}/cancel first, and wait until it is cancelled."
            )
        condition = {"_id": run_id, "version": run["version"]}
        is_done = bool(database[RUNS].delete_one(condition, session=session).deleted_count)
    delete_belongings(database, run_id, session)


def delete_belongings(database: Database, run_id: str, session: Any = None) -> None:
    """Remove the parts of a run that has been removed."""
    database[SYMBOLS].delete_one({"_id": run_id}, session=session)
    database[ANSWERS].delete_many({"_id": _keys_of(run_id)}, session=session)
    _delete_failures(database, run_id, session)


def _delete_failures(database: Database, run_id: str, session: Any) -> None:
    database[RESULTS].delete_many({"_id": _keys_of(f"failed-{run_id}")}, session=session)


def add_result(database: Database, run_id: str, token: int, result: SymbolResult, session: Any) -> bool:
    """Write the result unless the symbol is done, and count it; return whether the owner should cancel.

    Raises:
        NotTheOwner: The token is not the last one, or the run has ended; nothing is written.
    """
    owned = owned_run(run_id, token)
    run = database[RUNS].find_one(owned, {"content": True, "state": True}, session=session)
    if run is None:
        raise not_the_owner(run_id)
    is_cancelling = bool(run["state"] == "cancelling")
    key, failure = result_key(run["content"], result.symbol, result.revision), failure_key(run_id, result.symbol)
    if database[RESULTS].find_one({"_id": {"$in": [key, failure]}}, {"_id": True}, session=session) is not None:
        return is_cancelling
    document: Document = {"_id": key, "symbol": result.symbol, "revision": result.revision}
    update: Document = {"$inc": {"n_done": 1, "version": 1}, "$currentDate": {"progress_at": True}}
    if result.payload is not None:
        document["payload"] = Binary(result.payload)
    else:
        document |= {"_id": failure, "reason": result.reason}
        update["$inc"]["n_failed"] = 1
        listed = {"symbol": result.symbol, "reason": result.reason}
        update["$push"] = {"failures": {"$each": [listed], "$slice": MAX_LISTED_FAILURES}}
    database[RESULTS].insert_one(document, session=session)
    if not database[RUNS].update_one(owned, update, session=session).matched_count:
        raise not_the_owner(run_id)
    return is_cancelling


def put_answer(
    database: Database, run_id: str, token: int, key: tuple[AnswerKind, int], body: bytes, session: Any
) -> None:
    """Write the leaderboard or the screener of a horizon.

    Raises:
        NotTheOwner: The token is not the last one, or the run has ended; nothing is written.
    """
    if not database[RUNS].update_one(owned_run(run_id, token), {"$inc": {"version": 1}}, session=session).matched_count:
        raise not_the_owner(run_id)
    document = {"body": Binary(body)}
    database[ANSWERS].replace_one({"_id": answer_key(run_id, *key)}, document, upsert=True, session=session)


def _change(database: Database, run: Document, changes: Document, session: Any = None) -> bool:
    """Change a run unless it has changed since it was read; return whether it was changed."""
    condition = {"_id": run["_id"], "version": run["version"]}
    update: list[Document] = [{"$set": changes | NEXT_VERSION}]
    return bool(database[RUNS].update_one(condition, update, session=session).matched_count)


def _keys_of(prefix: str) -> Document:
    return {"$gt": f"{prefix} ", "$lt": f"{prefix}!"}
