"""Bounds the calls in progress to one upstream, so that one slow upstream cannot take the whole service."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import anyio

from shared.errors import Busy

N_SLOTS = 64  # an upstream answers more at once no faster, only each of them later
MAX_WAITING = 240  # with the slots fewer than a service admits, so that calls to other upstreams still get through
MAX_WAIT_SECONDS = 1.0  # once the first in line has waited so long, the upstream cannot keep up with its callers


class Slots:
    """Slots for calls to one upstream. Callers wait for one in order of arrival, until the line moves too slowly.

    The line is judged by how long its first has waited, not by its length: a burst that is over in a moment is served,
    and callers beyond what the upstream can do are refused at once, on a fast machine and on a slow one. Waiting here
    is our own delay: it counts against the caller's time, but never as a failure of the upstream.
    """

    def __init__(
        self,
        upstream: str,
        n_slots: int = N_SLOTS,
        max_waiting: int = MAX_WAITING,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._upstream = upstream
        self._max_waiting = max_waiting
        self._monotonic = monotonic
        self._free = anyio.Semaphore(n_slots, fast_acquire=True)
        self._waiting: dict[object, float] = {}  # in order of arrival, with the time of it

    @asynccontextmanager
    async def take(self, seconds: float) -> AsyncIterator[float]:
        """Hold a slot, and yield how long it took to get it, in seconds.

        Raises:
            Busy: Too many callers wait, or wait too long, or no slot became free within `seconds`.
        """
        waited = await self._acquire(seconds)
        try:
            yield waited
        finally:
            self._free.release()

    async def _acquire(self, seconds: float) -> float:
        try:
            self._free.acquire_nowait()
        except anyio.WouldBlock:
            return await self._wait(seconds)
        return 0.0

    async def _wait(self, seconds: float) -> float:
        arrived_at = self._monotonic()
        first = next(iter(self._waiting.values()), arrived_at)
        if len(self._waiting) >= self._max_waiting or arrived_at - first > MAX_WAIT_SECONDS:
            raise Busy(f"Too many calls to {self._upstream} are waiting. Try again in a moment.")
        self._waiting[place := object()] = arrived_at
        try:
            with anyio.fail_after(seconds):
                await self._free.acquire()
        except TimeoutError:
            detail = f"Other calls to {self._upstream} took all the time that was left. Try again in a moment."
            raise Busy(detail) from None
        finally:
            del self._waiting[place]
        return self._monotonic() - arrived_at
