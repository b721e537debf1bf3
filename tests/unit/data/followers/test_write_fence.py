"""A write is acknowledged when every follower with a lease has been told of it."""

import asyncio

import pytest

from services.data.followers import write_fence
from services.data.followers.membership import RENEW_SECONDS, Membership
from services.data.followers.write_fence import WriteFence
from shared import deadline
from shared.schemas.changes import LEASE_SECONDS
from tests.support.data.fakes import FakeChangeFeed, FakeFollowers
from tests.support.polling import settle, wait_until


async def test_without_followers_a_write_does_not_wait() -> None:
    followers = FakeFollowers()
    await WriteFence(followers).wait()
    assert followers.fence == 0


async def test_a_write_waits_until_the_last_follower_is_told() -> None:
    followers = FakeFollowers({"a": 0, "b": 0})
    waiting = asyncio.create_task(WriteFence(followers).wait())
    await wait_until(lambda: followers.fence == 1)
    await followers.renew("a", 1)
    await asyncio.sleep(0.05)
    assert not waiting.done()
    await followers.renew("b", 1)
    await waiting


async def test_writes_that_end_while_a_fence_is_waited_for_share_the_next_one() -> None:
    followers = FakeFollowers({"a": 0})
    fence = WriteFence(followers)
    first = asyncio.create_task(fence.wait())
    await wait_until(lambda: followers.fence == 1)
    later = [asyncio.create_task(fence.wait()) for _ in range(10)]
    await settle()
    await followers.renew("a", 1)
    await first
    await wait_until(lambda: followers.fence == 2)
    assert not any(task.done() for task in later)
    await followers.renew("a", 2)
    await asyncio.gather(*later)
    assert followers.fence == 2


async def test_the_deadline_of_the_first_write_limits_no_other_that_shares_its_fence() -> None:
    class Timed(FakeFollowers):
        async def raise_fence(self) -> int:
            left.append(deadline.seconds_left(60))
            return await super().raise_fence()

    left: list[float] = []
    fence = WriteFence(Timed())
    with deadline.within(0.1):
        first = asyncio.create_task(fence.wait())
    await asyncio.gather(first, fence.wait())
    assert left == [60]


async def test_a_follower_that_stays_behind_loses_its_lease_and_is_waited_out() -> None:
    followers, began_at = FakeFollowers({"slow": 0}), asyncio.get_running_loop().time()
    await WriteFence(followers).wait()
    assert followers.n_ended == 1
    assert asyncio.get_running_loop().time() - began_at >= 2 * write_fence.LAPSE_SECONDS > 2 * LEASE_SECONDS


@pytest.mark.parametrize("feed", [FakeChangeFeed(), FakeChangeFeed(is_down=True)])
async def test_memory_is_trusted_while_the_lease_lasts_and_where_there_never_was_one(feed: FakeChangeFeed) -> None:
    now, followers = [100.0], FakeFollowers()
    membership = Membership(feed, followers, lambda: now[0])
    assert membership.may_trust_memory()
    await membership.renew()
    assert len(followers.fence_by_follower) == (not feed.is_down)
    now[0] += LEASE_SECONDS
    assert membership.may_trust_memory() is feed.is_down


async def test_a_lease_is_not_extended_while_the_feed_is_away() -> None:
    feed, now, followers = FakeChangeFeed(), [100.0], FakeFollowers()
    membership = Membership(feed, followers, lambda: now[0])
    await membership.renew()
    feed.is_down = True
    now[0] += LEASE_SECONDS / 2
    await membership.renew()
    assert membership.may_trust_memory()
    now[0] += LEASE_SECONDS / 2
    assert not membership.may_trust_memory()


async def test_after_a_gap_memory_is_trusted_from_the_second_renewal_on() -> None:
    now, followers = [100.0], FakeFollowers()
    membership = Membership(FakeChangeFeed(), followers, lambda: now[0])
    await membership.renew()
    now[0] += 2 * LEASE_SECONDS
    followers.fence_by_follower.clear()  # a write did not wait for it
    await membership.renew()
    assert not membership.may_trust_memory()
    now[0] += RENEW_SECONDS
    await membership.renew()
    assert membership.may_trust_memory()
