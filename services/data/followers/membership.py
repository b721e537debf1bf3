"""A process's own lease to answer from memory: while it is valid, no change that it does not know is acknowledged."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from uuid import uuid4

from services.data.ports import ChangeFeed, Followers
from shared.errors import ServiceError
from shared.schemas.changes import LEASE_SECONDS, MAX_FEED_AGE_SECONDS

RENEW_SECONDS = 0.5


class Membership:
    """Renews the lease while the change feed works.

    Args:
        feed: Says how far this process knows of changes.
        followers: Where the lease is kept.
        monotonic: The clock.
    """

    def __init__(self, feed: ChangeFeed, followers: Followers, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._feed = feed
        self._followers = followers
        self._monotonic = monotonic
        self._id = f"data-{uuid4().hex}"
        self._until: float | None = None
        self._is_due = asyncio.Event()

    def may_trust_memory(self) -> bool:
        """Say whether remembered values may be used until their lifetime ends.

        They may also where the feed has never worked, as in a MongoDB without change streams: there the lifetime alone
        counts.
        """
        return self._until is None or self._monotonic() < self._until

    def advance(self) -> None:
        """Renew now, because the fence has risen and a writer waits for it."""
        self._is_due.set()

    async def renew(self) -> None:
        """Renew the lease once, if the feed works.

        After a gap, memory is trusted only from the next renewal on: in the gap, a change may have been acknowledged
        that the feed is about to report.
        """
        sent_at, fence = self._monotonic(), self._feed.fence
        if self._feed.age_seconds() < MAX_FEED_AGE_SECONDS:
            is_first, is_continuous = self._until is None, await self._followers.renew(self._id, fence)
            self._until = sent_at + (LEASE_SECONDS if is_first or is_continuous else 0.0)

    async def run(self) -> None:
        """Renew the lease until cancelled."""
        while True:
            with suppress(ServiceError):  # the lease ends by itself
                await self.renew()
            with suppress(TimeoutError):
                async with asyncio.timeout(RENEW_SECONDS):
                    await self._is_due.wait()
            self._is_due.clear()
