"""Runs a task over many items on the workers of a Dask cluster."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from threading import Event
from typing import Any

from distributed import Client, Future, KilledWorker, as_completed
from distributed.client import ClosedClientError

from services.prediction.ports import EngineLost, Item, Outcome, T
from shared.errors import ComputationRefused

MAX_DEATHS = 3  # of processes, caused by one item
_LOST = "The cluster that computes has been lost. Start the run again: it continues."


class DaskEngine:
    """An engine on a Dask cluster.

    Args:
        client: The client of the cluster.
        count_workers: Says how many worker processes the cluster has now.
    """

    def __init__(self, client: Client, count_workers: Callable[[], int]) -> None:
        self._client = client
        self._count_workers = count_workers
        self._is_cancelled = Event()
        self._running: dict[Future[Any], Any] = {}

    def map_unordered(
        self, task: Callable[[Item], T], items: Iterable[Item], per_worker: int
    ) -> Iterator[Outcome[Item, T]]:
        """Yield the outcome of each item as it completes, with `per_worker` items under way for each worker. Blocks.

        A value is released when the next outcome is requested. If a process dies, any of its items may be the cause, so
        they are tried again at the end, one at a time.

        Raises:
            EngineLost: The cluster is gone.
        """
        suspects: list[Item] = []
        for outcome in self._map(task, items, lambda: per_worker * self._count_workers()):
            if isinstance(outcome.error, KilledWorker):
                suspects.append(outcome.item)
            else:
                yield outcome
        for item in suspects:
            yield from self._retry(task, item)

    @property
    def address(self) -> str:
        """Return the address of the scheduler."""
        assert self._client.scheduler is not None
        return str(self._client.scheduler.address)

    def cancel(self) -> None:
        """End the map: no further item begins, and nothing more is yielded. Callable from any thread."""
        self._is_cancelled.set()
        with suppress(ClosedClientError):  # the cluster is gone, which has ended the map
            self._client.cancel(list(self._running))  # also wakes the map

    def _retry(self, task: Callable[[Item], T], item: Item) -> Iterator[Outcome[Item, T]]:
        for _ in range(MAX_DEATHS - 1):
            for outcome in self._map(task, [item], lambda: 1):
                if not isinstance(outcome.error, KilledWorker):
                    yield outcome
                    return
        if not self._is_cancelled.is_set():
            yield Outcome(item, None, ComputationRefused(f"The computation ended its process {MAX_DEATHS} times."))

    def _map(
        self, task: Callable[[Item], T], items: Iterable[Item], at_once: Callable[[], int]
    ) -> Iterator[Outcome[Item, T]]:
        pending = iter(items)
        running: dict[Future[T], Item] = {}
        self._running = running
        completed = as_completed(loop=self._client.loop)

        def submit() -> None:
            for item in islice(pending, max(0, at_once() - len(running))):
                future = self._submit(task, item)
                running[future] = item
                completed.add(future)

        if not self._is_cancelled.is_set():
            submit()
        for future in completed:
            if self._is_cancelled.is_set():
                return
            outcome = self._collect(running.pop(future), future)
            if outcome is None:
                return
            yield outcome
            future.release()
            submit()

    def _submit(self, task: Callable[[Item], T], item: Item) -> Future[T]:
        try:
            return self._client.submit(task, item, pure=False)
        except ClosedClientError as error:  # the cluster went away while the item was read
            raise EngineLost(_LOST) from error

    def _collect(self, item: Item, future: Future[T]) -> Outcome[Item, T] | None:
        """Fetch the value, which can be lost: a process may die after it has computed it."""
        try:
            return Outcome(item, future.result(), None)
        except Exception as error:
            if future.status == "error":  # that of the item; every other is one of the connection
                return Outcome(item, None, error)
            if self._is_cancelled.is_set():
                return None
            raise EngineLost(_LOST) from error


class WorkerCount:
    """Counts the workers of a cluster that may grow and shrink, asking at most every few seconds.

    Args:
        client: The client of the cluster.
    """

    SECONDS = 2.0

    def __init__(self, client: Client) -> None:
        self._client = client
        self._n_workers = 1
        self._until = 0.0

    def __call__(self) -> int:
        """Return the number of workers, at least 1, since submitted items wait for a worker."""
        if time.monotonic() >= self._until:
            workers = self._client.scheduler_info().get("workers", ())  # none are known while the cluster is gone
            self._n_workers = max(1, len(workers))
            self._until = time.monotonic() + self.SECONDS
        return self._n_workers
