"""Runs CPU work in a few processes behind a bounded queue, so that the event loop stays free."""

import asyncio
import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import asynccontextmanager
from functools import partial
from typing import Literal, ParamSpec, Protocol, TypeVar

import structlog
from threadpoolctl import threadpool_limits

from shared import deadline
from shared.errors import Busy
from shared.telemetry import tracing

P = ParamSpec("P")
T = TypeVar("T")
Refusal = Literal["queue_full", "too_slow", "died"]
PR_SET_PDEATHSIG = 1  # linux/prctl.h
log = structlog.get_logger()


class QueueObserver(Protocol):
    """Observes the queue of the worker processes."""

    def set_limit(self, limit: int) -> None:
        """Called with the queue limit."""
        ...

    def set_load(self, *, waiting: int, busy: int) -> None:
        """Called with the numbers of waiting and of running calls whenever they change."""
        ...

    def count_refusal(self, reason: Refusal) -> None:
        """Called for each call that is refused."""
        ...


class _NullObserver:
    """A QueueObserver that does nothing."""

    def set_limit(self, limit: int) -> None:
        pass

    def set_load(self, *, waiting: int, busy: int) -> None:
        pass

    def count_refusal(self, reason: Refusal) -> None:
        pass


class ProcessWorkers:
    """A pool of processes that refuses work rather than letting it wait too long.

    Args:
        n_workers: Processes.
        prepare: Runs once in each process as it starts, so that the first call does not wait for imports.
        max_waiting: Calls that may wait for a process; further ones raise Busy.
        timeout_seconds: How long one call may wait and run, unless its request has less time left.
        observer: Observes the queue.
    """

    def __init__(
        self,
        *,
        n_workers: int,
        prepare: Callable[[], object],
        max_waiting: int,
        timeout_seconds: float,
        observer: QueueObserver | None = None,
    ) -> None:
        self._observer = observer or _NullObserver()
        self._observer.set_limit(max_waiting)
        self._prepare = prepare
        self._n_workers = n_workers
        self._max_pending = n_workers + max_waiting
        self._timeout_seconds = timeout_seconds
        self._pending = 0
        self._is_open = True
        self._pool = self._new_pool()

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work` in a process; return its value or raise its error.

        Raises:
            Busy: Too many calls are waiting, the call took too long, or its process died.
        """
        if self._pending >= self._max_pending:
            self._observer.count_refusal("queue_full")
            raise Busy(f"Try again in a moment: {self._pending} requests are running or waiting.")
        pool = self._pool
        self._change_pending(1)
        try:
            async with asyncio.timeout(deadline.seconds_left(self._timeout_seconds)):
                with tracing.span("compute"):
                    return await asyncio.get_running_loop().run_in_executor(pool, partial(work, *args, **kwargs))
        except TimeoutError as error:
            self._observer.count_refusal("too_slow")
            raise Busy("Try again in a moment: the computation did not finish in time.") from error
        except BrokenProcessPool as error:
            self._replace(pool)
            self._observer.count_refusal("died")
            raise Busy("Try again in a moment: a worker process died and is being replaced.") from error
        finally:
            self._change_pending(-1)

    async def ping(self) -> None:
        """Return if at least one process is ready.

        Raises:
            Busy: All processes are still starting.
        """
        if not any(first.done() and first.exception() is None for first in self._first_calls):
            raise Busy("The worker processes are starting.")

    def _change_pending(self, change: int) -> None:
        self._pending += change
        busy = min(self._pending, self._n_workers)
        self._observer.set_load(waiting=self._pending - busy, busy=busy)

    def _replace(self, broken: ProcessPoolExecutor) -> None:
        """Replace the broken pool; of several callers that find it broken, only the first replaces it."""
        if self._pool is broken and self._is_open:
            log.error("worker_died")
            self._pool = self._new_pool()

    def _new_pool(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")  # fork would copy the event loop and its threads
        arguments = (os.getpid(), self._prepare)
        pool = ProcessPoolExecutor(self._n_workers, mp_context=context, initializer=_initialise, initargs=arguments)
        # A process starts at the first call that finds no idle one: start them now, not during a request.
        self._first_calls: list[Future[int]] = [pool.submit(os.getpid) for _ in range(self._n_workers)]
        return pool

    def close(self) -> None:
        """Kill the processes even if they are computing, since no caller is left."""
        self._is_open = False
        for process in list(self._pool._processes.values()):  # Python 3.14 has kill_workers() for this
            process.kill()
        # Without cancel_futures: the broken pool fails all calls alike, and none sees a cancellation instead.
        self._pool.shutdown(wait=True)


def _initialise(parent: int, prepare: Callable[[], object]) -> None:
    """Ignore Ctrl-C, die with the parent, prepare, and limit the process to one thread."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
    prepare()
    threadpool_limits(1)


@asynccontextmanager
async def open_workers(
    *,
    n_workers: int,
    prepare: Callable[[], object],
    max_waiting: int,
    timeout_seconds: float,
    observer: QueueObserver | None = None,
) -> AsyncIterator[ProcessWorkers]:
    """Open the pool, and close it at the end."""
    workers = ProcessWorkers(
        n_workers=n_workers,
        prepare=prepare,
        max_waiting=max_waiting,
        timeout_seconds=timeout_seconds,
        observer=observer,
    )
    try:
        yield workers
    finally:
        await asyncio.to_thread(workers.close)
