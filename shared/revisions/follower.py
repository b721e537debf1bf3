"""Follows the data service's feed of revisions, reports its position, and reconnects whenever the feed ends."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from uuid import uuid4

import structlog

from shared.background import in_background
from shared.clients.base import ServiceClient
from shared.clients.data import DataClient
from shared.errors import ServiceError
from shared.revisions.freshness import Freshness

RETRY_SECONDS = (0.2, 1.0)  # random within these, so that followers do not reconnect together
RENEW_SECONDS = 0.7  # three times within a lease
RENEW_AGAIN_SECONDS = 0.1  # after a renewal that failed, while there is a lease to save
log = structlog.get_logger()


@asynccontextmanager
async def follow(
    name: str,
    data: DataClient,
    freshness: Freshness,
    others: Sequence[ServiceClient] = (),
    on_alive: Callable[[bool], None] = lambda _: None,
    monotonic: Callable[[], float] = time.monotonic,
) -> AsyncIterator[None]:
    """Follow the feed inside the block. After a change or a gap, no call shares a request that began before it.

    Args:
        name: The service that follows, for the list of followers.
        data: The data service, which has the feed.
        freshness: Is told of each event.
        others: Clients of services that answer from the same bars.
        on_alive: Is told whether the feed is alive, when that changes.
        monotonic: The clock, as that of `freshness`.
    """
    follower = Follower(f"{name}-{uuid4().hex}", data, freshness, on_alive, monotonic)
    for client in (data, *others):
        client.share_within(lambda: freshness.period)
    async with in_background(follower.read(), follower.renew()):
        yield


class Follower:
    """One follower of the feed, known by its id; the other arguments are those of `follow`."""

    def __init__(
        self,
        follower: str,
        data: DataClient,
        freshness: Freshness,
        on_alive: Callable[[bool], None],
        monotonic: Callable[[], float],
    ) -> None:
        self._id = follower
        self._data = data
        self._freshness = freshness
        self._on_alive = on_alive
        self._monotonic = monotonic
        self._was_alive = False
        self._is_due = asyncio.Event()

    async def read(self) -> None:
        """Read the feed until cancelled."""
        while True:
            reason = "ended"
            try:
                async for event in self._data.changes():
                    if event.fence != self._freshness.fence or not self._freshness.is_alive:
                        self._is_due.set()
                    self._freshness.heard(event)
                    self._report("not reported")
            except ServiceError as error:
                reason = error.slug
            except Exception:  # a bug must not stop it forever
                log.exception("follower_failed")
            self._freshness.lost()
            self._report(reason)
            await asyncio.sleep(random.uniform(*RETRY_SECONDS))  # noqa: S311  # no secret

    async def renew(self) -> None:
        """Report this follower's position and extend its lease until cancelled."""
        while True:
            pause = RENEW_SECONDS
            if self._freshness.is_heard:  # otherwise writers would wait for a follower that receives nothing
                sent_at, fence = self._monotonic(), self._freshness.fence
                try:
                    lease = await self._data.renew_lease(follower=self._id, fence=fence)
                    self._freshness.leased(sent_at, is_continuous=lease.is_continuous)
                except ServiceError:  # the lease ends by itself
                    pause = RENEW_AGAIN_SECONDS if self._freshness.is_alive else RENEW_SECONDS
            self._report("no lease")
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._is_due.wait()
            self._is_due.clear()

    def _report(self, reason: str) -> None:
        is_alive = self._freshness.is_alive
        if is_alive is not self._was_alive:
            self._was_alive = is_alive
            self._on_alive(is_alive)
            if is_alive:
                log.info("revisions_followed")
            else:
                log.warning("revisions_lost", reason=reason)
