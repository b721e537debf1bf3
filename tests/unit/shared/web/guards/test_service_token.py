"""The token that the services share: who is refused, what is always answered, and how it is replaced."""

from collections.abc import AsyncIterator
from itertools import pairwise

import httpx
import pytest
from fastapi import FastAPI, Request
from pydantic import SecretStr, ValidationError

from gateway.app import create_app as create_gateway
from gateway.settings import GatewaySettings
from shared.clients.data import DataClient
from shared.clients.transport import open_http
from shared.errors import UpstreamFailed
from shared.settings import ServiceSettings
from tests.support.asgi import bare_app, serve

OLD, NEW = "o" * 32, "n" * 32
WRONG = [f"Bearer {token}" for token in (f"{OLD}x", OLD[1:], OLD.upper(), f"{OLD},{NEW}", "\xe9" * 32)]


def _settings(tokens: str | None) -> ServiceSettings:
    return ServiceSettings(budget_seconds=60, service_token=tokens)


def _app(tokens: str | None) -> FastAPI:
    app = bare_app(_settings(tokens))

    async def symbols(request: Request) -> list[str]:
        await request.body()
        return ["AAPL"]

    app.add_api_route("/symbols", symbols, methods=["GET", "PUT", "DELETE"])
    return app


def _headers(sent: str | None) -> dict[str, str]:
    return {} if sent is None else {"Authorization": sent}


@pytest.fixture(scope="module")
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with serve(_app(f"{OLD},{NEW}")) as client:
        yield client


@pytest.mark.parametrize("sent", [None, "", "Bearer", "Bearer ", OLD, f"Basic {OLD}", *WRONG])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "OPTIONS", "BREW"])
async def test_without_a_valid_token_everything_but_probes_and_metrics_is_refused(
    client: httpx.AsyncClient, sent: str | None, method: str
) -> None:
    headers = httpx.Headers(_headers(sent), encoding="latin-1")
    for path in ("/symbols", "//symbols", "/symbols/", "/openapi.json", "/metrics/", "/healthz/x", "/nowhere"):
        refused = await client.request(method, path, headers=headers)
        assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, "Bearer")
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert OLD not in refused.text


@pytest.mark.parametrize("sent", [None, "Bearer wrong", f"Bearer {OLD}"])
@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
async def test_probes_and_metrics_are_answered_with_the_challenge_to_those_who_do_not_know_the_token(
    client: httpx.AsyncClient, path: str, sent: str | None
) -> None:
    answer = await client.get(path, headers=_headers(sent))
    assert answer.status_code == 200
    assert ("WWW-Authenticate" in answer.headers) == (sent != f"Bearer {OLD}")


async def test_the_body_of_a_stranger_is_not_read() -> None:
    sent = 0

    async def body() -> object:
        nonlocal sent
        for _ in range(10):
            sent += 1
            yield b"x" * 1000

    async with serve(_app(OLD)) as client:
        assert (await client.put("/symbols", content=body())).status_code == 401  # type: ignore[arg-type]
        assert sent == 0
        headers = {"Authorization": f"Bearer {OLD}"}
        assert (await client.put("/symbols", content=body(), headers=headers)).status_code == 200  # type: ignore[arg-type]
        assert sent == 10


async def test_without_a_token_everyone_is_admitted_and_the_gateway_admits_everyone_with_one() -> None:
    for app, path in ((_app(None), "/symbols"), (_app(""), "/symbols"), (_gateway(), "/openapi.json")):
        async with serve(app) as client:
            assert (await client.get(path)).status_code == 200


def _gateway() -> FastAPI:
    return create_gateway(GatewaySettings(service_token=SecretStr(OLD)))


def _client(http: httpx.AsyncClient) -> DataClient:
    return DataClient(http, timeout_seconds=60)


STEPS = [OLD, f"{OLD},{NEW}", f"{NEW},{OLD}", NEW]  # of a rotation, one restart of every service each


@pytest.mark.parametrize(("before", "after"), list(pairwise(STEPS)))
async def test_a_token_is_replaced_in_steps_without_a_refused_call(before: str, after: str) -> None:
    for caller, called in ((before, after), (after, before)):
        tokens = _settings(caller).service_tokens
        async with open_http("http://data", tokens=tokens) as opened, serve(_app(called)) as http:
            http.headers["Authorization"] = opened.headers["Authorization"]
            assert await _client(http).symbols() == ["AAPL"]
            assert (await _client(http).health()).status == "ok"


@pytest.mark.parametrize("sent", [None, f"Bearer {NEW}"])
async def test_a_caller_with_the_wrong_token_says_so_in_its_health_and_its_errors(sent: str | None) -> None:
    async with serve(_app(OLD)) as http:
        http.headers.update(_headers(sent))
        for call in (_client(http).symbols, _client(http).health):
            with pytest.raises(UpstreamFailed, match="does not accept our token: every service needs the same"):
                await call()


@pytest.mark.parametrize("value", ["short", f"{OLD},", f"{OLD},short", OLD + " x", "é" * 40, OLD + "\r\nX: y"])
def test_a_token_that_could_be_guessed_or_not_be_sent_is_refused_and_not_repeated(value: str) -> None:
    with pytest.raises(ValidationError) as caught:
        _settings(value)
    assert "32 or more" in str(caught.value.errors()[0]["msg"])
    assert OLD not in str(_settings(OLD))
