"""Removes expired runs, and results that no run needs. These functions block.

The cleaner holds the claim meanwhile, so that no run is claimed: a run counts its results when it is claimed, and none
may vanish afterwards. A run that is queued meanwhile may find fewer results to reuse, but no wrong ones.
"""

import time
from collections.abc import Callable, Iterator

from services.data.mongo.runs.claims import ensure_claim, free_claim, take_claim
from services.data.mongo.runs.documents import ANSWERS, RESULTS, SYMBOLS, Database, Document, to_record, to_symbols
from services.data.mongo.runs.reads import is_claim_free, is_empty, read_clock, read_keys, read_runs
from services.data.mongo.runs.writes import delete_belongings, delete_run
from services.data.runs.keys import result_key
from services.data.runs.retention import EndedRun, choose_expired
from services.data.runs.states import FINAL, LEASE_SECONDS

CLEANER = "cleaner"
CLEANING_SECONDS = LEASE_SECONDS / 2  # the next round removes the rest
PART = 500  # documents removed at once
HasTime = Callable[[], bool]


def clean(database: Database) -> int | None:
    """Return how many documents were removed; None if a run is being computed, so that nothing was."""
    until = time.monotonic() + CLEANING_SECONDS
    if is_empty(database):
        return 0  # a user with read access only writes nothing
    if not is_claim_free(database):
        return None
    ensure_claim(database)
    token = take_claim(database, CLEANER, LEASE_SECONDS, None)
    if token is None:
        return None
    try:
        # Asked before each removal: once the lease has ended, a run may be claimed, and count what is removed.
        return sum(remove(database, lambda: time.monotonic() < until) for remove in _REMOVALS)
    finally:
        free_claim(database, token, None)


def _remove_expired(database: Database, has_time: HasTime) -> int:
    runs = read_runs(database)
    shown = [to_record(document).show(is_lost=document["is_lost"]) for document in runs]
    ended = [
        EndedRun(run.id, run.request, run.state, run.ended_at)
        for run in shown
        if run.state in FINAL and run.ended_at is not None
    ]
    n_removed = 0
    for run_id in choose_expired(ended, read_clock(database)):
        if not has_time():
            break
        delete_run(database, run_id, None)
        n_removed += 1
    return n_removed


def _remove_orphans(database: Database, has_time: HasTime) -> int:
    """Remove what an interrupted deletion has left, which can happen without transactions."""
    ids = {
        document["_id"].partition(" ")[0]
        for collection in (database[SYMBOLS], database[ANSWERS])
        for document in collection.find({}, {"_id": True}).hint("_id_")
    }
    ids |= {prefix.removeprefix("failed-") for prefix in _prefixes(database) if prefix.startswith("failed-")}
    known = {document["_id"] for document in read_runs(database)}  # last: a run that was queued meanwhile is no orphan
    n_removed = 0
    for run_id in ids - known:
        if not has_time():
            break
        delete_belongings(database, run_id)
        n_removed += 1
    return n_removed


def _remove_unneeded(database: Database, has_time: HasTime) -> int:
    contents: dict[str, list[str]] = {}
    for document in read_runs(database):
        contents.setdefault(document["content"], []).append(document["_id"])
    n_removed = 0
    for prefix in list(_prefixes(database)):
        if prefix.startswith("failed-"):
            continue
        needed = {
            result_key(prefix, one.symbol, one.revision)
            for document in database[SYMBOLS].find({"_id": {"$in": contents.get(prefix, [])}})
            for one in to_symbols(document)
        }
        unneeded = sorted(read_keys(database, prefix) - needed)
        for start in range(0, len(unneeded), PART):
            if not has_time():
                return n_removed
            condition: Document = {"_id": {"$in": unneeded[start : start + PART]}}
            n_removed += database[RESULTS].delete_many(condition).deleted_count
    return n_removed


_REMOVALS = (_remove_expired, _remove_orphans, _remove_unneeded)


def _prefixes(database: Database) -> Iterator[str]:
    """Yield each distinct prefix (up to the first space) of the keys of results, from the index alone."""
    after = ""
    while True:
        document = database[RESULTS].find_one({"_id": {"$gt": after}}, {"_id": True}, sort=[("_id", 1)])
        if document is None:
            return
        prefix = str(document["_id"]).partition(" ")[0]
        yield prefix
        after = f"{prefix}!"
