"""Lets any number of callers watch a run at the cost of one: while it is watched, the store is polled once a second."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from contextvars import Context

from services.data.runs.ports import RunSnapshot, RunStore
from shared.errors import RunNotFound

POLL_SECONDS = 1.0


class RunWatch:
    """One run, as all of its watchers see it."""

    def __init__(self, store: RunStore, run_id: str, poll_seconds: float) -> None:
        self.latest: RunSnapshot | None = None
        self.is_gone = False
        self.n_watchers = 0
        self._store = store
        self._run_id = run_id
        self._poll_seconds = poll_seconds
        self._error: Exception | None = None
        self._news = asyncio.Event()

    async def wait(self, at_most: float) -> None:
        """Return when the run has changed, or after this many seconds."""
        news = self._news
        with suppress(TimeoutError):
            async with asyncio.timeout(at_most):
                await news.wait()

    async def first(self) -> RunSnapshot:
        """Return the last known run, after it has been read once.

        Raises:
            RunNotFound: There is none.
            StoreUnavailable: The store did not answer.
        """
        while self.latest is None:
            if self._error is not None:
                raise self._error
            await self._news.wait()
        return self.latest

    async def poll(self) -> None:
        """Poll the run; its watchers keep the last known state while the store does not answer."""
        while not self.is_gone:
            before = (self.latest, self._error, self.is_gone)
            try:
                self.latest, self._error = await self._store.snapshot(self._run_id), None
            except Exception as error:  # any: those who wait for the first state must hear of it
                self._error = error
                self.is_gone = isinstance(error, RunNotFound)
            if before != (self.latest, self._error, self.is_gone):
                self._news.set()
                self._news = asyncio.Event()
            await asyncio.sleep(self._poll_seconds)


class RunWatches:
    """The runs that are being watched.

    Args:
        store: The store of runs.
        poll_seconds: The time between two polls of one run.
    """

    def __init__(self, store: RunStore, poll_seconds: float = POLL_SECONDS) -> None:
        self._store = store
        self._poll_seconds = poll_seconds
        self._watches: dict[str, RunWatch] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    @property
    def n_polled(self) -> int:
        """Return how many runs are polled."""
        return len(self._tasks)

    @asynccontextmanager
    async def watch(self, run_id: str) -> AsyncIterator[RunWatch]:
        """Watch a run until the context ends."""
        watch = self._watches.get(run_id)
        if watch is None:
            watch = self._watches[run_id] = RunWatch(self._store, run_id, self._poll_seconds)
            # In a context of its own: the deadline of the first watcher's request is not that of the others.
            self._tasks[run_id] = asyncio.create_task(watch.poll(), context=Context())
        watch.n_watchers += 1
        try:
            yield watch
        finally:
            watch.n_watchers -= 1
            if not watch.n_watchers:
                del self._watches[run_id]
                self._tasks.pop(run_id).cancel()
