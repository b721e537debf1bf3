"""The collections of runs, and the conversion of their documents.

A run's own document stays small, because it changes with each result; its symbols are in a second, constant one.
"""

from datetime import UTC, datetime
from typing import Any

from pymongo.database import Database as PyMongoDatabase

from services.data.mongo.transactions import JOURNALED
from services.data.runs.keys import content_of
from services.data.runs.ports import RunSnapshot, SymbolResult
from services.data.runs.record import RunRecord
from shared.schemas.runs import NewRun, Run, RunSymbol

Document = dict[str, Any]
Database = PyMongoDatabase[Document]
# Lower case: never symbols.
RUNS = "bellwether_runs"
SYMBOLS = "bellwether_run_symbols"  # by run
RESULTS = "bellwether_run_results"  # by the keys of services.data.runs.keys
ANSWERS = "bellwether_run_answers"  # leaderboards and screeners
CLAIMS = "bellwether_run_claims"  # one document: the last token, its owner, and until when
CLAIM = "claim"
NEXT_VERSION = {"version": {"$add": ["$version", 1]}}
IS_LOST: Document = {"$lte": [{"$ifNull": ["$lease_until", "$$NOW"]}, "$$NOW"]}


def journaled(database: Database) -> Database:
    """Return the database with a write concern under which acknowledged writes are durable."""
    return database.with_options(write_concern=JOURNALED)


def to_document(new: NewRun) -> Document:
    """Convert a new run to its document, without the times, which MongoDB sets."""
    return {
        "request": new.request.model_dump(mode="json"),
        "code": new.code,
        "universe": new.universe,
        "content": content_of(new),
        "n_symbols": len(new.symbols),
        "state": "queued",
        "n_done": 0,
        "n_failed": 0,
        "failures": [],
        "token": 0,
        "version": 1,
    }


def to_symbols_document(new: NewRun) -> Document:
    """Convert the symbols of a new run to their document."""
    return {
        "symbols": [one.symbol for one in new.symbols],
        "revisions": [one.revision for one in new.symbols],
    }


def to_symbols(document: Document) -> list[RunSymbol]:
    """Parse the symbols of a run."""
    pairs = zip(document["symbols"], document["revisions"], strict=True)
    return [RunSymbol(symbol=symbol, revision=revision) for symbol, revision in pairs]


def to_record(document: Document) -> RunRecord:
    """Parse the document of a run."""
    fields = {name: _utc(value) for name, value in document.items() if name in RunRecord.model_fields}
    marks = [(_utc(mark["at"]), mark["n_done"]) for mark in document.get("marks", [])]
    return RunRecord.model_validate(fields | {"id": document["_id"], "marks": marks})


def to_snapshot(document: Document) -> RunSnapshot:
    """Parse the document of a run with the field `is_lost`."""
    record, is_lost = to_record(document), bool(document["is_lost"])
    return RunSnapshot(record.show(is_lost=is_lost), record.event_id(is_lost=is_lost))


def to_run(document: Document) -> Run:
    """Parse the document of a run with the field `is_lost`."""
    return to_snapshot(document).run


def to_result(document: Document) -> SymbolResult:
    """Parse a result or a failure."""
    payload = document.get("payload")
    return SymbolResult(
        document["symbol"], document["revision"], None if payload is None else bytes(payload), document.get("reason")
    )


def _utc(value: object) -> object:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value
