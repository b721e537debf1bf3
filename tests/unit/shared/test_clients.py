import asyncio
import json
from collections.abc import Callable

import httpx
import pytest

from shared.clients.data import DataClient
from shared.clients.prediction import PredictionClient
from shared.errors import (
    NotEnoughBars,
    ServiceError,
    SymbolNotFound,
    UpstreamFailed,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from tests.support.gateway import make_result

Handler = Callable[[httpx.Request], httpx.Response]


def _client(handler: Handler, timeout_seconds: float = 1) -> DataClient:
    http = httpx.AsyncClient(transport=httpx.MockTransport(handler), base_url="http://data")
    return DataClient(http, upstream="the data service", timeout_seconds=timeout_seconds)


def _problem(slug: str, status: int, **extras: object) -> httpx.Response:
    body = {"type": f"/problems/{slug}", "detail": "What happened.", **extras}
    return httpx.Response(status, json=body, headers={"content-type": "application/problem+json"})


def _refuse(_: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused")


def _cut(_: httpx.Request) -> httpx.Response:
    raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")


def _stall(_: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("slow")


@pytest.mark.parametrize(
    ("handler", "leaf"),
    [
        (_refuse, UpstreamUnavailable),
        (_cut, UpstreamUnavailable),
        (_stall, UpstreamTimeout),
        (lambda _: _problem("symbol-not-found", 404), SymbolNotFound),
        (lambda _: _problem("from-the-future", 418), UpstreamFailed),
        (lambda _: httpx.Response(502, text="<html>proxy</html>"), UpstreamFailed),
        (lambda _: httpx.Response(500, json=["no", "object"]), UpstreamFailed),
        (lambda _: httpx.Response(200, text='["AAPL"'), UpstreamFailed),
        (lambda _: httpx.Response(200, json={"AAPL": 1}), UpstreamFailed),
    ],
)
async def test_whatever_goes_wrong_is_a_leaf_of_ours(handler: Handler, leaf: type[ServiceError]) -> None:
    with pytest.raises(leaf) as caught:
        await _client(handler).symbols()
    assert type(caught.value) is leaf
    assert "http" not in caught.value.detail


async def test_an_upstream_problem_keeps_its_numbers() -> None:
    with pytest.raises(NotEnoughBars) as caught:
        await _client(lambda _: _problem("not-enough-bars", 409, required=7, available=4)).symbols()
    assert caught.value.extras == {"required": 7, "available": 4}


async def test_an_upstream_that_never_answers_is_given_up_in_time() -> None:
    async def never(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(60)
        raise AssertionError("not reached")

    http = httpx.AsyncClient(transport=httpx.MockTransport(never), base_url="http://data")
    client = DataClient(http, upstream="the data service", timeout_seconds=0.1)
    with pytest.raises(UpstreamTimeout, match=r"The data service did not answer within 0\.1 s"):
        await client.symbols()


async def test_bars_without_a_revision_are_refused() -> None:
    with pytest.raises(UpstreamFailed, match="without a revision"):
        await _client(lambda _: httpx.Response(200, content=b"bytes")).bars(symbol="AAPL")


async def test_bars_come_with_their_revision() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert (request.url.path, request.url.query) == ("/symbols/BRK.B/bars", b"format=arrow")
        return httpx.Response(200, content=b"bytes", headers={"etag": '"abc"'})

    payload = await _client(answer).bars(symbol="BRK.B")
    assert (payload.revision, payload.arrow) == ("abc", b"bytes")


async def test_a_result_survives_the_wire() -> None:
    result = make_result()
    answer = httpx.MockTransport(lambda _: httpx.Response(200, content=result.model_dump_json()))
    http = httpx.AsyncClient(transport=answer, base_url="http://prediction")
    client = PredictionClient(http, upstream="the prediction service", timeout_seconds=1)
    assert await client.result(symbol="AAPL") == result


async def test_health_of_a_service_that_is_not_ready_is_read_all_the_same() -> None:
    body = {"status": "down", "checks": {"store": {"status": "down", "detail": "No answer."}}}
    health = await _client(lambda _: httpx.Response(503, content=json.dumps(body))).health()
    assert health.checks["store"].detail == "No answer."
