"""The metrics that every service has."""

import asyncio
import platform
import re
from collections.abc import Mapping
from typing import Any, Literal

import httpx
import pytest
from fastapi import FastAPI, Request
from prometheus_client import CollectorRegistry

from shared import VERSION
from shared.clients.metrics import UpstreamMetrics
from shared.errors import StoreUnavailable
from shared.settings import ServiceSettings
from shared.telemetry.metrics import GaugeValues, ScrapeCollector, ScrapeGauge
from shared.web.health import Dependency, Health
from tests.support.asgi import bare_app, serve


def _app(log_level: Literal["ERROR", "WARNING"] = "ERROR", **operations: Any) -> FastAPI:
    return bare_app(ServiceSettings(budget_seconds=200, log_level=log_level), **operations)


async def _scrape(client: httpx.AsyncClient) -> str:
    response = await client.get("/metrics")
    assert response.status_code == 200
    return response.text


async def test_running_calls_are_reported() -> None:
    async with serve(_app()) as client:
        labels = f'python="{platform.python_version()}",service="test",version="{VERSION}"'
        assert f"build_info{{{labels}}} 1.0" in await _scrape(client)


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via"])
async def test_metrics_are_not_found_through_a_proxy(header: str) -> None:
    async with serve(_app()) as client:
        forwarded = await client.get("/metrics", headers={header: "192.0.2.1"})
        unknown = await client.get("/nothing")
        assert (forwarded.status_code, forwarded.json()["type"]) == (404, "/problems/not-found")
        assert forwarded.json()["detail"] == unknown.json()["detail"]
        assert "build_info" in await _scrape(client)


async def test_requests_in_progress_are_counted_without_health_checks_and_scrapes() -> None:
    app, may_end, seen = _app(), asyncio.Event(), asyncio.Event()

    @app.get("/slow")
    async def slow() -> None:
        seen.set()
        await may_end.wait()

    async with serve(app) as client:
        running = asyncio.create_task(client.get("/slow"))
        await seen.wait()
        assert "http_requests_in_progress 1.0" in await _scrape(client)
        may_end.set()
        await running
        await client.get("/broken")
        assert "http_requests_in_progress 0.0" in await _scrape(client)


async def test_a_dependency_that_fails_or_hangs_is_down() -> None:
    async def answers(_: Request) -> None:
        return None

    async def is_degraded(_: Request) -> Health:
        return Health(status="degraded")

    async def is_down(_: Request) -> Health:
        return Health(status="down")

    async def fails(_: Request) -> None:
        raise StoreUnavailable("The store does not answer.")

    async def hangs(_: Request) -> None:
        raise TimeoutError

    pings = {"a": answers, "b": is_degraded, "c": is_down, "d": fails, "e": hangs}
    dependencies = {name: Dependency(ping, when_failing="degraded") for name, ping in pings.items()}
    async with serve(_app(dependencies=dependencies)) as client:
        text = await _scrape(client)
    values = dict(re.findall(r'dependency_up\{dependency="(.)"\} (.+)', text))
    assert values == {"a": "1.0", "b": "1.0", "c": "0.0", "d": "0.0", "e": "0.0"}


@pytest.mark.parametrize("error", [StoreUnavailable("It does not answer."), RuntimeError("a defect"), TimeoutError()])
async def test_a_collector_that_fails_leaves_the_other_metrics(error: Exception) -> None:
    gauge, other = ScrapeGauge("broken", "A gauge."), ScrapeGauge("whole", "Another.", ("label",))

    async def fails(_: Request) -> Mapping[ScrapeGauge, GaugeValues]:
        raise error

    async def finds(_: Request) -> Mapping[ScrapeGauge, GaugeValues]:
        return {other: {("x",): 3.0}}

    collectors = [ScrapeCollector((gauge,), fails), ScrapeCollector((other,), finds)]
    async with serve(_app(collectors=collectors)) as client:
        text = await _scrape(client)
    assert "broken" not in text
    assert 'whole{label="x"} 3.0' in text
    assert "process_resident_memory_bytes" in text


def test_the_log_says_when_calls_stop_and_when_they_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    _app(log_level="WARNING")
    observer = UpstreamMetrics(CollectorRegistry()).observer("data")
    for state in ("closed", "open", "half_open", "open", "half_open", "closed", "closed"):
        observer.breaker(state)
    assert re.findall(r'"upstream_\w+"', capsys.readouterr().out) == ['"upstream_silent"', '"upstream_back"']


def test_calls_to_an_upstream_are_counted_by_outcome_and_its_breaker_is_shown() -> None:
    registry = CollectorRegistry()
    observer = UpstreamMetrics(registry).observer("data")

    def value(name: str, **labels: str) -> float | None:
        return registry.get_sample_value(name, {"upstream": "data", **labels})

    assert value("breaker_state") == 0
    assert value("upstream_request_duration_seconds_count", outcome="timeout") == 0
    observer.call("timeout", 2.5)
    assert value("upstream_request_duration_seconds_count", outcome="timeout") == 1
    assert value("upstream_request_duration_seconds_sum", outcome="timeout") == 2.5
    observer.waited(0.5)
    observer.retried()
    assert value("upstream_wait_duration_seconds_sum") == 0.5
    assert value("upstream_retries_total") == 1
    shown = []
    for state in ("open", "half_open", "closed"):
        observer.breaker(state)
        shown.append(value("breaker_state"))
    assert shown == [2, 1, 0]
