"""Connections that bring too much or too little, at services started by the plain command, and through nginx."""

import asyncio
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx
import pytest

from tests.support.deploy.page_server import page_server
from tests.support.polling import PATIENCE_SECONDS
from tests.support.resources import metric, peak_mb
from tests.support.servers.processes import Server, running, service
from tests.support.servers.readiness import is_listening

N_SILENT, N_FLOODS = 300, 8
APPS = ("gateway.app", "services.data.app", "services.prediction.app")
PARTIAL_HEAD = b"GET /api/models HTTP/1.1\r\nHost: 127.0.0.1\r\nA: "
PARTIAL_BODY = (
    b"POST /api/result HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n{"
)
MEGABYTE = b"a" * 1_000_000


@dataclass
class Doors:
    """Two workers of a gateway, and nginx in front of them."""

    gateway: Server
    nginx: Server


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    folder, page = tmp_path_factory.mktemp("doors"), tmp_path_factory.mktemp("page")
    (page / "index.html").write_text("")
    (folder / "metrics").mkdir()
    short = {
        "GATEWAY_BUDGET_SECONDS": "8",
        "GATEWAY_DATA_TIMEOUT_SECONDS": "3",
        "GATEWAY_PREDICTION_TIMEOUT_SECONDS": "6",
    }
    gateway = service(folder, "gateway.app", {"PROMETHEUS_MULTIPROC_DIR": str(folder / "metrics"), **short})
    gateway.command += ["--workers", "2"]
    nginx = page_server(folder, page, gateway.port)
    with running(gateway), running(nginx):
        nginx.wait_until(lambda: httpx.get(f"http://127.0.0.1:{nginx.port}/openapi.json").is_success)
        yield Doors(gateway, nginx)


async def _closed(port: int, sent: bytes, *, drips: bool) -> bytes:
    """Send this, and perhaps one byte every 0.5 s, and return what the server answered before it closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)

    async def drip() -> None:
        while True:
            await asyncio.sleep(0.5)
            writer.write(b"a")

    dripping = asyncio.create_task(drip()) if drips else None
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        if dripping is not None:
            dripping.cancel()
        writer.transport.abort()


@pytest.mark.parametrize("name", ["gateway", "nginx"])
async def test_half_open_connections_are_closed_while_others_are_answered(doors: Doors, name: str) -> None:
    port = getattr(doors, name).port
    kinds = [(b"", False), (PARTIAL_HEAD, False), (PARTIAL_HEAD, True), (PARTIAL_BODY, False), (PARTIAL_BODY, True)]
    closing = [
        asyncio.create_task(_closed(port, sent, drips=drips))
        for sent, drips in kinds
        for _ in range(N_SILENT // len(kinds))
    ]
    n_answered = 0
    async with asyncio.timeout(PATIENCE_SECONDS), httpx.AsyncClient(timeout=PATIENCE_SECONDS) as honest:
        while not all(task.done() for task in closing):
            answer = await honest.get(f"http://127.0.0.1:{port}/openapi.json")
            assert answer.status_code == 200
            n_answered += 1
            await asyncio.sleep(0.1)
    answers = [task.result() for task in closing]
    assert n_answered > 1
    assert {answer[:12] for answer in answers} <= {b"", b"HTTP/1.1 408", b"HTTP/1.1 400"}
    assert all(b"application/problem+json" in answer for answer in answers if answer)


def test_each_of_several_workers_refuses_large_headers_and_counts_them(doors: Doors) -> None:
    url = f"http://127.0.0.1:{doors.gateway.port}"
    for _ in range(20):
        answer = httpx.get(f"{url}/healthz", headers={"A": "a" * 60_000})  # either worker may accept it
        assert (answer.status_code, answer.json()["type"]) == (431, "/problems/headers-too-large")
    assert metric(doors.gateway, "http_connections_refused_total", reason="headers-too-large") >= 20


def test_nginx_tells_what_is_too_large_as_the_gateway_does(doors: Doors) -> None:
    for path, headers, status in (("/", {"A": "a" * 60_000}, 431), ("/" + "a" * 9_000, {}, 414)):
        found = []
        for server in (doors.nginx, doors.gateway):
            answer = httpx.get(f"http://127.0.0.1:{server.port}{path}", headers=headers)
            assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
            found.append({name: answer.json()[name] for name in ("type", "title", "status", "retryable")})
        assert found[0] == found[1]


def _flood(port: int, n_client: int) -> bytes:
    """Send 10 MB of one header, or of many, and return the answer."""
    part = MEGABYTE if n_client % 2 else b"a: b\r\n" * 160_000
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as connection:
        with suppress(OSError):  # the server may close at any time
            connection.sendall(PARTIAL_HEAD + 10 * part)
        return connection.recv(4096)


@pytest.mark.scenario("headers", "S5")
def test_large_headers_cost_no_memory_in_any_service(tmp_path: Path) -> None:
    with ExitStack() as started:
        servers = [started.enter_context(running(service(tmp_path, app, {}))) for app in APPS]
        for server in servers:
            server.wait_until(partial(is_listening, server.port))
            before = peak_mb(server)
            with ThreadPoolExecutor(N_FLOODS) as pool:
                answers = list(pool.map(partial(_flood, server.port), range(N_FLOODS)))
            assert {answer[:12] for answer in answers} == {b"HTTP/1.1 431"}
            assert peak_mb(server) < before + 20, server.name
