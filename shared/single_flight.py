"""Coalesces concurrent calls with the same key into one."""

import asyncio
import math
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

import anyio

from shared import deadline
from shared.background import retrieve
from shared.telemetry import tracing

T = TypeVar("T")
GATHERING_SECONDS = 0.1  # the longest that work waits for earlier work of its key, so that a slow one delays it little


class _Shared(Generic[T]):
    """Work under way, and how many callers wait for it."""

    def __init__(self, work: Callable[[], Coroutine[Any, Any, T]]) -> None:
        self._scope = anyio.CancelScope()
        self.task = asyncio.create_task(self._run(work), context=tracing.context_of_trace())
        self.n_callers = 0

    def cancel(self) -> None:
        """Cancel the work. Not by Task.cancel(): httpcore protects its slots from anyio's cancellation only."""
        self._scope.cancel()

    async def _run(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        with self._scope:
            return await work()
        raise asyncio.CancelledError


class SingleFlight(Generic[T]):
    """Runs work for the first caller of a key; callers that arrive while it runs share its result or its error.

    Results are not kept: the next caller after the end starts the work again.
    """

    def __init__(self) -> None:
        self._shared: dict[Hashable, _Shared[T]] = {}

    async def run(self, key: Hashable, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Return the result of `work`, started now or by an earlier caller with the same key.

        The work continues while any caller waits for it, even if the first one has left, and is cancelled when the last
        one leaves or has no time left. It runs in a context of its own, so no caller's deadline limits it: it must end
        by itself. Only its spans belong to the first caller's trace.

        Raises:
            TimeoutError: The caller's request has no time left.
        """
        shared = self._shared.get(key) or self._start(key, work)
        seconds = deadline.seconds_left(math.inf)
        shared.n_callers += 1
        try:
            ended, _ = await asyncio.wait({shared.task}, timeout=None if math.isinf(seconds) else max(0.0, seconds))
        finally:
            shared.n_callers -= 1
            if not shared.n_callers and not shared.task.done():
                self._forget(key, shared)  # before it has ended: the next caller must not join work that is cancelled
                shared.cancel()
        if not ended:
            raise TimeoutError
        return shared.task.result()

    async def run_anew(self, key: Hashable, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """As `run`, but share only work that begins after this call, since what was read earlier may be outdated.

        It begins once the work of this key that is in progress has ended, or has gone on for a moment, so that further
        callers can share it.
        """
        upcoming = ("upcoming", key)

        async def begin() -> T:
            if (running := self._shared.get(key)) is not None:
                await asyncio.wait({running.task}, timeout=GATHERING_SECONDS)
            begun = self._shared[key] = self._shared.pop(upcoming)
            try:
                return await work()
            finally:
                self._forget(key, begun)

        return await self.run(upcoming, begin)

    def is_running(self, is_meant: Callable[[Any], bool]) -> bool:
        """Say whether work is in progress that a caller could join, and whose key is meant."""
        return any(map(is_meant, self._shared))

    def _start(self, key: Hashable, work: Callable[[], Coroutine[Any, Any, T]]) -> _Shared[T]:
        shared = self._shared[key] = _Shared(work)
        shared.task.add_done_callback(lambda _: self._land(key, shared))
        return shared

    def _land(self, key: Hashable, shared: _Shared[T]) -> None:
        self._forget(key, shared)
        retrieve(shared.task)

    def _forget(self, key: Hashable, shared: _Shared[T]) -> None:
        if self._shared.get(key) is shared:
            del self._shared[key]
