"""Runs a task over many items on Dask: a scheduler and worker processes of this machine, closed after their use.

Dask unpickles what its processes send to one another. They listen on loopback only and end with the
engine; until then, every user of this machine can run code through them.
"""

import logging
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from threading import Event

import dask
from distributed import Client, Future, KilledWorker, LocalCluster, as_completed

from services.prediction.ports import Item, Outcome, T
from shared.errors import ComputationRefused

MAX_DEATHS = 3  # of processes by one item
NICENESS = 10  # requests that a person waits for come first
_CONFIG = {
    "distributed.scheduler.allowed-failures": 0,  # the items of a process that died are tried again here, alone
    "distributed.scheduler.http.routes": [],  # nobody asks the scheduler or a worker over HTTP
    "distributed.worker.http.routes": [],
}


class DaskEngine:
    """An engine on a cluster of this machine's processes, one thread each.

    Args:
        client: The client of the cluster.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._is_cancelled = Event()

    def map_unordered(
        self, task: Callable[[Item], T], items: Iterable[Item], at_once: int
    ) -> Iterator[Outcome[Item, T]]:
        """Yield the outcome of each item as it completes, with `at_once` items under way at most. Blocks.

        A value is released after its outcome has been taken: when the next one is asked for. If a process dies, any of
        the items that it had may be the cause, so they are tried again at the end, one at a time.
        """
        suspects: list[Item] = []
        for outcome in self._map(task, items, at_once):
            if isinstance(outcome.error, KilledWorker):
                suspects.append(outcome.item)
            else:
                yield outcome
        for item in suspects:
            yield from self._retry(task, item)

    def cancel(self) -> None:
        """End the map: what has not begun is not begun, and nothing more is yielded. For any thread."""
        self._is_cancelled.set()

    def _retry(self, task: Callable[[Item], T], item: Item) -> Iterator[Outcome[Item, T]]:
        for _ in range(MAX_DEATHS - 1):
            for outcome in self._map(task, [item], 1):
                if not isinstance(outcome.error, KilledWorker):
                    yield outcome
                    return
        if not self._is_cancelled.is_set():
            yield Outcome(item, None, ComputationRefused(f"The computation ended its process {MAX_DEATHS} times."))

    def _map(self, task: Callable[[Item], T], items: Iterable[Item], at_once: int) -> Iterator[Outcome[Item, T]]:
        pending = iter(items)
        running: dict[Future[T], Item] = {}
        completed = as_completed(loop=self._client.loop)

        def submit(n_items: int) -> None:
            for item in islice(pending, n_items):
                future = self._client.submit(task, item, pure=False)
                running[future] = item
                completed.add(future)

        submit(at_once)
        for future in completed:
            if self._is_cancelled.is_set():
                self._client.cancel(list(running))
                return
            yield _collect(running.pop(future), future)
            future.release()
            submit(1)


@contextmanager
def open_dask_engine(n_workers: int, max_bytes: int) -> Iterator[DaskEngine]:
    """Start the cluster, and close it at the end.

    Args:
        n_workers: Worker processes.
        max_bytes: Memory of each; one that takes more is replaced.
    """
    cluster = partial(
        LocalCluster,
        n_workers=n_workers,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        memory_limit=max_bytes,
        silence_logs=logging.CRITICAL,  # a process that dies is replaced, and the outcome tells of it
        dashboard_address="127.0.0.1:0",  # with None, Dask takes port 8787 nevertheless
        scheduler_kwargs={"dashboard": False},
    )
    with dask.config.set(_CONFIG), cluster() as local, Client(local, set_as_default=False) as client:
        local.adapt(minimum=n_workers, maximum=n_workers)  # replaces also a process that dies while it starts
        client.register_worker_callbacks(_be_nice)
        yield DaskEngine(client)


def _collect(item: Item, future: Future[T]) -> Outcome[Item, T]:
    """Fetch the value, which may be lost until then: a process can die after it has computed it."""
    try:
        return Outcome(item, future.result(), None)
    except Exception as error:
        return Outcome(item, None, error)


def _be_nice() -> None:
    os.nice(NICENESS)
