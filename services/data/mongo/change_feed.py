"""Reports every write to the database, by this service or another tool, from a MongoDB change stream."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pymongo
import structlog
from pymongo.change_stream import DatabaseChangeStream
from pymongo.errors import OperationFailure, PyMongoError

from services.data.mongo.connection import UNAUTHORIZED, Connection
from services.data.mongo.rewrite import CATALOGUE
from shared.errors import StoreUnavailable
from shared.schemas.bars import is_symbol

RETRY_SECONDS = 1.0
BATCH_SECONDS = 0.1  # a load of 619,040 bars is as many events, which are reported in batches
TIMEOUT_SECONDS = 5.0  # of one poll; a hanging MongoDB must not keep the process from ending
FAILURE_REASONS: dict[int | None, str] = {
    UNAUTHORIZED: "This MongoDB user may not open a change stream",
    40573: "MongoDB is not a replica set and has no change streams",
}
_PIPELINE = [{"$project": {"ns": True, "to": True, "documentKey": True, "operationType": True}}]
Event = Mapping[str, Any]
log = structlog.get_logger()


class MongoChangeFeed:
    """A ChangeFeed on one database.

    Args:
        connection: The connection to the database. The feed waits in its own calls, outside the circuit breaker.
        cache_seconds: The maximum delay of a change without the feed, for the detail of `ping`.
    """

    def __init__(self, connection: Connection, cache_seconds: int) -> None:
        self._database = connection.database
        self._failure: str | None = "MongoDB has not been reached yet"
        self._cache_seconds = cache_seconds

    async def changes(self) -> AsyncIterator[set[str] | None]:
        """Yield the symbols that changed; None if any may have: at the start and after a gap."""
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
                resume = None  # the database was dropped, so the stream cannot resume
            except PyMongoError as error:
                self._record_failure(error)
                if isinstance(error, OperationFailure):  # e.g. the resume token has expired: start over
                    resume = None
            await asyncio.sleep(RETRY_SECONDS)

    async def ping(self) -> None:
        """Return if changes are being reported."""
        if self._failure is not None:
            raise StoreUnavailable(
                f"{self._failure}: changes by other tools become visible after up to {self._cache_seconds} s."
            )

    def _open(self, resume: Event | None) -> DatabaseChangeStream[dict[str, Any]]:
        with pymongo.timeout(TIMEOUT_SECONDS):
            stream: DatabaseChangeStream[dict[str, Any]] = self._database.watch(
                _PIPELINE, resume_after=resume, max_await_time_ms=int(BATCH_SECONDS * 1000)
            )
        return stream

    def _record_failure(self, error: PyMongoError) -> None:
        code = error.code if isinstance(error, OperationFailure) else None
        failure = FAILURE_REASONS.get(code, "MongoDB's change stream is interrupted")
        if self._failure != failure:
            log.warning("change_feed_failed", error=type(error).__name__, code=code, detail=failure)
        self._failure = failure


def _collect_changes(stream: DatabaseChangeStream[dict[str, Any]]) -> set[str] | None:
    """Collect the symbols of one batch of events; None if any symbol may have changed. Blocks."""
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
    """Return the symbols that an event concerns; None if it may concern any."""
    collections = [event.get(name, {}).get("coll") for name in ("ns", "to")]
    if event["operationType"] in {"dropDatabase", "invalidate"}:
        return None
    if CATALOGUE in collections:
        symbol = event.get("documentKey", {}).get("_id")
        return {symbol} if isinstance(symbol, str) else None
    return {name for name in collections if isinstance(name, str) and is_symbol(name)}
