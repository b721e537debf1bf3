"""Bounds the calls in progress to one upstream, so that one slow upstream cannot take the whole service."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import anyio

from shared.errors import Busy

N_SLOTS = 64  # more at once would not raise an upstream's throughput, only delay every call
MIN_SLOTS = 8  # that stay when the upstream refuses calls: enough to keep its processes at work
MAX_WAITING = 240  # with the slots, fewer than a service admits, so that calls to other upstreams still get through
MAX_WAIT_SECONDS = 1.0  # a caller that would wait for longer is refused as it arrives
STALL_SECONDS = 0.5  # once no call has ended for this long, those in line would wait for seconds
WEIGHT = 0.2  # of the last call in the pace: five calls tell what calls take now


class Slots:
    """Slots for calls to one upstream. Callers wait for one in order of arrival, while the line is short enough.

    The line is judged by how it moves, not by its length: a short burst is served, and a caller whose turn would not
    come within `MAX_WAIT_SECONDS` is refused at once, on fast and slow machines alike. While no call ends at all,
    there is no line: waiting and new callers are refused. Waiting here is our own delay: it counts against the
    caller's time, but never as a failure of the upstream.

    An upstream that refuses calls gets fewer at once, and slowly more as it serves them, as TCP does: a refusal here
    costs less than one there.
    """

    def __init__(
        self,
        upstream: str,
        n_slots: int = N_SLOTS,
        max_waiting: int = MAX_WAITING,
        monotonic: Callable[[], float] = time.monotonic,
        stall_seconds: float = STALL_SECONDS,
    ) -> None:
        self._upstream = upstream
        self._n_slots = n_slots
        self._max_waiting = max_waiting
        self._monotonic = monotonic
        self._stall_seconds = stall_seconds
        self._free = anyio.CapacityLimiter(n_slots)
        self._allowed = float(n_slots)  # its whole part is how many calls there may be at once
        self._moved_at = 0.0  # when a slot was last taken or released
        self._pace = 0.0  # seconds from one release to the next since the line began; 0 if that is not known yet
        self._waiting: set[anyio.CancelScope] = set()
        self._watch: asyncio.TimerHandle | None = None

    @asynccontextmanager
    async def take(self, seconds: float) -> AsyncIterator[float]:
        """Hold a slot, and yield how long it took to get it, in seconds.

        Raises:
            Busy: Too many callers wait, or their turns take too long, or no slot became free within `seconds`.
        """
        call = object()
        waited = await self._acquire(call, seconds)
        self._moved_at = self._monotonic()
        try:
            yield waited
        finally:
            self._note_release()
            self._free.release_on_behalf_of(call)

    def refused(self) -> None:
        """Note that the upstream refused a call that holds a slot, because it has too many."""
        self._allow(min(self._allowed, self._free.borrowed_tokens - 1))

    def served(self) -> None:
        """Note that the upstream served a call: after each round of them, there may be one more at once."""
        if self._allowed < self._n_slots:
            self._allow(self._allowed + 1 / self._allowed)

    def _allow(self, allowed: float) -> None:
        self._allowed = min(self._n_slots, max(allowed, min(MIN_SLOTS, self._n_slots)))
        self._free.total_tokens = int(self._allowed)

    def _note_release(self) -> None:
        now = self._monotonic()
        if self._waiting:  # then every slot is taken, and none was between the last move and this one
            seconds = now - self._moved_at
            self._pace += (seconds - self._pace) * (WEIGHT if self._pace else 1)
        self._moved_at = now

    async def _acquire(self, call: object, seconds: float) -> float:
        try:
            self._free.acquire_on_behalf_of_nowait(call)
        except anyio.WouldBlock:
            return await self._wait(call, seconds)
        self._pace = 0.0
        return 0.0

    async def _wait(self, call: object, seconds: float) -> float:
        arrived_at = self._monotonic()
        wait = self._pace * (len(self._waiting) + 1)
        is_too_long = wait > MAX_WAIT_SECONDS or len(self._waiting) >= self._max_waiting
        if is_too_long or self._seconds_to_stall() <= 0:
            raise self._busy()
        with anyio.move_on_after(seconds) as in_line:
            self._waiting.add(in_line)
            if self._watch is None:
                self._refuse_if_stalled()
            try:
                await self._free.acquire_on_behalf_of(call)
            finally:
                self._waiting.remove(in_line)
        if in_line.cancelled_caught:
            raise self._busy()
        return self._monotonic() - arrived_at

    def _refuse_if_stalled(self) -> None:
        """Refuse everyone in line if no call has ended for too long; otherwise check again later."""
        if self._seconds_to_stall() <= 0:
            for in_line in self._waiting:
                in_line.cancel()
        self._watch = None
        if self._waiting:
            pause = max(self._seconds_to_stall(), self._stall_seconds / 10)
            self._watch = asyncio.get_running_loop().call_later(pause, self._refuse_if_stalled)

    def _seconds_to_stall(self) -> float:
        return self._moved_at + self._stall_seconds - self._monotonic()

    def _busy(self) -> Busy:
        return Busy(f"Too many calls to {self._upstream} are waiting. Try again in a moment.")
