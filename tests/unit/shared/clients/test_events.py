"""A stream of events begins within the request's time, and then goes on for as long as its caller stays."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine

import httpx
import pytest

from shared import deadline
from shared.clients.runs import RunsClient
from shared.errors import UpstreamTimeout
from tests.support.polling import wait_until

RUN_ID = "0123456789abcdef"


def _client(handler: Callable[[httpx.Request], Coroutine[None, None, httpx.Response]]) -> RunsClient:
    http = httpx.AsyncClient(transport=httpx.MockTransport(handler), base_url="http://data")
    return RunsClient(http, timeout_seconds=1)


async def _never(_: httpx.Request) -> httpx.Response:
    await asyncio.sleep(60)
    raise AssertionError("not reached")


async def _stall(_: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("slow")


@pytest.mark.parametrize("handler", [_never, _stall])
async def test_a_stream_that_does_not_begin_in_time_is_given_up(
    handler: Callable[[httpx.Request], Coroutine[None, None, httpx.Response]],
) -> None:
    with deadline.within(0.1), pytest.raises(UpstreamTimeout, match="The data service did not answer in the time"):
        async with asyncio.timeout(10), _client(handler).events(run_id=RUN_ID):
            raise AssertionError("not reached")


async def test_a_stream_sends_its_callers_time_budget_and_outlasts_it() -> None:
    seen: list[httpx.Request] = []

    async def late() -> AsyncIterator[bytes]:
        await wait_until(lambda: deadline.seconds_left(1) < 0)
        yield b"data: 1\n\n"

    async def begin(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, headers={"Content-Type": "text/event-stream"}, content=late())

    with deadline.within(0.5):
        async with _client(begin).events(run_id=RUN_ID) as events:
            assert events is not None
            assert [chunk async for chunk in events] == [b"data: 1\n\n"]
    assert 0 < int(seen[0].headers[deadline.HEADER]) <= 500
