"""Runs CPU work in a few processes behind a bounded queue, so that the event loop stays free.

A process that dies is replaced alone, and only the call that it was running fails. The queue holds the waiting callers
themselves, so a call whose caller leaves or has no time left is never begun. One that is running
continues without its caller: that takes less than starting another process, and a forecast stores its fitted models for
the next caller.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from functools import partial
from typing import ParamSpec, Self, TypeVar

import structlog

from services.prediction.workers.queue_observer import QueueObserver, Refusal
from services.prediction.workers.supervisor import Supervisor
from services.prediction.workers.suspects import Suspects
from services.prediction.workers.worker import Outcome, Worker
from shared import deadline
from shared.errors import Busy, ComputationRefused
from shared.telemetry import tracing

P = ParamSpec("P")
T = TypeVar("T")
# Three times what a worker takes with the largest symbols; two fit into the chart's limit.
DEFAULT_MAX_BYTES = 600_000_000
MARGIN = 1.3  # of the time that those in line should take, as one call takes longer than another
WEIGHT = 0.2  # of the last call in the mean duration: five calls tell what calls take now
log = structlog.get_logger()


class ProcessWorkers:
    """A pool of processes that refuses work rather than letting it wait too long. Create it in the event loop.

    A call is refused as it arrives if those before it would take so long that it could not end in time: it would wait
    in vain, and a result that comes too late has no reader.

    Args:
        n_workers: Processes.
        prepare: Runs once in each process as it starts, so that the first call does not wait for imports.
        max_waiting: Calls that may wait for a process, if there is time for them; further ones raise Busy.
        timeout_seconds: How long one call may wait and run, unless its request has less time left.
        max_bytes: Memory of a process; one that takes more is killed.
        observer: Observes the queue.
        preload: Modules that are imported once for all processes.
    """

    def __init__(
        self,
        *,
        n_workers: int,
        prepare: Callable[[], object],
        max_waiting: int,
        timeout_seconds: float,
        max_bytes: int = DEFAULT_MAX_BYTES,
        observer: QueueObserver | None = None,
        preload: Sequence[str] = (),
    ) -> None:
        self._observer = observer or QueueObserver()
        self._observer.set_limit(max_waiting)
        self._max_waiting = max_waiting
        self._timeout_seconds = timeout_seconds
        self._suspects = Suspects()
        self._queue: deque[asyncio.Future[Worker]] = deque()
        self._idle: list[Worker] = []
        self._n_busy = 0
        self._mean_seconds = 0.0  # that a call has run lately
        self._is_ready = asyncio.Event()
        self._supervisor = Supervisor(
            n_workers, prepare, max_bytes, on_ready=self._give, on_lost=self._lose, preload=preload
        )

    async def run(self, key: Hashable, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work` in a process; return its value or raise its error.

        Raises:
            Busy: No process is ready, too many calls are waiting, the call took too long, or its process died.
            ComputationRefused: Processes died while they ran work with this key.
        """
        try:
            self._suspects.require_harmless(key)
        except ComputationRefused:
            self._observer.count_refusal("harmful")
            raise
        try:
            async with asyncio.timeout(deadline.seconds_left(self._timeout_seconds)):
                with tracing.span("compute"):
                    outcome = await self._run(key, partial(work, *args, **kwargs))
        except TimeoutError as error:
            raise self._refuse("too_slow", "the computation did not finish in time.") from error
        if outcome.fate == "died":
            raise self._refuse("died", "the worker process of this computation died and is being replaced.")
        if outcome.error is not None:
            raise outcome.error
        value: T = outcome.value
        return value

    async def ping(self) -> None:
        """Check that at least one process is ready.

        Raises:
            Busy: All processes are starting.
        """
        if not self._supervisor.ready:
            raise Busy("The worker processes are starting.")

    def require_room(self) -> None:
        """Check that `run` would begin a call or let it wait.

        Raises:
            Busy: No process is ready, or those before it would take too long.
        """
        if not self._supervisor.ready:
            raise self._refuse_unready()
        if not self._idle and (len(self._queue) >= self._max_waiting or not self._would_end_in_time()):
            raise self._refuse("queue_full", f"{self._n_busy + len(self._queue)} requests are running or waiting.")

    async def wait_until_ready(self) -> None:
        """Return once a process is ready."""
        await self._is_ready.wait()

    async def __aenter__(self) -> Self:
        """Return the pool, to be closed at the end of the block."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Kill the processes; calls that wait or run raise Busy."""
        self._refuse_queue()
        await self._supervisor.close()

    async def _run(self, key: Hashable, call: Callable[[], object]) -> Outcome:
        outcome = Outcome("not_begun")
        while outcome.fate == "not_begun":
            worker = await self._take()
            outcome = await asyncio.shield(self._begin(worker, key, call))
        return outcome

    async def _take(self) -> Worker:
        """Wait for an idle worker."""
        if deadline.seconds_left(self._timeout_seconds) <= 0:
            raise TimeoutError
        self.require_room()
        if self._idle:
            return self._idle.pop()
        turn: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()
        self._queue.append(turn)
        self._show_load()
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._give(turn.result())  # the caller left at the very moment when its turn came
            raise
        finally:
            with suppress(ValueError):
                self._queue.remove(turn)
            self._show_load()

    def _would_end_in_time(self) -> bool:
        """Say whether a call that joins the queue now would end in the time that it has, as calls have lately.

        As many as there are workers may wait in any case, so that a slow spell does not outlast its cause.
        """
        n_ready, n_waiting = len(self._supervisor.ready), len(self._queue)
        seconds = MARGIN * self._mean_seconds * ((n_waiting + 0.5) / n_ready + 1)
        return n_waiting < n_ready or seconds <= deadline.seconds_left(self._timeout_seconds)

    def _begin(self, worker: Worker, key: Hashable, call: Callable[[], object]) -> asyncio.Future[Outcome]:
        worker.begin()
        self._n_busy += 1
        self._show_load()
        running = asyncio.get_running_loop().run_in_executor(self._supervisor.threads, worker.call, call)
        running.add_done_callback(partial(self._end, worker, key, time.monotonic()))
        return running

    def _end(self, worker: Worker, key: Hashable, began_at: float, running: asyncio.Future[Outcome]) -> None:
        self._n_busy -= 1
        self._mean_seconds += WEIGHT * (time.monotonic() - began_at - self._mean_seconds)
        fate = "ended" if running.exception() else running.result().fate  # what cannot be pickled harms no process
        if fate == "ended":
            self._give(worker)
        else:
            self._supervisor.give_up(worker)
        if fate == "died" and self._supervisor.is_open:
            log.error("computation_died", computation=str(key))
            self._suspects.record_death(key)
        self._show_load()

    def _give(self, worker: Worker) -> None:
        """Give a worker to the next caller, or keep it idle."""
        if worker not in self._supervisor.ready:
            return
        self._is_ready.set()
        while self._queue:
            turn = self._queue.popleft()
            if not turn.done():
                turn.set_result(worker)
                return
        self._idle.append(worker)

    def _lose(self, worker: Worker) -> None:
        if worker in self._idle:
            self._idle.remove(worker)
        if not self._supervisor.ready:
            self._is_ready.clear()
            self._refuse_queue()

    def _refuse_queue(self) -> None:
        """Refuse the callers that wait: the start of a process takes longer than most of them have."""
        for turn in self._queue:
            if not turn.done():
                turn.set_exception(self._refuse_unready())

    def _refuse_unready(self) -> Busy:
        return self._refuse("not_ready", "the worker processes are starting.")

    def _refuse(self, reason: Refusal, why: str) -> Busy:
        self._observer.count_refusal(reason)
        return Busy(f"Try again in a moment: {why}")

    def _show_load(self) -> None:
        self._observer.set_load(waiting=len(self._queue), busy=self._n_busy)
