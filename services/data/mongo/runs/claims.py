"""The claim: one owner computes at a time, with a lease by MongoDB's clock and an increasing token. Functions block.

The claim and its run change in one transaction. Without transactions the claim changes first and decides: an owner
without its token can write nothing.
"""

from contextlib import suppress
from typing import Any

from pymongo.errors import DuplicateKeyError

from services.data.mongo.runs.documents import CLAIM, CLAIMS, IS_LOST, NEXT_VERSION, RUNS, Database, Document
from services.data.runs.rates import MAX_MARKS
from services.data.runs.states import OWNED, EndState
from shared.errors import InvalidRequest, NotTheOwner

_IS_WAITING: Document = {"$or": [{"state": "queued"}, {"$and": [{"state": "running"}, {"$expr": IS_LOST}]}]}
_IS_FREE: Document = {"_id": CLAIM, "$expr": {"$lte": ["$until", "$$NOW"]}}  # also if there is no `until`


def is_run_waiting(database: Database) -> bool:
    """Say whether a run is waiting to be computed."""
    return database[RUNS].find_one(_IS_WAITING, {"_id": True}) is not None


def ensure_claim(database: Database) -> None:
    """Create the document of the claim, free, unless it exists."""
    with suppress(DuplicateKeyError):  # another process has created it
        database[CLAIMS].update_one({"_id": CLAIM}, {"$setOnInsert": {"token": 0}}, upsert=True)


def take_claim(database: Database, owner: str, lease_seconds: float, session: Any) -> int | None:
    """Take the claim with the next token; None if another owner has it."""
    update: list[Document] = [
        {"$set": {"token": {"$add": ["$token", 1]}, "owner": owner, "until": _lease_end(lease_seconds)}}
    ]
    taken = database[CLAIMS].find_one_and_update(_IS_FREE, update, return_document=True, session=session)
    return None if taken is None else int(taken["token"])


def claim_run(database: Database, owner: str, lease_seconds: float, session: Any) -> Document | None:
    """Take the claim and the next run, and return its document; None if no run waits, or another owner computes one.

    An interrupted run comes before those that are queued.
    """
    token = take_claim(database, owner, lease_seconds, session)
    if token is None:
        return None
    order = [("state", -1), ("queued_at", 1)]  # "running" before "queued"
    update: list[Document] = [
        {
            "$set": {
                "state": "running",
                "token": token,
                "lease_until": _lease_end(lease_seconds),
                "started_at": {"$ifNull": ["$started_at", "$$NOW"]},
                "marks": [],
                **NEXT_VERSION,
            }
        }
    ]
    is_older = {"token": {"$lt": token}}
    run: Document | None = database[RUNS].find_one_and_update(
        _IS_WAITING | is_older, update, sort=order, return_document=True, session=session
    )
    if run is None:
        free_claim(database, token, session)
    return run


def count_done(database: Database, run_id: str, token: int, n_missing: int, n_with_result: int) -> None:
    """Count the stored results as done. The first time, all of them count as reused.

    Raises:
        NotTheOwner: The run has another owner.
    """
    n_done = {"$subtract": ["$n_symbols", n_missing]}
    update: list[Document] = [
        {
            "$set": {
                "n_done": n_done,
                "n_reused": {"$ifNull": ["$n_reused", n_with_result]},
                "progress_at": "$$NOW",
                "marks": [{"at": "$$NOW", "n_done": n_done}],
                **NEXT_VERSION,
            }
        }
    ]
    if not database[RUNS].update_one(owned_run(run_id, token), update).matched_count:
        raise not_the_owner(run_id)


def extend_lease(database: Database, run_id: str, token: int, lease_seconds: float, session: Any) -> bool:
    """Extend the lease; return whether the owner should cancel.

    Raises:
        NotTheOwner: The token is not the last one, or the run has ended.
    """
    until = _lease_end(lease_seconds)
    mark = {"at": "$$NOW", "n_done": "$n_done"}
    marks = {"$slice": [{"$concatArrays": ["$marks", [mark]]}, -MAX_MARKS]}
    update: list[Document] = [{"$set": {"lease_until": until, "marks": marks, **NEXT_VERSION}}]
    is_held = (
        database[CLAIMS]
        .update_one({"_id": CLAIM, "token": token}, [{"$set": {"until": until}}], session=session)
        .matched_count
    )
    run = database[RUNS].find_one_and_update(owned_run(run_id, token), update, session=session) if is_held else None
    if run is None:
        raise not_the_owner(run_id)
    return bool(run["state"] == "cancelling")


def end_run(database: Database, run_id: str, token: int, state: EndState, error: str | None, session: Any) -> None:
    """End the run and its lease; with "interrupted" only the lease. Repeating it changes nothing.

    Raises:
        NotTheOwner: The token is not the last one, or the run has ended otherwise.
        InvalidRequest: It cannot have succeeded: symbols are missing.
    """
    run = database[RUNS].find_one({"_id": run_id, "token": token}, session=session)
    if run is None or (run["state"] not in OWNED and run["state"] != state):
        raise not_the_owner(run_id)
    if run["state"] == state:
        return
    if state == "succeeded" and run["n_done"] < run["n_symbols"]:
        n_missing = run["n_symbols"] - run["n_done"]
        raise InvalidRequest(f"Write a result or a failure for each symbol first: {n_missing:,} are missing.")
    ended: Document = {"state": state, "ended_at": "$$NOW", "error": {"$literal": error}}
    changes = {"lease_until": "$$NOW"} | ({} if state == "interrupted" else ended) | NEXT_VERSION
    if not database[RUNS].update_one(owned_run(run_id, token), [{"$set": changes}], session=session).matched_count:
        raise not_the_owner(run_id)
    free_claim(database, token, session)


def free_claim(database: Database, token: int, session: Any) -> None:
    """End the lease of this token, if it is the last one."""
    database[CLAIMS].update_one({"_id": CLAIM, "token": token}, {"$unset": {"until": ""}}, session=session)


def owned_run(run_id: str, token: int) -> Document:
    """Return the condition that the run is being computed by the owner with this token."""
    return {"_id": run_id, "token": token, "state": {"$in": list(OWNED)}}


def not_the_owner(run_id: str) -> NotTheOwner:
    """Build the error of an owner that must stop."""
    return NotTheOwner(
        f"Stop computing the run {run_id}: it has ended, or another process has taken it over. Nothing was written."
    )


def _lease_end(seconds: float) -> Document:
    return {"$add": ["$$NOW", int(1000 * seconds)]}
