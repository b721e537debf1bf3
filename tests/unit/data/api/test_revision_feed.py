"""The feed of revisions over HTTP, from a real server, because it never ends."""

import asyncio
from contextlib import AsyncExitStack

import httpx

from services.data.app import create_app
from services.data.settings import DataSettings
from shared.clients.data import DataClient
from shared.schemas.changes import ChangeEvent
from tests.support.asgi import listen
from tests.support.data.bars import make_frame
from tests.support.data.fakes import FakeBarStore, FakeChangeFeed, FakeFollowers, fakes


async def test_followers_are_told_of_changes_and_how_far_the_feed_is() -> None:
    feed, followers = FakeChangeFeed(), FakeFollowers()
    app = create_app(
        DataSettings(), open_resources=fakes(FakeBarStore({"AAPL": make_frame()}), feed=feed, followers=followers)
    )
    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(listen(app))
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}"))
        client = DataClient(http, timeout_seconds=60)
        events = client.changes()
        async with asyncio.timeout(60):
            assert await _next(events, lambda event: event.symbols == []) == ChangeEvent(
                symbols=[], is_alive=True, fence=0
            )
            feed.queue.put_nowait({"MSFT", "AAPL"})
            assert (await _next(events, lambda event: event.symbols != [])).symbols == ["AAPL", "MSFT"]
            feed.fence = 7
            feed.queue.put_nowait(set())
            assert (await _next(events, lambda event: event.fence == 7)).symbols == []
            feed.queue.put_nowait(None)
            assert (await _next(events, lambda event: event.symbols != [])).symbols is None
            feed.is_down = True
            assert not (await _next(events, lambda event: not event.is_alive)).is_alive
            assert not (await client.renew_lease(follower="gateway-1", fence=7)).is_continuous
            assert (await client.renew_lease(follower="gateway-1", fence=8)).is_continuous
        assert followers.fence_by_follower["gateway-1"] == 8
        app.state.draining.is_on = True  # the stream ends with the next heartbeat, or the server could not stop
        async with asyncio.timeout(60):
            async for _ in events:
                pass


async def _next(events: object, is_wanted: object) -> ChangeEvent:
    async for event in events:  # type: ignore[attr-defined]
        if is_wanted(event):  # type: ignore[operator]
            return event  # type: ignore[no-any-return]
    raise AssertionError("the stream has ended")
