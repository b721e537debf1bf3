from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx

from shared.revisions.follower import follow
from shared.revisions.freshness import Freshness
from shared.schemas.changes import LEASE_SECONDS, ChangeEvent
from tests.support.gateway.feed import FakeFeed
from tests.support.polling import wait_until
from tests.support.upstream import client_of

REFUSED = httpx.Response(503, json={"type": "/problems/store-unavailable", "detail": "Try again."})


@dataclass
class _Leases:
    """A feed of revisions that extends leases until told otherwise."""

    feed: FakeFeed = field(default_factory=FakeFeed)
    is_refusing: bool = False
    n_asked: int = 0

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/changes":
            return httpx.Response(200, headers={"Content-Type": "text/event-stream"}, content=self.feed.stream())
        self.n_asked += 1
        return REFUSED if self.is_refusing else httpx.Response(200, json={"is_continuous": True})

    @asynccontextmanager
    async def followed(self) -> AsyncIterator[Freshness]:
        """Follow the feed, on its clock, which stands still."""
        freshness = Freshness(self.feed.monotonic)
        async with follow("test", client_of(self.answer), freshness, monotonic=self.feed.monotonic):
            self.feed.put(ChangeEvent(symbols=[], is_alive=True))
            await wait_until(lambda: freshness.is_alive)
            yield freshness


async def test_a_refused_renewal_is_repeated_before_the_next_one_would_be_due() -> None:
    refused, extended = _Leases(), _Leases()
    async with refused.followed() as freshness, extended.followed():
        refused.is_refusing = True
        n_before = refused.n_asked, extended.n_asked
        await wait_until(lambda: extended.n_asked >= n_before[1] + 3)
        assert refused.n_asked - n_before[0] >= 8
        assert freshness.is_alive
        refused.is_refusing = False
        n_asked = refused.n_asked
        await wait_until(lambda: refused.n_asked > n_asked)


async def test_without_a_lease_to_save_a_refused_renewal_is_not_hurried() -> None:
    refused, extended = _Leases(), _Leases()
    async with refused.followed() as freshness, extended.followed():
        refused.is_refusing = True
        refused.feed.now += LEASE_SECONDS
        refused.feed.put(ChangeEvent(symbols=[], is_alive=True))
        await wait_until(lambda: freshness.is_heard)
        assert not freshness.is_alive
        n_before = refused.n_asked, extended.n_asked
        await wait_until(lambda: extended.n_asked >= n_before[1] + 3)
        assert refused.n_asked - n_before[0] <= 5
