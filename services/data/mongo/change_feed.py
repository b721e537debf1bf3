"""Reports every write to the database, by this service or another tool, from a MongoDB change stream.

A change stream has no events of views and time series. A view counts as changed whenever a collection of bars changes,
and both do each time that the lifetime of cached bars is over.
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import pymongo
import structlog
from pymongo.change_stream import DatabaseChangeStream
from pymongo.errors import OperationFailure, PyMongoError

from services.data.mongo.catalogue_documents import CATALOGUE
from services.data.mongo.connection import UNAUTHORIZED, Connection
from services.data.mongo.rewrite import OURS
from shared.errors import StoreUnavailable
from shared.schemas.bars import is_symbol

RETRY_SECONDS = 1.0
BATCH_SECONDS = 0.1  # a load of 619,040 bars is as many events, which are reported in batches
BATCH_EVENTS = 1000  # decoded at a time: the server would send 16 MB of them, which take 100 MB here
REOPEN_SECONDS = 0.1  # after an interruption: until the stream is open again, changes by other tools go unnoticed
TIMEOUT_SECONDS = 5.0  # of one poll; a hanging MongoDB must not keep the process from ending
FAILURE_REASONS: dict[int | None, str] = {
    UNAUTHORIZED: "This MongoDB user may not open a change stream",
    40573: "MongoDB is not a replica set and has no change streams",
}
FENCES = "bellwether_fences"  # one document, whose number rises with each write fence
FOLLOWERS = "bellwether_followers"  # renewed every second; unrelated to bars
_FIELDS = ("ns", "to", "documentKey", "operationType", "fullDocument.fence", "updateDescription.updatedFields.fence")
_PIPELINE: list[dict[str, Any]] = [
    {"$match": {"ns.coll": {"$ne": FOLLOWERS}}},
    {"$project": dict.fromkeys(_FIELDS, True)},
]
Event = Mapping[str, Any]
T = TypeVar("T")
log = structlog.get_logger()


@dataclass
class _Batch:
    """The content of a batch of events.

    Attributes:
        symbols: The symbols that changed; None if any may have.
        is_of_bars: Whether a collection changed that may hold bars, under whatever name.
        fence: The last write fence in it, 0 if there is none.
        caught_up_at: When the server was asked for its last event, after which there was none.
    """

    symbols: set[str] | None = field(default_factory=set)
    is_of_bars: bool = False
    fence: int = 0
    caught_up_at: float = -math.inf


class MongoChangeFeed:
    """A ChangeFeed on one database.

    Args:
        connection: The connection to the database. The feed waits in its own calls, outside the circuit breaker.
        cache_seconds: The maximum delay of a change that the feed does not report.
    """

    def __init__(self, connection: Connection, cache_seconds: int) -> None:
        self._database = connection.database
        # A thread of its own: behind the work of requests, the feed would fall silent under load.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="change-feed")
        self._failure: str | None = "MongoDB has not been reached yet"
        self._cache_seconds = cache_seconds
        self._without_events: set[str] = set()  # symbols that are views or time series
        self._listed_at = -math.inf  # when they were
        self._caught_up_at = -math.inf
        self.fence = 0

    async def changes(self) -> AsyncIterator[set[str] | None]:
        """Yield the symbols that changed; None if any may have: at the start and after a gap."""
        resume: Event | None = None
        while True:
            try:
                fence = 0 if resume else await self._run(self._read_fence)
                stream = await self._run(partial(self._open, resume))
                self._failure = None
                if resume is None:
                    yield None
                    self.fence = max(self.fence, fence)
                while stream.alive:
                    batch = await self._run(partial(_collect_changes, stream))
                    resume = stream.resume_token
                    symbols = await self._add_without_events(batch)
                    if symbols is None or symbols:
                        yield symbols
                    self._caught_up_at = max(self._caught_up_at, batch.caught_up_at)
                    if batch.fence > self.fence:
                        self.fence = batch.fence
                        yield set()
                resume = None  # the database was dropped, so the stream cannot resume
            except PyMongoError as error:
                self._record_failure(error)
                if isinstance(error, OperationFailure):  # e.g. the resume token has expired: start over
                    resume = None
            self._caught_up_at = -math.inf
            await asyncio.sleep(RETRY_SECONDS if resume is None else REOPEN_SECONDS)

    def age_seconds(self) -> float:
        """Return for how long there may have been changes that the consumer has not handled."""
        return time.monotonic() - self._caught_up_at

    async def ping(self) -> None:
        """Check that changes are being reported."""
        if self._failure is not None:
            raise StoreUnavailable(
                f"{self._failure}: changes by other tools become visible after up to {self._cache_seconds} s."
            )

    async def _add_without_events(self, batch: _Batch) -> set[str] | None:
        """Return the symbols that changed, with those without events if they may have."""
        is_due = time.monotonic() >= self._listed_at + self._cache_seconds
        if is_due:
            self._without_events = await self._run(self._list_without_events)
            self._listed_at = time.monotonic()
        if batch.symbols is None or not (is_due or batch.is_of_bars):
            return batch.symbols
        return batch.symbols | self._without_events

    async def _run(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)

    def _read_fence(self) -> int:
        with pymongo.timeout(TIMEOUT_SECONDS):
            document = self._database[FENCES].find_one({"_id": "fence"})
        return int(document["fence"]) if document else 0

    def _list_without_events(self) -> set[str]:
        with pymongo.timeout(TIMEOUT_SECONDS):
            found = self._database.list_collections(
                filter={"type": {"$in": ["view", "timeseries"]}}, nameOnly=True, authorizedCollections=True
            )
            return {each["name"] for each in found if is_symbol(each["name"])}

    def _open(self, resume: Event | None) -> DatabaseChangeStream[dict[str, Any]]:
        with pymongo.timeout(TIMEOUT_SECONDS):
            stream: DatabaseChangeStream[dict[str, Any]] = self._database.watch(
                _PIPELINE,
                resume_after=resume,
                batch_size=BATCH_EVENTS,
                max_await_time_ms=int(BATCH_SECONDS * 1000),
            )
        return stream

    def _record_failure(self, error: PyMongoError) -> None:
        code = error.code if isinstance(error, OperationFailure) else None
        failure = FAILURE_REASONS.get(code, "MongoDB's change stream is interrupted")
        if self._failure != failure:
            log.warning("change_feed_failed", error=type(error).__name__, code=code, detail=failure)
        self._failure = failure


def _collect_changes(stream: DatabaseChangeStream[dict[str, Any]]) -> _Batch:
    """Collect the available events, or wait for some. Blocks."""
    batch, until, asked_at = _Batch(), time.monotonic() + BATCH_SECONDS, None
    with pymongo.timeout(TIMEOUT_SECONDS):
        while time.monotonic() <= until:
            cursor = stream._cursor
            if not _n_buffered(stream):
                asked_at = time.monotonic()
            event = stream.try_next()
            if event is not None:
                _read_event(event, batch)
            if stream._cursor is not cursor:  # reopened by the driver, which may have missed changes since
                asked_at = None
            elif asked_at is not None and not _n_buffered(stream):
                batch.caught_up_at = asked_at
                break
    return batch


def _n_buffered(stream: DatabaseChangeStream[dict[str, Any]]) -> int:
    """Return how many events the driver holds; without any, it asks the server."""
    cursor = stream._cursor
    return 0 if cursor is None else len(cursor._data)


def _read_event(event: Event, batch: _Batch) -> None:
    """Add an event."""
    collections = [event.get(name, {}).get("coll") for name in ("ns", "to")]
    batch.is_of_bars |= any(isinstance(name, str) and not name.startswith(OURS) for name in collections)
    symbols: set[str] | None
    if event["operationType"] in {"dropDatabase", "invalidate"}:
        symbols = None
    elif FENCES in collections:
        document = event.get("fullDocument") or event.get("updateDescription", {}).get("updatedFields", {})
        batch.fence = max(batch.fence, int(document.get("fence", 0)))
        return
    elif CATALOGUE in collections:
        symbol = event.get("documentKey", {}).get("_id")
        symbols = {symbol} if isinstance(symbol, str) else None
    else:
        symbols = {name for name in collections if isinstance(name, str) and is_symbol(name)}
    batch.symbols = None if symbols is None or batch.symbols is None else batch.symbols | symbols
