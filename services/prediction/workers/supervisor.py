"""Keeps the worker processes alive: replaces each that ends, and kills those that take too much memory or time."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import structlog

from services.prediction.workers import fork_server
from services.prediction.workers.worker import Worker

WATCH_SECONDS = 0.25  # between two checks of the memory; one takes 30 µs per process
STUCK_SECONDS = 300.0  # of one call: the slowest takes 2 s, and fifty times as long on a very busy machine
RESTART_SECONDS = 0.5  # before a start that follows a failed one; doubles with each
MAX_RESTART_SECONDS = 30.0
log = structlog.get_logger()


class Supervisor:
    """Starts the processes in the running event loop.

    Args:
        n_workers: Processes.
        prepare: Runs once in each process as it starts.
        max_bytes: Memory of a process. One that takes more is killed, before the system kills it or another.
        on_ready: Called when a process is prepared.
        on_lost: Called when a worker is no longer ready.
        preload: Modules that the fork server imports, before it forks the first process.

    Attributes:
        ready: The workers that can run calls, busy or not.
        is_open: Whether processes are replaced.
        threads: Runs what waits for a process; a dead one's may end only after its successor has started.
    """

    def __init__(
        self,
        n_workers: int,
        prepare: Callable[[], object],
        max_bytes: int,
        on_ready: Callable[[Worker], None],
        on_lost: Callable[[Worker], None],
        preload: Sequence[str] = (),
    ) -> None:
        self._prepare, self._max_bytes, self._preload = prepare, max_bytes, preload
        self._on_ready, self._on_lost = on_ready, on_lost
        self._workers: set[Worker] = set()
        self._forking: set[asyncio.Future[Worker]] = set()
        self._n_failed_starts = 0
        self.is_open = True
        self.ready: set[Worker] = set()
        self.threads = ThreadPoolExecutor(2 * n_workers, "worker")
        self._loop = asyncio.get_running_loop()
        for _ in range(n_workers):
            self._start()
        self._watching = asyncio.create_task(self._watch())

    async def close(self) -> None:
        """Kill the processes even if they are computing, since no caller is left."""
        self.is_open = False
        self._watching.cancel()
        await asyncio.gather(*self._forking, return_exceptions=True)
        for worker in self._workers:
            self._loop.remove_reader(worker.sentinel)
            worker.kill()
        await asyncio.to_thread(self.threads.shutdown)
        for worker in self._workers:
            await asyncio.to_thread(worker.join)
        self.ready.clear()

    def give_up(self, worker: Worker) -> None:
        """Take a worker whose pipe has broken out of use; its process has ended, or is of no use."""
        worker.kill()
        if worker in self.ready:
            self.ready.discard(worker)
            self._on_lost(worker)

    def _start(self) -> None:
        if not self.is_open:
            return
        fork_server.start(self._preload)  # not in a thread: it dies with the thread that starts it
        forking = self._loop.run_in_executor(self.threads, Worker, self._prepare)
        self._forking.add(forking)
        forking.add_done_callback(self._forked)

    def _forked(self, forking: asyncio.Future[Worker]) -> None:
        """Watch a process that has been forked; if the fork server died instead, start again later."""
        self._forking.discard(forking)
        if (error := forking.exception()) is not None:
            log.error("worker_not_started", error=f"{type(error).__name__}: {error}")
            self._start_later()
            return
        worker = forking.result()
        self._workers.add(worker)
        self._loop.add_reader(worker.sentinel, self._replace, worker)
        starting = self._loop.run_in_executor(self.threads, worker.wait_until_ready)
        starting.add_done_callback(lambda done: self._started(worker, is_ready=done.result()))

    def _started(self, worker: Worker, *, is_ready: bool) -> None:
        if is_ready and worker in self._workers and self.is_open:
            self._n_failed_starts = 0
            worker.was_ready = True
            self.ready.add(worker)
            self._on_ready(worker)

    def _replace(self, worker: Worker) -> None:
        """Start another process for one that has ended, at once unless it ended before it was ready."""
        self._loop.remove_reader(worker.sentinel)
        self._workers.discard(worker)
        log.error("worker_died", exit_code=worker.join(), was_ready=worker.was_ready, was_busy=worker.is_busy)
        self.give_up(worker)
        if worker.was_ready:
            self._start()
            return
        self._start_later()

    def _start_later(self) -> None:
        seconds = min(MAX_RESTART_SECONDS, RESTART_SECONDS * 2**self._n_failed_starts)
        self._n_failed_starts += 1
        self._loop.call_later(seconds, self._start)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            for worker in self._workers:
                if (n_bytes := worker.memory_bytes) > self._max_bytes:
                    log.error("worker_too_large", megabytes=n_bytes // 1_000_000, was_busy=worker.is_busy)
                    worker.kill()
                elif worker.seconds_busy > STUCK_SECONDS:
                    log.error("worker_stuck", seconds=round(worker.seconds_busy))
                    worker.kill()
