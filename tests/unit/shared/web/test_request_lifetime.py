"""Callers that leave, over real connections: what they asked for ends, unless it writes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import pytest
from fastapi import BackgroundTasks, FastAPI, Request, Response

from shared import deadline
from shared.settings import ServiceSettings
from shared.web.request_lifetime import DeadlineMiddleware
from tests.support.asgi import bare_app, listen, serve
from tests.support.polling import PATIENCE_SECONDS, wait_until


@dataclass
class Work:
    """Counts what a route does; it ends when `may_end` is set."""

    n_begun: int = 0
    n_ended: int = 0
    n_cancelled: int = 0
    bodies: list[bytes] = field(default_factory=list)
    may_end: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, request: Request) -> str:
        self.bodies.append(await request.body())
        return await self.compute()

    async def compute(self) -> str:
        self.n_begun += 1
        try:
            await self.may_end.wait()
        except asyncio.CancelledError:
            self.n_cancelled += 1
            raise
        self.n_ended += 1
        return "ended"


def _app(work: Work, max_body_bytes: int = 100_000) -> FastAPI:
    settings = ServiceSettings(budget_seconds=200, max_body_bytes=max_body_bytes)
    app = bare_app(settings, reading_posts={"/work"})

    @app.api_route("/work", methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
    @app.post("/write")
    async def run(request: Request) -> str:
        return await work.run(request)

    return app


@asynccontextmanager
async def _asked(
    work: Work, request: str, body: bytes = b""
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter, str]]:
    """Yield a connection that has sent this request, and the address of the server."""
    async with listen(_app(work)) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"{request} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()
        try:
            yield reader, writer, f"http://127.0.0.1:{port}"
        finally:
            work.may_end.set()
            writer.close()


@pytest.mark.parametrize(
    ("request_line", "body"),
    [("GET /work", b""), ("GET /work", b"ignored"), ("HEAD /work", b""), ("POST /work", b"x" * 50_000)],
)
async def test_a_read_ends_when_its_caller_leaves(
    request_line: str, body: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    work = Work()
    async with _asked(work, request_line, body) as (_, writer, address), httpx.AsyncClient(base_url=address) as client:
        await wait_until(lambda: work.n_begun == 1)
        writer.transport.abort()
        await wait_until(lambda: work.n_cancelled == 1)
        metrics = (await client.get("/metrics")).text
    assert work.bodies == [body]
    assert 'status="499"} 1.0' in metrics
    assert 'status="500"' not in metrics
    assert "http_requests_in_progress 0.0" in metrics
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if "request_failed" in line] == []
    assert len([line for line in lines if '"status": 499' in line]) == 1


@pytest.mark.parametrize("request_line", ["PUT /work", "PATCH /work", "DELETE /work", "POST /write"])
async def test_a_write_is_finished_without_its_caller(request_line: str) -> None:
    work = Work()
    async with _asked(work, request_line, b"all of it") as (_, writer, address), httpx.AsyncClient() as client:
        await wait_until(lambda: work.n_begun == 1)
        writer.transport.abort()
        for _ in range(3):  # the server has seen that the caller left
            await client.get(f"{address}/healthz")
        assert (work.n_cancelled, work.n_ended) == (0, 0)
        work.may_end.set()
        await wait_until(lambda: work.n_ended == 1)
    assert (work.n_cancelled, work.bodies) == (0, [b"all of it"])


@pytest.mark.parametrize(
    ("method", "seconds"),
    [("GET", 10), ("HEAD", 10), ("POST", 10), ("PUT", 300), ("PATCH", 300), ("DELETE", 300)],
)
async def test_a_request_that_writes_may_take_longer(method: str, seconds: int) -> None:
    app = FastAPI()
    app.add_middleware(DeadlineMiddleware, budget_seconds=10, write_budget_seconds=300)

    @app.api_route("/work", methods=[method])
    async def work(response: Response) -> None:
        response.headers["X-Left"] = str(deadline.seconds_left(deadline.MAX_SECONDS))

    async with serve(app) as client:
        left = float((await client.request(method, "/work")).headers["X-Left"])
    assert seconds - 9 < left <= seconds


async def test_a_caller_that_stays_is_answered_also_twice_on_one_connection() -> None:
    work = Work()
    work.may_end.set()
    async with _asked(work, "POST /work", b"first") as (reader, writer, _), asyncio.timeout(PATIENCE_SECONDS):
        assert (await reader.readuntil(b'"ended"')).startswith(b"HTTP/1.1 200")
        writer.write(b"POST /work HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\n\r\nsecond")
        assert (await reader.readuntil(b'"ended"')).startswith(b"HTTP/1.1 200")
    assert (work.bodies, work.n_cancelled) == ([b"first", b"second"], 0)


async def test_a_body_that_is_too_large_is_still_refused() -> None:
    work = Work()
    async with listen(_app(work, max_body_bytes=1000)) as port, httpx.AsyncClient() as client:
        refused = await client.post(f"http://127.0.0.1:{port}/work", content=_chunks())
    assert (refused.status_code, work.n_begun) == (413, 0)


async def _chunks() -> AsyncIterator[bytes]:
    for _ in range(20):
        yield b"x" * 100


async def test_what_follows_the_response_is_not_cut() -> None:
    work, app = Work(), bare_app()

    @app.get("/work")
    async def run(tasks: BackgroundTasks) -> str:
        tasks.add_task(work.compute)
        return "answered"

    async with listen(app) as port, httpx.AsyncClient() as client:
        assert (await client.get(f"http://127.0.0.1:{port}/work")).status_code == 200
        await wait_until(lambda: work.n_begun == 1)
        for _ in range(3):
            await client.get(f"http://127.0.0.1:{port}/healthz")
        work.may_end.set()
        await wait_until(lambda: work.n_ended == 1)
    assert work.n_cancelled == 0
