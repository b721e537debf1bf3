"""Bodies that are too large or too slow, seen from the server's side: what is read, and what is still running after."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

import httpx
import pytest
from fastapi import Body, FastAPI, Request

from shared import deadline
from shared.settings import ServiceSettings, UploadSettings
from tests.support.asgi import bare_app, serve


def _app(settings: ServiceSettings) -> FastAPI:
    app = bare_app(settings)

    async def size(request: Request) -> int:
        return len(await request.body())

    async def left() -> float:
        return deadline.seconds_left(10_000)

    async def parsed(value: Annotated[list[int], Body()]) -> int:
        return len(value)

    app.add_api_route("/size", size, methods=["PUT", "POST", "DELETE"])
    app.add_api_route("/left", left, methods=["GET", "POST", "PUT", "DELETE"])
    app.add_api_route("/parsed", parsed, methods=["POST"])
    return app


UPLOADS = UploadSettings(max_body_bytes=10, max_upload_bytes=100, budget_seconds=200, write_budget_seconds=2000)
NONE = ServiceSettings(max_body_bytes=10, budget_seconds=200)


async def _pieces(size: int) -> AsyncIterator[bytes]:
    for _ in range(size):
        yield b"x"


@pytest.mark.parametrize("is_announced", [True, False])
@pytest.mark.parametrize(
    ("settings", "method", "size", "status"),
    [
        (UPLOADS, "PUT", 100, 200),
        (UPLOADS, "PUT", 101, 413),
        (UPLOADS, "POST", 10, 200),
        (UPLOADS, "POST", 11, 413),
        (UPLOADS, "DELETE", 11, 413),
        (NONE, "PUT", 10, 200),
        (NONE, "PUT", 11, 413),
    ],
)
async def test_only_an_upload_to_a_service_that_takes_uploads_may_be_large(
    settings: ServiceSettings, method: str, size: int, status: int, is_announced: bool
) -> None:
    async with serve(_app(settings)) as client:
        content = b"x" * size if is_announced else _pieces(size)
        response = await client.request(method, "/size", content=content)
    assert response.status_code == status
    if status == 413:
        assert response.json()["type"] == "/problems/payload-too-large"


@pytest.mark.parametrize("length", ["9" * 30, "9" * 5000])
async def test_a_length_of_any_number_of_digits_is_too_large(length: str) -> None:
    async with serve(_app(UPLOADS)) as client:
        response = await client.put("/size", content=_pieces(1), headers={"Content-Length": length})
    assert response.status_code == 413


@pytest.mark.parametrize(
    ("settings", "method", "seconds"),
    [
        (UPLOADS, "GET", 200),
        (UPLOADS, "POST", 200),
        (UPLOADS, "PUT", 2000),
        (UPLOADS, "DELETE", 2000),
        (NONE, "PUT", 200),
    ],
)
async def test_a_write_has_a_budget_of_its_own(settings: ServiceSettings, method: str, seconds: float) -> None:
    async with serve(_app(settings)) as client:
        whole = (await client.request(method, "/left")).json()
        less = (await client.request(method, "/left", headers={deadline.HEADER: "150000"})).json()
    assert seconds - 100 < whole <= seconds
    assert 50 < less <= 150


@pytest.mark.parametrize("path", ["/size", "/parsed"])
async def test_a_body_that_stalls_is_given_up_in_time_on_every_route(path: str) -> None:
    async def stalling() -> AsyncIterator[bytes]:
        yield b"[1"
        await asyncio.sleep(60)

    async with serve(_app(NONE)) as client:
        response = await client.post(
            path, content=stalling(), headers={deadline.HEADER: "100", "Content-Type": "application/json"}
        )
    assert (response.status_code, response.json()["type"]) == (408, "/problems/request-timeout")
    assert response.headers["connection"] == "close"


async def test_waiting_for_the_caller_to_go_away_is_not_hurried() -> None:
    app = _app(NONE)

    @app.post("/wait")
    async def wait(request: Request) -> str:
        await request.body()
        try:
            async with asyncio.timeout(1.5):
                await request.receive()
        except TimeoutError:
            return "still there"
        return "gone"

    async with serve(app) as client:
        response = await client.post("/wait", content=b"x", headers={deadline.HEADER: "1000"})
    assert response.json() == "still there"


async def test_a_body_that_came_in_time_leaves_the_answer_all_the_time_it_takes() -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(_app(NONE)), base_url="http://localhost") as client:
        response = await client.post("/parsed", json=[1, 2], headers={deadline.HEADER: "200000"})
    assert response.json() == 2
