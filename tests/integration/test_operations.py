"""Guarantees to operators: rolling restarts without failed requests, machine-readable logs, one trace per request."""

import asyncio
import itertools
import json
import signal
import socket
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.support.deploy.balancer import Balancer, running_balancers
from tests.support.polling import PATIENCE_SECONDS, until, wait_until
from tests.support.servers.otlp_collector import Collector
from tests.support.servers.processes import Server, Stack, load_sample, running, running_stack, service

N_CLIENTS, N_REQUESTS = 8, 5_000
PAUSE_SECONDS = 0.01  # leaves some CPU to the processes that start
READS = (
    ("POST", "/api/result", {"stock_symbol": "FB"}),
    ("GET", "/api/stocks/all", None),
    ("GET", "/api/stocks/FB", None),
    ("GET", "/api/stocks?query=a", None),
    ("GET", "/api/stocks/FB/bars", None),
    ("GET", "/api/models", None),
    ("GET", "/api/stocks/IBM", None),
)
UNTRACED = {"OTEL_EXPORTER_OTLP_ENDPOINT": ""}
NOTICE_SECONDS = 5
NOTICE = {f"{name}_DRAIN_SECONDS": str(NOTICE_SECONDS) for name in ("GATEWAY", "DATA", "PREDICTION")}


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    collector = Collector()
    yield collector
    collector.close()


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, collector: Collector) -> Iterator[Stack]:
    traced = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        "OTEL_BSP_SCHEDULE_DELAY": "100",
        "OTEL_EXPORTER_OTLP_TIMEOUT": "1",
    }
    with running_stack(tmp_path_factory.mktemp("operations"), traced | NOTICE) as stack:
        load_sample(stack)
        yield stack


def _lines(server: Server) -> list[dict[str, object]]:
    """Parse the process's log, in which every line is one JSON object."""
    lines = [json.loads(line) for line in server.log.read_text().splitlines()]
    assert all(isinstance(line, dict) for line in lines)
    return lines


def _names(collector: Collector, trace_id: str) -> set[tuple[str, str]]:
    return {(span.service, span.name) for span in collector.trace(trace_id)}


def _requests(server: Server, request_id: str) -> list[dict[str, object]]:
    found = [line for line in _lines(server) if line.get("request_id") == request_id]
    return [line for line in found if line["event"] == "request_served"]


def test_one_request_is_one_id_and_one_trace_through_everything(stack: Stack, collector: Collector) -> None:
    sent = {"x-request-id": "follow-me"}
    answer = httpx.post(f"{stack.url}/api/result", json={"stock_symbol": "IBM"}, headers=sent, timeout=PATIENCE_SECONDS)
    assert answer.status_code == 200
    services = (stack.gateway, stack.prediction, stack.data)
    until(lambda: all(_requests(server, "follow-me") for server in services))
    (trace_id,) = {str(line["trace_id"]) for server in services for line in _requests(server, "follow-me")}
    expected = {
        ("gateway", "POST /api/result"),
        ("gateway", "GET the prediction service"),
        ("prediction", "GET /symbols/{symbol}/result"),
        ("prediction", "GET the data service"),
        ("prediction", "compute"),
        ("data", "GET /symbols/{symbol}/bars"),
        ("data", "redis GET"),
        ("data", "mongodb aggregate"),
    }
    until(lambda: _names(collector, trace_id) >= expected)


def test_a_problem_names_its_trace_and_a_query_is_not_in_it(stack: Stack, collector: Collector) -> None:
    given = {"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"}
    url, body = f"{stack.url}/api/result?api_key=secret", {"stock_symbol": "NOPE"}
    answer = httpx.post(url, json=body, headers=given, timeout=PATIENCE_SECONDS)
    assert (answer.status_code, answer.json()["trace_id"]) == (404, "ab" * 16)
    until(lambda: {span.service for span in collector.trace("ab" * 16)} == {"gateway", "prediction", "data"})
    assert "secret" not in str(collector.spans)
    assert not [span for span in collector.spans if span.attributes.get("url.path") in {"/readyz", "/api/health"}]


def test_a_collector_that_is_gone_costs_one_line_and_no_answer(stack: Stack, collector: Collector) -> None:
    before = _median_seconds(stack)
    collector.close()
    with httpx.Client(base_url=stack.url, timeout=PATIENCE_SECONDS) as client:
        until(lambda: bool(_lost(stack)) or not client.get("/api/stocks/all").is_success)
    assert _median_seconds(stack) < 10 * before
    assert len(_lost(stack)) == 1
    assert not [line for line in _lines(stack.gateway) if "opentelemetry" in str(line)]


