"""Work that many ask for at a time, done once."""

import asyncio
import math
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

from shared import deadline
from shared.telemetry import tracing

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """Starts work for the first who asks under a key; who asks while it runs gets the same answer or the same error.

    Nothing is remembered: who asks after the end starts it anew.
    """

    def __init__(self) -> None:
        self._tasks: dict[Hashable, asyncio.Task[T]] = {}

    async def run(self, key: Hashable, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Return what `work` returns or raise what it raises, begun now or by another caller with the same key.

        The work goes on when a caller leaves, the first one too. It runs in a context of its own, so that the time
        that one caller has does not bound it: it must end by itself. Only its spans are the first caller's.

        Raises:
            TimeoutError: It does not end in the time that the caller's request has left.
        """
        task = self._tasks.get(key)
        if task is None:
            task = self._tasks[key] = asyncio.create_task(work(), context=tracing.context_of_trace())
            task.add_done_callback(lambda done: self._land(key, done))
        seconds = deadline.seconds_left(math.inf)
        ended, _ = await asyncio.wait({task}, timeout=None if math.isinf(seconds) else max(0.0, seconds))
        if not ended:
            raise TimeoutError
        return task.result()

    def _land(self, key: Hashable, task: asyncio.Task[T]) -> None:
        del self._tasks[key]
        if not task.cancelled():
            task.exception()  # seen, even if every caller has gone
