"""Each follower is told of every change since it subscribed, however slow it is."""

import asyncio

from services.data.followers.broadcast import Broadcast


async def test_changes_are_merged_until_they_are_taken() -> None:
    broadcast = Broadcast()
    broadcast.publish({"EARLIER"})
    with broadcast.subscribe() as first, broadcast.subscribe() as second:
        broadcast.publish({"AAPL"})
        broadcast.publish({"MSFT"})
        assert await first.take(60) == {"AAPL", "MSFT"}
        assert await first.take(0) == set()
        broadcast.publish(None)
        broadcast.publish({"IBM"})
        assert await first.take(60) is None
        assert await second.take(60) is None
    broadcast.publish({"LATER"})
    assert await first.take(0) == set()


async def test_a_waiting_follower_is_woken_also_by_an_empty_set() -> None:
    broadcast = Broadcast()
    with broadcast.subscribe() as subscription:
        waiting = asyncio.create_task(subscription.take(600))
        await asyncio.sleep(0)
        broadcast.publish(set())
        assert await waiting == set()
