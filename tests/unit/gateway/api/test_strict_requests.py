"""A caller learns of every part of its request that would have no effect."""

import httpx
import pytest

from tests.support.gateway.service import WITH_KEY, serve_gateway
from tests.support.gateway.shared import Gateway

READS = [
    "/api/stocks",
    "/api/stocks/AAPL",
    "/api/stocks/AAPL/bars",
    "/api/stocks/AAPL/result",
    "/api/stocks/AAPL/forecast",
    "/api/stocks/AAPL/evaluation",
    "/api/stocks/AAPL/range",
    "/api/stocks/AAPL/ledger",
    "/api/models",
    "/api/leaderboard",
    "/api/screener",
    "/api/runs",
    "/api/runs/0123456789abcdef",
    "/api/runs/0123456789abcdef/events",
]
WRITES = [
    ("PUT", "/api/stocks/AAPL/bars"),
    ("PATCH", "/api/stocks/AAPL"),
    ("DELETE", "/api/stocks/AAPL"),
    ("POST", "/api/stocks/AAPL/ledger"),
    ("POST", "/api/runs"),
    ("POST", "/api/runs/0123456789abcdef/cancel"),
    ("DELETE", "/api/runs/0123456789abcdef"),
]


async def _answer(gateway: Gateway, method: str, target: str, **headers: str) -> httpx.Response:
    """Return the answer, if it is an error without asking any service."""
    json = {"name": "Apple"} if method == "PATCH" else None
    response = await gateway.client.request(method, target, headers=WITH_KEY | headers, json=json)
    assert response.status_code == 422, response.text
    assert gateway.n_requests == 0
    return response


@pytest.mark.parametrize(("method", "path"), [*(("GET", path) for path in READS), *WRITES])
async def test_a_parameter_that_a_path_does_not_have_is_refused(gateway: Gateway, method: str, path: str) -> None:
    response = await _answer(gateway, method, f"{path}?dry-run=true&symbol=MSFT&{'x' * 50}=1&dry-run=false")
    sentence = "there is no such name: see /docs"
    assert [each["pointer"] for each in response.json()["errors"]] == ["/query/dry-run", "/query/symbol", "/query/?"]
    assert {each["detail"] for each in response.json()["errors"]} == {sentence}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/api/stocks?limit=2&limit=3", "limit"),
        ("/api/stocks/AAPL/bars?start=2013-01-02&start=2013-01-03", "start"),
        ("/api/stocks/AAPL/result?adjusted=true&adjusted=true", "adjusted"),
        ("/api/stocks/AAPL/forecast?level=80&level=90&as_of=2013-01-02&as_of=2013-01-02", "as_of"),
        ("/api/leaderboard?horizon=1&horizon=5", "horizon"),
    ],
)
async def test_a_parameter_with_two_values_is_refused_unless_it_is_a_list(
    gateway: Gateway, path: str, name: str
) -> None:
    assert (await _answer(gateway, "GET", path)).json()["detail"] == f"/query/{name}: give it once"


async def test_a_list_may_be_repeated(gateway: Gateway) -> None:
    forecast = await gateway.client.get("/api/stocks/AAPL/forecast?level=80&level=90")
    evaluation = await gateway.client.get("/api/stocks/AAPL/evaluation?models=ridge&models=drift")
    assert (forecast.status_code, evaluation.status_code) == (200, 200)


@pytest.mark.parametrize("target", ["/api/stocks/all?_=1700000000", "/api/result?x=1", "/api/result/?x=1&x=2"])
async def test_the_original_paths_ignore_what_they_always_ignored(gateway: Gateway, target: str) -> None:
    method = "GET" if "all" in target else "POST"
    headers = {"If-None-Match": '"another"', "If-Match": '"a"'}
    response = await gateway.client.request(method, target, json={"stock_symbol": "AAPL"}, headers=headers)
    assert response.status_code == 200


@pytest.mark.parametrize("name", ["If-Match", "If-None-Match", "If-Unmodified-Since", "Content-Range"])
@pytest.mark.parametrize(("method", "path"), WRITES)
async def test_a_write_under_a_condition_is_refused(gateway: Gateway, method: str, path: str, name: str) -> None:
    response = await _answer(gateway, method, path, **{name: "*"})
    sentence = "this header is not supported, so nothing was changed; send the request without it"
    assert response.json()["errors"] == [{"pointer": f"/header/{name}", "detail": sentence}]


async def test_a_missing_key_is_named_first() -> None:
    async with serve_gateway(open_reads=False) as client:
        write = await client.delete("/api/stocks/AAPL?dry_run=true", headers={"If-Match": "*"})
        read = await client.get("/api/models?x=1")
    assert (write.status_code, read.status_code) == (401, 401)
