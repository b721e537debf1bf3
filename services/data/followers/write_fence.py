"""Delays the acknowledgement of a write until no process answers from the old bars any longer."""

import asyncio
import time
from contextvars import Context

from services.data.ports import Followers
from shared.background import retrieve
from shared.schemas.changes import LEASE_SECONDS

POLL_SECONDS = (0.003, 0.1)  # the first pause, which doubles up to the second
LAPSE_SECONDS = LEASE_SECONDS + 1.0  # after it, a lease that was not extended has ended by any clock


class WriteFence:
    """Waits after a write until every follower has been told of it, or has lost its lease.

    Writes that end at the same time share one fence.

    Args:
        followers: Knows the followers, and how far each has been told.
    """

    def __init__(self, followers: Followers) -> None:
        self._followers = followers
        self._next: asyncio.Task[None] | None = None
        self._current: asyncio.Task[None] | None = None

    async def wait(self) -> None:
        """Wait for followers; they are told by the change stream and by this process.

        Raises:
            StoreUnavailable: It is unknown whether all have been told.
        """
        if self._next is None:
            # In a context of its own: the deadline of the first caller's request is not that of the others.
            self._next = asyncio.create_task(self._run_next(self._current), context=Context())
            self._next.add_done_callback(retrieve)
        await asyncio.shield(self._next)

    async def _run_next(self, previous: asyncio.Task[None] | None) -> None:
        if previous is not None:
            await asyncio.wait({previous})
        self._current, self._next = self._next, None  # a caller that comes now needs a later fence
        fence = await self._followers.raise_fence()
        if fence and not await self._are_told(fence, LAPSE_SECONDS):
            await self._followers.end_leases(fence)
            await asyncio.sleep(LAPSE_SECONDS)

    async def _are_told(self, fence: int, at_most: float) -> bool:
        until, pause = time.monotonic() + at_most, POLL_SECONDS[0]
        while await self._followers.count_behind(fence):
            if time.monotonic() > until:
                return False
            await asyncio.sleep(pause)
            pause = min(2 * pause, POLL_SECONDS[1])
        return True
