"""Apps in process, each with its lifespan, for clients that go through HTTP all the same."""

import asyncio
import socket
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

import httpx
import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shared.settings import ServiceSettings
from shared.telemetry.metrics import ScrapeCollector, new_registry
from shared.web.app import Operations, build_app
from shared.web.health import Dependency
from tests.support.polling import wait_until


@asynccontextmanager
async def serve(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client of `app`; an exception that the app answers with a 500 is not raised into the test.

    Unlike httpx by default, it asks for no compression: a compressed response has a weak ETag.
    """
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    client = httpx.AsyncClient(
        transport=transport, base_url="http://localhost", headers={"Accept-Encoding": "identity"}
    )
    async with app.router.lifespan_context(app), client:
        yield client


@asynccontextmanager
async def listen(app: ASGIApp, http: type[HttpToolsProtocol] = HttpToolsProtocol) -> AsyncIterator[int]:
    """Serve with uvicorn, in this event loop, on a free port until the end of the block."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, http=http, log_config=None, ws="none", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve(sockets=[listener]))
        await wait_until(lambda: server.started)
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            await running


def bare_app(
    settings: ServiceSettings | None = None,
    *,
    name: str = "test",
    dependencies: dict[str, Dependency] | None = None,
    collectors: list[ScrapeCollector] | None = None,
    reading_posts: Collection[str] = (),
) -> FastAPI:
    """Return an app of `build_app` that has no components and no routes of its own."""

    @asynccontextmanager
    async def no_components() -> AsyncIterator[None]:
        yield None

    operations = Operations(new_registry(), dependencies or {}, collectors=collectors or ())
    return build_app(
        name, settings or ServiceSettings(budget_seconds=200), no_components, operations, reading_posts=reading_posts
    )
