"""Which host names a request may name, and what the refusal says."""

import asyncio
from collections.abc import AsyncIterator
from socket import gethostname

import httpx
import pytest
from starlette.types import Message

from gateway.settings import GatewaySettings
from shared.settings import InvalidSettings, ServiceSettings, load_settings
from tests.support.asgi import bare_app, serve
from tests.support.gateway.service import serve_gateway

SETTINGS = ServiceSettings(allowed_hosts="prices.example.com, *.internal,data", budget_seconds=200)
ALLOWED = [
    "localhost:8000",
    "LOCALHOST",
    "a.localhost",
    "127.0.0.1:8000",
    "10.1.2.3",
    "[::1]:8000",
    gethostname(),
    f"{gethostname()}.local:80",
    "prices.example.com",
    "Prices.Example.com.:443",
    "x.internal",
    "x.y.internal:1",
    "data:8001",
]
REFUSED = [
    "evil.example",
    "evil.example:8000",
    "example.com",
    "xprices.example.com",
    "prices.example.com.evil.example",
    "internal",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "127.0.0.1:99999",
    "127.0.0.1:",
    "127.0.0.1@evil.example",
    "2130706433",
    "[::1",
    "",
    "*",
    "a b",
    "x" * 5000,
]


@pytest.fixture(scope="module")
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with serve(bare_app(SETTINGS)) as client:
        yield client


@pytest.mark.parametrize("host", ALLOWED)
async def test_an_address_or_a_name_of_this_server_is_served(client: httpx.AsyncClient, host: str) -> None:
    assert (await client.get("/metrics", headers={"host": host})).status_code == 200


@pytest.mark.parametrize("host", REFUSED)
async def test_another_name_is_refused_and_not_repeated(client: httpx.AsyncClient, host: str) -> None:
    response = await client.get("/metrics", headers={"host": host})
    assert (response.status_code, response.json()["type"]) == (400, "/problems/unknown-host")
    assert "ALLOWED_HOSTS" in response.json()["detail"]
    assert "evil" not in response.text


async def test_two_host_names_are_refused(client: httpx.AsyncClient) -> None:
    response = await client.get("/metrics", headers=[("host", "localhost"), ("host", "data")])
    assert response.status_code == 400


@pytest.mark.parametrize(("version", "status"), [("1.0", 200), ("1.1", 400)])
async def test_only_http_1_0_requests_may_lack_a_host(version: str, status: int) -> None:
    sent: list[Message] = []

    received: list[Message] = [{"type": "http.request"}]

    async def receive() -> Message:
        return received.pop() if received else await asyncio.Future()  # the client stays

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "http_version": version, "method": "GET", "path": "/metrics", "raw_path": b"/metrics"}
    await bare_app(SETTINGS)(scope | {"query_string": b"", "headers": [], "scheme": "http"}, receive, send)
    assert sent[0]["status"] == status


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_a_probe_may_name_any_host(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path, headers={"host": "evil.example"})).status_code == 200


async def test_every_name_can_be_allowed() -> None:
    async with serve(bare_app(ServiceSettings(allowed_hosts="*", budget_seconds=200))) as client:
        assert (await client.get("/metrics", headers={"host": "evil.example"})).status_code == 200


async def test_the_gateway_guards_every_path_and_names_its_setting() -> None:
    async with serve_gateway() as client:
        for path in ("/", "/docs", "/openapi.json", "/api/stocks/all", "/api/metrics", "/nothing"):
            response = await client.get(path, headers={"host": "evil.example"})
            assert response.status_code == 400, path
            assert "GATEWAY_ALLOWED_HOSTS" in response.json()["detail"]
            assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("value", ["http://a.example", "a b", "a,,b", "*a.example"])
def test_what_is_not_a_host_name_is_refused_at_the_start(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_ALLOWED_HOSTS", value)
    with pytest.raises(InvalidSettings, match="GATEWAY_ALLOWED_HOSTS"):
        load_settings(GatewaySettings)
