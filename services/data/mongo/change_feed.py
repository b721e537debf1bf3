"""Tells of every write to the database through a MongoDB change stream, whoever makes it."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pymongo
import structlog
from pymongo.change_stream import DatabaseChangeStream
from pymongo.errors import OperationFailure, PyMongoError

from services.data.mongo.connection import UNAUTHORIZED, Database
from services.data.mongo.rewrite import CATALOGUE
from shared.errors import StoreUnavailable
from shared.schemas.bars import is_symbol

RETRY_SECONDS = 1.0
BATCH_SECONDS = 0.1  # a load of 619,040 bars is as many events: what comes together is told together
TIMEOUT_SECONDS = 5.0  # of one look for events; a MongoDB that hangs must not keep the process from ending
FAILURE_REASONS: dict[int | None, str] = {
    UNAUTHORIZED: "MongoDB gives this user no change stream",
    40573: "MongoDB is not a replica set and has no change streams",
}
_PIPELINE = [{"$project": {"ns": True, "to": True, "documentKey": True, "operationType": True}}]
Event = Mapping[str, Any]
log = structlog.get_logger()


class MongoChangeFeed:
    """A ChangeFeed on one database.

    Args:
        database: The database that has one collection per symbol.
        cache_seconds: How late a change is seen without the feed, for the sentence in `ping`.
    """

    def __init__(self, database: Database, cache_seconds: int) -> None:
        self._database = database
        self._failure: str | None = "MongoDB has not been reached yet"
        self._cache_seconds = cache_seconds

    async def changes(self) -> AsyncIterator[set[str] | None]:
        """Yield the symbols that changed; None when any may have: at first, and whenever the feed had a gap."""
        resume: Event | None = None
        while True:
            try:
                stream = await asyncio.to_thread(self._open, resume)
                self._failure = None
                if resume is None:
                    yield None
                while stream.alive:
                    symbols = await asyncio.to_thread(_collect_changes, stream)
                    resume = stream.resume_token
                    if symbols is None or symbols:
                        yield symbols
                resume = None  # the database was dropped, and there is no way on from there
            except PyMongoError as error:
                self._record_failure(error)
                if isinstance(error, OperationFailure):  # a place that is gone, among others: begin anew
                    resume = None
            await asyncio.sleep(RETRY_SECONDS)

    async def ping(self) -> None:
        """Return if changes are being told."""
        if self._failure is not None:
            raise StoreUnavailable(
                f"{self._failure}: a change by another tool is seen after at most {self._cache_seconds} s."
            )

    def _open(self, resume: Event | None) -> DatabaseChangeStream[dict[str, Any]]:
        with pymongo.timeout(TIMEOUT_SECONDS):
            stream: DatabaseChangeStream[dict[str, Any]] = self._database.delegate.watch(
                _PIPELINE, resume_after=resume, max_await_time_ms=int(BATCH_SECONDS * 1000)
            )
        return stream

    def _record_failure(self, error: PyMongoError) -> None:
        code = error.code if isinstance(error, OperationFailure) else None
        failure = FAILURE_REASONS.get(code, "The change stream of MongoDB is interrupted")
        if self._failure != failure:
            log.warning("change_feed_failed", error=type(error).__name__, code=code, detail=failure)
        self._failure = failure


def _collect_changes(stream: DatabaseChangeStream[dict[str, Any]]) -> set[str] | None:
    """Return the symbols of the events that are there or come soon; None if any symbol may have changed. Blocks."""
    symbols: set[str] = set()
    until = time.monotonic() + BATCH_SECONDS
    with pymongo.timeout(TIMEOUT_SECONDS):
        while (event := stream.try_next()) is not None:
            event_symbols = _read_symbols(event)
            if event_symbols is None:
                return None
            symbols |= event_symbols
            if time.monotonic() > until:
                break
    return symbols


def _read_symbols(event: Event) -> set[str] | None:
    """Return the symbols that an event is about; None for one that may be about any."""
    collections = [event.get(name, {}).get("coll") for name in ("ns", "to")]
    if event["operationType"] in {"dropDatabase", "invalidate"}:
        return None
    if CATALOGUE in collections:
        symbol = event.get("documentKey", {}).get("_id")
        return {symbol} if isinstance(symbol, str) else None
    return {name for name in collections if isinstance(name, str) and is_symbol(name)}
