import gc
import re

import httpx
import pytest
from fastapi import FastAPI

from shared import deadline
from shared.errors import UpstreamTimeout
from shared.settings import ServiceSettings
from shared.web import request_id
from tests.support.asgi import bare_app, serve
from tests.support.upstream import client_of


def _app(**settings: object) -> FastAPI:
    return bare_app(ServiceSettings(budget_seconds=200, **settings))  # type: ignore[arg-type]


async def test_made_up_paths_and_methods_add_no_series() -> None:
    app = _app(log_level="ERROR")
    async with serve(app) as client:
        for number in range(300):
            await client.get(f"/made/up/{number}")
            await client.request(f"M{number}", "/healthz")
        await client.get("/metrics")  # is counted itself, from the second time on
        before = len((await client.get("/metrics")).text.splitlines())
        for number in range(300):
            await client.get(f"/other/{number}")
        after = (await client.get("/metrics")).text
    assert len(after.splitlines()) == before
    assert 'http_requests_total{endpoint="unmatched",method="GET"} 600.0' in after
    assert 'http_errors_total{endpoint="unmatched",method="GET"} 600.0' in after
    assert re.search(r'http_requests_total\{endpoint="[^"]+",method="OTHER"\} 300\.0', after)
    assert 'http_request_latency_seconds_count{endpoint="unmatched",method="GET"} 600.0' in after
    assert "process_cpu_seconds_total" in after


async def test_each_app_counts_for_itself() -> None:
    first, second = _app(), _app()
    async with serve(first) as client:
        await client.get("/healthz")
    async with serve(second) as client:
        metrics = (await client.get("/metrics")).text
    assert 'endpoint="/healthz"' not in metrics


async def test_one_line_per_request_and_none_for_health(capsys: pytest.CaptureFixture[str]) -> None:
    async with serve(_app()) as client:
        await client.get("/nothing?key=secret", headers={"x-request-id": "abc"})
        await client.get("/healthz")
        await client.get("/metrics")
    lines = [line for line in capsys.readouterr().out.splitlines() if "request_served" in line]
    assert len(lines) == 1
    assert '"request_id": "abc"' in lines[0]
    assert '"route": "unmatched"' in lines[0]
    assert "secret" not in lines[0]


async def test_a_call_out_gets_what_is_left_and_carries_the_id() -> None:
    app = _app()
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"status": "ok"})

    upstream = client_of(answer, timeout_seconds=500)

    @app.get("/call")
    async def call() -> None:
        await upstream.health()

    async with serve(app) as client:
        await client.get("/call", headers={"x-request-id": "abc", deadline.HEADER: "70000"})
        late = await client.get("/call", headers={deadline.HEADER: "10"})
        await client.get("/call", headers={deadline.HEADER: "nonsense"})
    assert len(seen) == 2
    assert seen[0].headers[request_id.HEADER] == "abc"
    assert 50_000 < int(seen[0].headers[deadline.HEADER]) <= 70_000
    assert 150_000 < int(seen[1].headers[deadline.HEADER]) <= 200_000
    assert (late.status_code, late.json()["type"]) == (UpstreamTimeout.status, "/problems/upstream-timeout")


async def test_outside_a_request_there_is_neither_id_nor_deadline() -> None:
    assert request_id.current_request_id() is None
    assert deadline.seconds_left(3) == 3


async def test_the_garbage_collector_passes_over_what_exists_at_the_start() -> None:
    async with serve(_app()):
        n_frozen = gc.get_freeze_count()
    assert n_frozen > 10_000


async def test_what_a_second_app_leaves_behind_is_collected() -> None:
    async with serve(_app()):
        n_frozen = gc.get_freeze_count()
    async with serve(_app()):
        assert gc.get_freeze_count() <= n_frozen
