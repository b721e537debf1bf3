"""What is limited, for whom, and what the answer says."""

import re
from typing import Any

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from tests.support.gateway.service import KEY, WITH_KEY, FakeData, serve_gateway

READ, COMPUTE, WRITE = ("GET", "/api/stocks/all"), ("GET", "/api/stocks/AAPL/forecast"), ("DELETE", "/api/stocks/AAPL")
LIMITS: dict[str, Any] = {"reads_per_minute": 3, "computations_per_minute": 2, "writes_per_minute": 1}


async def _statuses(client: httpx.AsyncClient, n: int, request: tuple[str, str], **headers: str) -> list[int]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return [(await client.request(*request, headers=named)).status_code for _ in range(n)]


async def test_each_kind_has_its_own_limit() -> None:
    async with serve_gateway(**LIMITS) as client:
        assert await _statuses(client, 4, READ) == [200, 200, 200, 429]
        assert await _statuses(client, 3, COMPUTE) == [200, 200, 429]
        assert await _statuses(client, 2, WRITE) == [401, 429]


async def test_a_refusal_says_when_to_come_back() -> None:
    async with serve_gateway(**LIMITS) as client:
        allowed = await client.request(*WRITE, headers=WITH_KEY)
        refused = await client.request(*WRITE, headers=WITH_KEY)
    problem = refused.json()
    assert (refused.status_code, problem["type"], problem["retryable"]) == (429, "/problems/rate-limited", True)
    assert refused.headers["content-type"] == "application/problem+json"
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["x-request-id"] == problem["request_id"]
    for response in (allowed, refused):
        assert response.headers["ratelimit-policy"] == '"writes";q=1;w=60'
        assert re.fullmatch(r'"writes";r=0;t=\d+', response.headers["ratelimit"])


async def test_the_remaining_requests_are_reported() -> None:
    async with serve_gateway(**LIMITS) as client:
        fields = [(await client.request(*READ)).headers["ratelimit"] for _ in range(3)]
    assert [field.partition(";t=")[0] for field in fields] == ['"reads";r=2', '"reads";r=1', '"reads";r=0']


async def test_a_key_counts_for_itself_but_a_guessed_one_for_the_address() -> None:
    async with serve_gateway(**LIMITS) as client:
        assert await _statuses(client, 4, READ, x_api_key=KEY) == [200, 200, 200, 429]
        assert await _statuses(client, 1, READ, authorization=f"Bearer {KEY}") == [429]
        guesses = [(await _statuses(client, 1, READ, x_api_key=f"guess{n}"))[0] for n in range(4)]
    assert guesses == [200, 200, 200, 429]


async def test_no_caller_chooses_an_address() -> None:
    async with serve_gateway(**LIMITS) as client:
        rotated = [(await _statuses(client, 1, READ, x_forwarded_for=f"1.2.3.{n}"))[0] for n in range(6)]
    assert rotated == [200, 200, 200, 429, 429, 429]


async def test_behind_a_named_proxy_each_client_counts() -> None:
    async with serve_gateway(**LIMITS, trusted_proxies="127.0.0.0/8, 10.0.0.0/8") as client:
        assert await _statuses(client, 4, READ, x_forwarded_for="1.2.3.4") == [200, 200, 200, 429]
        assert await _statuses(client, 4, READ, x_forwarded_for="1.2.3.5, 10.9.9.9") == [200, 200, 200, 429]
        spoofed = [(await _statuses(client, 1, READ, x_forwarded_for=f"9.9.9.{n}, 1.2.3.4"))[0] for n in range(3)]
    assert spoofed == [429, 429, 429]


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/api/health", "/api/metrics", "/docs", "/"])
async def test_probes_metrics_and_the_page_are_never_limited(path: str) -> None:
    async with serve_gateway(**LIMITS) as client:
        responses = [await client.get(path) for _ in range(6)]
    assert 429 not in {response.status_code for response in responses}
    assert "ratelimit" not in responses[0].headers


async def test_without_limits_nothing_is_counted() -> None:
    async with serve_gateway() as client:
        responses = [await client.request(*READ) for _ in range(50)]
    assert {response.status_code for response in responses} == {200}
    assert "ratelimit" not in responses[0].headers


async def test_every_route_of_the_api_is_limited() -> None:
    async with serve_gateway(**LIMITS) as client:
        app = client._transport.app  # type: ignore[attr-defined]  # the app in process
        routes = [
            (method, str(route.path).replace("{symbol}", "AAPL"))
            for route in iter_route_contexts(app.router.routes)
            for method in route.methods or ()
            if (route.path or "").startswith("/api/") and route.path not in {"/api/health", "/api/metrics"}
        ]
        assert len(routes) >= 12
        for kind in (READ, COMPUTE, WRITE):
            await _statuses(client, 4, kind)
        assert {route: (await client.request(*route)).status_code for route in routes} == dict.fromkeys(routes, 429)


async def test_a_refused_request_reaches_nothing() -> None:
    data = FakeData()
    async with serve_gateway(data, **LIMITS) as client:
        await _statuses(client, 6, READ)
        metrics = (await client.get("/api/metrics")).text
    assert len([path for path in data.asked if path]) <= 3
    assert 'rate_limit_decisions_total{kind="reads",outcome="refused",place="local"} 3.0' in metrics
    assert 'http_requests_total{endpoint="/api/stocks/all",method="GET"} 6.0' in metrics
