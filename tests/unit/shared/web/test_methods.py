"""HEAD over real connections, because a stream stays open."""

import asyncio
from collections.abc import AsyncIterator

from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from tests.support.asgi import bare_app, listen
from tests.support.polling import PATIENCE_SECONDS, wait_until


def _app(open_streams: list[str]) -> FastAPI:
    app = bare_app()

    async def endless() -> AsyncIterator[str]:
        open_streams.append("open")
        try:
            while True:
                yield "data: 1\n\n"
                await asyncio.sleep(0.01)
        finally:
            open_streams.clear()

    async def silent() -> AsyncIterator[str]:
        open_streams.append("open")
        try:
            await asyncio.Event().wait()
            yield ""
        finally:
            open_streams.clear()

    @app.get("/{kind}")
    async def stream(kind: str) -> StreamingResponse:
        return StreamingResponse(endless() if kind == "endless" else silent(), media_type="text/event-stream")

    return app


async def test_head_of_a_stream_ends_it_and_leaves_the_connection_usable() -> None:
    open_streams: list[str] = []
    async with listen(_app(open_streams)) as port, asyncio.timeout(PATIENCE_SECONDS):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for path in ("/endless", "/silent", "/healthz"):
            writer.write(f"HEAD {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
            await wait_until(lambda: not open_streams)
        writer.close()
