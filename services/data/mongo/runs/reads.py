"""Reads runs, their results and answers. These functions block."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pymongo.errors import OperationFailure

from services.data.mongo.connection import UNAUTHORIZED
from services.data.mongo.runs.documents import (
    ANSWERS,
    CLAIM,
    CLAIMS,
    IS_LOST,
    RESULTS,
    RUNS,
    SYMBOLS,
    Database,
    Document,
    to_record,
    to_result,
    to_symbols,
)
from services.data.runs.keys import failure_key, find_missing, result_key
from services.data.runs.ports import AnswerKind, RunAnswer, SymbolResult
from services.data.runs.record import RunRecord
from shared.errors import NoCompleteRun, RunNotFound
from shared.schemas.runs import RunSymbol

_WITH_STATE: Document = {"$set": {"is_lost": IS_LOST}}
KEYS_IN_ONE_BATCH = 100_000


def read_run(database: Database, run_id: str, session: Any = None) -> Document:
    """Return the document of a run with `is_lost`: whether its lease has ended, by MongoDB's clock.

    Raises:
        RunNotFound: There is none with this id.
    """
    documents = database[RUNS].aggregate([{"$match": {"_id": run_id}}, _WITH_STATE], session=session).to_list()
    if not documents:
        raise RunNotFound(f"There is no run {run_id}. See GET /api/runs for those that are kept.")
    return documents[0]


def read_runs(database: Database) -> list[Document]:
    """Return every run, newest first, as `read_run` does; none if the user may only read bars."""
    try:
        return database[RUNS].aggregate([_WITH_STATE, {"$sort": {"created_at": -1, "_id": 1}}]).to_list()
    except OperationFailure as error:
        if error.code != UNAUTHORIZED:
            raise
        return []


def is_empty(database: Database) -> bool:
    """Say whether nothing of any run is stored, also of a removed one; True if the user may only read bars."""
    try:
        return all(database[name].find_one({}, {"_id": True}) is None for name in (RUNS, RESULTS, SYMBOLS, ANSWERS))
    except OperationFailure as error:
        if error.code != UNAUTHORIZED:
            raise
        return True


def read_clock(database: Database) -> datetime:
    """Return the time of MongoDB's clock."""
    now: datetime = database.command("hello")["localTime"]
    return now.replace(tzinfo=UTC)


def read_symbols(database: Database, run_id: str) -> list[RunSymbol]:
    """Return the symbols of a run.

    Raises:
        RunNotFound: There is none with this id.
    """
    document = database[SYMBOLS].find_one({"_id": run_id})
    if document is None:
        raise RunNotFound(f"There is no run {run_id}. See GET /api/runs for those that are kept.")
    return to_symbols(document)


def read_keys(database: Database, prefix: str) -> set[str]:
    """Return the keys of results that begin with the prefix and a space, from the index alone."""
    condition = {"_id": {"$gt": f"{prefix} ", "$lt": f"{prefix}!"}}  # "!" is the character after the space
    documents = database[RESULTS].find(condition, {"_id": True}, batch_size=KEYS_IN_ONE_BATCH).hint("_id_")
    return {document["_id"] for document in documents}


def read_missing(database: Database, run: RunRecord) -> tuple[list[RunSymbol], int]:
    """Return the symbols of a run that are not done, and how many have a result rather than a failure."""
    symbols = read_symbols(database, run.id)
    results = read_keys(database, run.content)
    missing = find_missing(run.content, run.id, symbols, results | read_keys(database, f"failed-{run.id}"))
    n_with_result = sum(result_key(run.content, one.symbol, one.revision) in results for one in symbols)
    return missing, n_with_result


def read_results(database: Database, run_id: str, symbols: Sequence[RunSymbol]) -> list[SymbolResult]:
    """Return the results of the run for these symbols, in their order.

    Raises:
        RunNotFound: There is no run with this id.
    """
    content = to_record(read_run(database, run_id)).content
    keys = [result_key(content, one.symbol, one.revision) for one in symbols]
    keys += [failure_key(run_id, one.symbol) for one in symbols]
    by_symbol = {document["symbol"]: document for document in database[RESULTS].find({"_id": {"$in": keys}})}
    return [to_result(by_symbol[one.symbol]) for one in symbols if one.symbol in by_symbol]


def answer_key(run_id: str, kind: AnswerKind, horizon: int) -> str:
    """Build the key of an answer."""
    return f"{run_id} {kind} {horizon}"


def read_last_answer(database: Database, kind: AnswerKind, horizon: int) -> RunAnswer:
    """Return the answer of the last succeeded run over all symbols and up to the last session.

    Raises:
        NoCompleteRun: There is none at this horizon, or it has no such answer.
    """
    condition = {"state": "succeeded", "request.symbols": None, "request.as_of": None, "request.horizons": horizon}
    run = database[RUNS].find_one(condition, {"_id": True}, sort=[("ended_at", -1)])
    if run is None:
        raise NoCompleteRun(
            f"No run over all symbols has succeeded at a horizon of {horizon}. Start one with POST /api/runs and "
            f'{{"horizons": [{horizon}]}}, and wait until it has succeeded.'
        )
    return read_answer(database, run["_id"], kind, horizon)


def read_answer(database: Database, run_id: str, kind: AnswerKind, horizon: int) -> RunAnswer:
    """Return the answer of one run.

    Raises:
        NoCompleteRun: It has none at this horizon.
    """
    answer = database[ANSWERS].find_one({"_id": answer_key(run_id, kind, horizon)})
    if answer is None:
        raise NoCompleteRun(
            f"The run {run_id} has no {kind} at a horizon of {horizon}: it has not succeeded, or its symbols have too "
            "few bars or sessions in common, or never moved. Load earlier bars, or choose a shorter horizon."
        )
    return RunAnswer(run_id, bytes(answer["body"]))


def is_claim_free(database: Database) -> bool:
    """Say whether no run is being computed."""
    return database[CLAIMS].find_one({"_id": CLAIM, "$expr": {"$gt": ["$until", "$$NOW"]}}) is None
