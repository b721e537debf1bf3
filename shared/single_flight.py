"""Coalesces concurrent calls with the same key into one."""

import asyncio
import math
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

from shared import deadline
from shared.telemetry import tracing

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """Runs work for the first caller of a key; callers that come while it runs share its result or its error.

    Results are not kept: the next caller after the end starts the work again.
    """

    def __init__(self) -> None:
        self._tasks: dict[Hashable, asyncio.Task[T]] = {}

    async def run(self, key: Hashable, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Return the result of `work`, started now or by an earlier caller with the same key.

        The work continues when callers leave, even the first. It runs in a context of its own, so no caller's deadline
        limits it: it must end by itself. Only its spans belong to the first caller's trace.

        Raises:
            TimeoutError: The caller's request has no time left.
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
            task.exception()  # marks it as retrieved, even if every caller has left
