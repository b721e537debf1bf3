"""HTTP to an internal service: the connection pool, and the encoding of headers and query parameters."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from pydantic import BaseModel

from shared.background import in_background
from shared.clients.observer import CallObserver
from shared.clients.pool import PooledTransport

SWEEP_SECONDS = 1.0  # how often connections are counted, and closed ones removed


@asynccontextmanager
async def open_http(
    base_url: str,
    observer: CallObserver | None = None,
    sweep_seconds: float = SWEEP_SECONDS,
    *,
    tokens: tuple[str, ...] = (),
) -> AsyncIterator[httpx.AsyncClient]:
    """Open the connection pool to an upstream. Its connections are counted and swept every `sweep_seconds`.

    Every request carries the first of the services' tokens, if one is set.

    A refused connection, as during a restart, is retried once, whatever the method: nothing was sent yet.
    """
    transport = PooledTransport()
    headers = {"Authorization": f"Bearer {tokens[0]}"} if tokens else {}
    async with (
        httpx.AsyncClient(base_url=base_url, transport=transport, headers=headers, trust_env=False) as http,
        in_background(_watch(transport, observer or CallObserver(), sweep_seconds)),
    ):
        yield http


async def _watch(transport: PooledTransport, observer: CallObserver, seconds: float) -> None:
    while True:
        observer.connections(transport.count())
        await transport.sweep()
        await asyncio.sleep(seconds)


def latin1_headers(given: dict[str, str]) -> httpx.Headers:
    """Encode headers as Latin-1, as Starlette decodes them; httpx alone would refuse all but ASCII."""
    return httpx.Headers(given, encoding="latin-1")


def query_params(query: BaseModel) -> dict[str, str]:
    """Return the non-default fields as query parameters; a list is joined by commas."""
    given = query.model_dump(mode="json", exclude_defaults=True)
    return {name: _text(value) for name, value in given.items()}


def _text(value: object) -> str:
    if isinstance(value, list):
        return ",".join(map(str, value))
    return value if isinstance(value, str) else str(value).lower()