def _median_seconds(stack: Stack) -> float:
    """Measure the time of a response."""
    times = []
    for _ in range(50):
        started_at = time.monotonic()
        assert httpx.get(f"{stack.url}/api/stocks/all", timeout=PATIENCE_SECONDS).is_success
        times.append(time.monotonic() - started_at)
    return statistics.median(times)


def _lost(stack: Stack) -> list[dict[str, object]]:
    return [line for line in _lines(stack.gateway) if line["event"] == "traces_lost"]


def test_every_line_of_a_service_is_one_json_object_from_its_start_to_its_end(tmp_path: Path, stack: Stack) -> None:
    gateway = service(tmp_path, "gateway.app", stack.gateway.environment | NOTICE)
    address = f"http://127.0.0.1:{gateway.port}"
    with running(gateway), httpx.Client(base_url=address, timeout=PATIENCE_SECONDS) as client:
        gateway.wait_until(lambda: client.get("/readyz").is_success)
        for number in range(3):
            client.get("/api/stocks/all", headers={"x-request-id": f"line-{number}"})
        _send_no_http(gateway.port)
        gateway.send(signal.SIGTERM)
        until(lambda: client.get("/readyz").status_code == 503)
        answer = client.get("/healthz")
        assert (answer.status_code, answer.headers["connection"]) == (200, "close")
        gateway.stop(signal.SIGCONT)  # only waits: it is already stopping
    events = [line["event"] for line in _lines(gateway)]
    assert "Invalid HTTP request received." in events
    assert events.index("draining") < events.index("Shutting down") < events.index("Application shutdown complete.")
    assert [len(_requests(gateway, f"line-{number}")) for number in range(3)] == [1, 1, 1]
    assert {line["service"] for line in _lines(gateway)} == {"gateway"}


def _send_no_http(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as connection:
        connection.sendall(b"this is no HTTP\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 400")


class Load:
    """Clients that read through the public API, each on a connection that it keeps for as long as possible."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._stops = False
        self.n_answers = self.n_closed = 0
        self.failures: list[str] = []

    async def client(self) -> None:
        """Send one request after the other until stopped."""
        async with httpx.AsyncClient(base_url=self._url, timeout=PATIENCE_SECONDS) as http:
            for method, path, body in itertools.cycle(READS):
                if self._stops:
                    return
                try:
                    answer = await http.request(method, path, json=body)
                except httpx.HTTPError as error:
                    self.failures.append(f"{method} {path}: {error!r}")
                    continue
                await asyncio.sleep(PAUSE_SECONDS)
                self.n_answers += 1
                self.n_closed += answer.headers.get("connection") == "close"
                if not answer.is_success:
                    self.failures.append(f"{method} {path}: {answer.status_code} {answer.text}")

    async def until(self, n_answers: int) -> None:
        """Stop the clients after this many responses."""
        await wait_until(lambda: self.n_answers >= n_answers or bool(self.failures), 900)
        self._stops = True


@pytest.mark.scenario("B12")
async def test_a_rolling_restart_of_each_service_fails_no_request(tmp_path: Path, stack: Stack) -> None:
    """Runs last in this module: it leaves the stack without its services."""
    data, prediction, gateway = (Balancer(server) for server in (stack.data, stack.prediction, stack.gateway))
    addresses = {
        "PREDICTION_DATA_URL": data.url,
        "GATEWAY_DATA_URL": data.url,
        "GATEWAY_PREDICTION_URL": prediction.url,
    }
    load = Load(gateway.url)
    took = []
    with ExitStack() as started:
        async with running_balancers(data, prediction, gateway), asyncio.TaskGroup() as clients:
            for _ in range(N_CLIENTS):
                clients.create_task(load.client())
            for balancer, old in ((gateway, stack.gateway), (prediction, stack.prediction), (data, stack.data)):
                new = service(tmp_path, old.name, old.environment | UNTRACED | addresses)
                started.callback(new.stop)
                took.append(await balancer.replace(new))
            await load.until(N_REQUESTS)
    assert load.failures == []
    assert load.n_answers >= N_REQUESTS
    assert load.n_closed >= N_CLIENTS  # a response closed each connection, and the client reconnected
    assert min(took) >= NOTICE_SECONDS
    for server in (stack.data, stack.prediction, stack.gateway):
        lines = _lines(server)
        assert lines[-1]["level"] == "info"
        assert not [line for line in lines if "graceful shutdown exceeded" in str(line["event"])]
