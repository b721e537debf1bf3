import httpx
import pytest
from fastapi import FastAPI
from opentelemetry.trace import SpanKind

from shared.settings import InvalidSettings
from shared.telemetry import tracing
from tests.support.asgi import bare_app, serve
from tests.support.servers.otlp_collector import Collector
from tests.support.upstream import client_of

TRACE = "ab" * 16
TRACED = {"traceparent": f"00-{TRACE}-{'cd' * 8}-01"}


def _app(seen: list[httpx.Request]) -> FastAPI:
    """Return an app that calls another, which always fails, and keeps what it sends."""

    def refuse(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        raise httpx.ConnectError("refused")

    app = bare_app()
    upstream = client_of(refuse, timeout_seconds=5)

    @app.get("/call")
    async def call() -> None:
        await upstream.health()

    return app


async def test_without_a_collector_there_is_no_trace() -> None:
    seen: list[httpx.Request] = []
    async with serve(_app(seen)) as client:
        answer = await client.get("/call", headers=TRACED)
    assert answer.status_code == 503
    assert "trace_id" not in answer.json()
    assert "traceparent" not in seen[0].headers
    assert tracing.begin("nothing", SpanKind.INTERNAL, {}) is None


async def test_with_one_the_trace_continues_and_is_in_the_problem_and_in_the_logs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    collector = Collector()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
    seen: list[httpx.Request] = []
    async with serve(_app(seen)) as client:
        answer = await client.get("/call?api_key=secret", headers=TRACED)
        await client.get("/metrics", headers=TRACED)
    collector.close()
    assert answer.json()["trace_id"] == TRACE
    assert seen[0].headers["traceparent"].startswith(f"00-{TRACE}-")
    assert seen[0].headers["traceparent"] != TRACED["traceparent"]
    assert f'"trace_id": "{TRACE}"' in capsys.readouterr().out
    out, served = collector.trace(TRACE)  # the end of the app has sent the last of them
    assert (out.name, out.attributes["error.type"]) == ("GET the data service", "ConnectError")
    assert (served.service, served.name, served.attributes["url.query"]) == ("test", "GET /call", "REDACTED")


async def test_an_invalid_collector_address_is_reported_with_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318")
    with pytest.raises(InvalidSettings, match="OTEL_EXPORTER_OTLP_ENDPOINT: "):
        _app([])
