"""One request too many is refused at once, and health and metrics never are."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Annotated

import httpx
import pytest
from fastapi import Body, FastAPI
from prometheus_client import CollectorRegistry
from starlette.types import Message, Receive, Scope, Send

from shared.settings import ServiceSettings
from shared.web.admission import Admission, AdmissionMetrics, AdmissionMiddleware
from shared.web.problem import Problem
from tests.support.asgi import bare_app, serve
from tests.support.polling import settle, wait_until


def _echo_app() -> FastAPI:
    app = bare_app(ServiceSettings(budget_seconds=200, max_in_flight=2))

    @app.post("/echo")
    async def echo(text: Annotated[str, Body()]) -> str:
        return text

    return app


@dataclass
class Crowd:
    """An app with two requests in progress, which is all that it may have."""

    client: httpx.AsyncClient
    may_end: asyncio.Event
    running: list[asyncio.Task[httpx.Response]] = field(default_factory=list)


@asynccontextmanager
async def _crowd() -> AsyncIterator[Crowd]:
    app, may_end, n_seen = bare_app(ServiceSettings(budget_seconds=200, max_in_flight=2)), asyncio.Event(), 0

    @app.get("/slow")
    async def slow() -> None:
        nonlocal n_seen
        n_seen += 1
        await may_end.wait()

    async with serve(app) as client:
        crowd = Crowd(client, may_end, [asyncio.create_task(client.get("/slow")) for _ in range(2)])
        await wait_until(lambda: n_seen == 2)
        yield crowd
        may_end.set()
        assert [response.status_code for response in await asyncio.gather(*crowd.running)] == [200, 200]


async def test_one_request_too_many_is_refused_while_the_others_still_run() -> None:
    async with _crowd() as crowd:
        refused = await crowd.client.get("/anything", headers={"x-request-id": "abc"})
        assert refused.status_code == 503
        expected = {"retry-after": "2", "x-request-id": "abc", "content-type": "application/problem+json"}
        assert expected.items() <= dict(refused.headers).items()
        problem = Problem.model_validate_json(refused.content)
        assert (problem.type, problem.instance, problem.request_id) == ("/problems/busy", "/anything", "abc")
        assert problem.retryable
        assert not any(task.done() for task in crowd.running)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
async def test_health_and_metrics_are_never_refused(path: str) -> None:
    async with _crowd() as crowd:
        assert (await crowd.client.get(path)).status_code == 200


async def test_when_a_request_ends_the_next_is_served() -> None:
    async with _crowd() as crowd:
        crowd.may_end.set()
        await asyncio.gather(*crowd.running)
        assert (await crowd.client.get("/slow")).status_code == 200


async def test_a_request_takes_no_place_while_its_body_is_on_its_way() -> None:
    rest_may_come = asyncio.Event()

    async def dripping() -> AsyncIterator[bytes]:
        yield b'"a'
        await rest_may_come.wait()
        yield b'"'

    async with serve(_echo_app()) as client:
        headers = {"content-type": "application/json"}
        slow = [asyncio.create_task(client.post("/echo", content=dripping(), headers=headers)) for _ in range(5)]
        await settle()
        assert (await client.post("/echo", json="b")).json() == "b"
        rest_may_come.set()
        assert [(await response).json() for response in slow] == ["a"] * 5


async def test_a_request_whose_body_comes_when_there_is_no_place_is_refused() -> None:
    body_may_come = asyncio.Event()

    async def late() -> AsyncIterator[bytes]:
        await body_may_come.wait()
        yield b'"a"'

    app, may_end = _echo_app(), asyncio.Event()
    app.add_api_route("/wait", may_end.wait, response_model=None)
    async with serve(app) as client:
        headers = {"content-type": "application/json"}
        posted = asyncio.create_task(client.post("/echo", content=late(), headers=headers))
        await settle()
        waiting = [asyncio.create_task(client.get("/wait")) for _ in range(2)]
        await wait_until(lambda: app.state.admission.is_full)
        body_may_come.set()
        refused = await posted
        may_end.set()
        await asyncio.gather(*waiting)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
        assert Problem.model_validate_json(refused.content).type == "/problems/busy"
        assert (await client.post("/echo", json="b")).json() == "b"


async def test_a_request_takes_no_place_while_its_response_is_read() -> None:
    admission, may_read = Admission(1), asyncio.Event()

    async def answer(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"x"})

    async def send_slowly(_: Message) -> None:
        await may_read.wait()

    app = AdmissionMiddleware(answer, admission, AdmissionMetrics(CollectorRegistry()))
    scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    reading = asyncio.create_task(app(scope, _nothing, send_slowly))
    await settle()
    assert not admission.is_full
    may_read.set()
    await reading
    assert admission.n_in_flight == 0


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


async def test_refusals_are_counted_and_logged_once_in_a_while(capsys: pytest.CaptureFixture[str]) -> None:
    async with _crowd() as crowd:
        for _ in range(5):
            await crowd.client.get("/anything")
        assert "http_requests_shed_total 5.0" in (await crowd.client.get("/metrics")).text
    assert capsys.readouterr().out.count("requests_shed") == 1
