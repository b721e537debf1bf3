"""Uploads over real connections, from a caller through the gateway to a service that keeps what reaches it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from fastapi import FastAPI, Request

from gateway.api_keys import compute_digest
from gateway.app import create_app
from gateway.examples import stocks as examples
from gateway.settings import GatewaySettings
from shared.settings import UploadSettings
from tests.support.asgi import bare_app, listen
from tests.support.gateway.service import KEY
from tests.support.polling import PATIENCE_SECONDS, wait_until


@dataclass
class Kept:
    """What a data service saw: bodies that came whole, how many began, and how many are still coming."""

    whole: list[bytes] = field(default_factory=list)
    n_begun: int = 0
    n_running: int = 0
    n_bytes: int = 0


def _data_service(kept: Kept) -> FastAPI:
    app = bare_app(UploadSettings(budget_seconds=2, write_budget_seconds=60), name="data")

    @app.put("/symbols/AAPL/bars")
    async def load(request: Request) -> object:
        kept.n_begun += 1
        kept.n_running += 1
        body = b""
        try:
            async for chunk in request.stream():
                body += chunk
                kept.n_bytes += len(chunk)
            kept.whole.append(body)
        finally:
            kept.n_running -= 1
        return examples.LOAD_REPORT

    return app


@asynccontextmanager
async def _upload(
    kept: Kept, head: str, **settings: object
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Yield a connection to a gateway on which the head of an upload has been sent."""
    async with listen(_data_service(kept)) as inner:
        given = {"data_url": f"http://127.0.0.1:{inner}", "api_keys": compute_digest(KEY)} | settings
        async with listen(create_app(GatewaySettings(**given))) as port:  # type: ignore[arg-type]  # any field
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            request = f"PUT /api/stocks/AAPL/bars HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\n{head}\r\n"
            writer.write(request.encode())
            await writer.drain()
            try:
                yield reader, writer
            finally:
                writer.close()


AUTHORISED = f"X-API-Key: {KEY}\r\n"
CHUNKED = AUTHORISED + "Transfer-Encoding: chunked\r\n"


async def _status(reader: asyncio.StreamReader) -> int:
    async with asyncio.timeout(PATIENCE_SECONDS):
        return int((await reader.readline()).split()[1])


async def test_an_upload_is_passed_on_while_it_comes() -> None:
    kept = Kept()
    async with _upload(kept, AUTHORISED + "Content-Length: 200000\r\n") as (reader, writer):
        writer.write(b"x" * 100_000)
        await wait_until(lambda: kept.n_bytes == 100_000)
        assert kept.whole == []
        writer.write(b"y" * 100_000)
        assert await _status(reader) == 200
    assert kept.whole == [b"x" * 100_000 + b"y" * 100_000]


@pytest.mark.parametrize(
    ("head", "part"), [(AUTHORISED + "Content-Length: 200000\r\n", b"x" * 1000), (CHUNKED, b"3e8\r\n" + b"x" * 1000)]
)
async def test_a_caller_that_goes_away_leaves_nothing_running_and_stores_nothing(
    head: str, part: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = Kept()
    async with _upload(kept, head) as (_, writer):
        writer.write(part)
        await wait_until(lambda: kept.n_bytes == 1000)
        writer.close()
        await wait_until(lambda: kept.n_running == 0)
    assert (kept.n_begun, kept.whole) == (1, [])
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if "request_failed" in line] == []
    assert len([line for line in lines if '"status": 499' in line]) == 2


@pytest.mark.parametrize(
    ("head", "part"), [(AUTHORISED + "Content-Length: 200000\r\n", b"x" * 1000), (CHUNKED, b"3e8\r\n" + b"x" * 1000)]
)
async def test_a_caller_that_stalls_is_given_up_and_stores_nothing(head: str, part: bytes) -> None:
    kept = Kept()
    async with _upload(kept, head, write_budget_seconds=2) as (reader, writer):
        writer.write(part)
        assert await _status(reader) == 408
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert b"request-timeout" in await reader.read()  # up to the end: the connection is closed
        await wait_until(lambda: kept.n_running == 0)
    assert (kept.n_begun, kept.whole) == (1, [])


async def test_an_upload_that_grows_too_large_is_cut_off_on_both_sides() -> None:
    kept = Kept()
    async with _upload(kept, CHUNKED, max_upload_bytes=1500) as (reader, writer):
        for _ in range(2):
            writer.write(b"3e8\r\n" + b"x" * 1000 + b"\r\n")
        assert await _status(reader) == 413
        await wait_until(lambda: kept.n_running == 0)
    assert kept.whole == []


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("Content-Length: 200000\r\n", 401),
        ("Transfer-Encoding: chunked\r\n", 401),
        ("Expect: 100-continue\r\nContent-Length: 200000\r\n", 401),
        (AUTHORISED + "Content-Length: 20000000000\r\n", 413),
    ],
)
async def test_an_upload_that_is_refused_by_its_head_is_answered_before_any_of_it_is_sent(
    head: str, status: int
) -> None:
    kept = Kept()
    async with _upload(kept, head) as (reader, _):
        assert await _status(reader) == status
    assert kept.n_begun == 0
