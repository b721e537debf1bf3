"""The shortcut to kept answers, over real connections: only there does a small body arrive whole."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from tests.support.asgi import listen
from tests.support.gateway.feed import FakeFeed
from tests.support.gateway.service import FakeData, FakePrediction, gateway_resources, make_gateway

POSTS = ("/api/result", "/api/result/")
RESULT = "/api/stocks/AAPL/result"


@asynccontextmanager
async def _gateway(prediction: FakePrediction) -> AsyncIterator[httpx.AsyncClient]:
    feed = FakeFeed()
    app = make_gateway(gateway_resources(FakeData(feed=feed), prediction), feed.monotonic)
    async with listen(app) as port, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        await feed.send()
        await feed.pass_seconds(6)
        yield client


async def test_requests_that_share_an_answer_are_counted_and_logged_by_their_own_routes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    prediction = FakePrediction()
    async with _gateway(prediction) as client:
        for _ in range(3):
            await client.get(RESULT)
            for path in POSTS:
                await client.post(path, json={"stock_symbol": "AAPL"})
        metrics = (await client.get("/api/metrics")).text
    assert prediction.n_requests == 1
    assert 'http_requests_total{endpoint="/api/stocks/{symbol}/result",method="GET"} 3.0' in metrics
    for path in POSTS:
        assert f'http_requests_total{{endpoint="{path}",method="POST"}} 3.0' in metrics
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "request_served" in line]
    assert [line["route"] for line in lines] == ["/api/stocks/{symbol}/result", *POSTS] * 3
