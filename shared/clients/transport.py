"""HTTP to an internal service: the connection pool, and the encoding of headers and query parameters."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from pydantic import BaseModel

from shared.clients.pool import PooledTransport

KEEP_ALIVE_SECONDS = 4.0  # less than uvicorn's 5, so that the client closes an idle connection, not the server


@asynccontextmanager
async def open_http(base_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """Open the connection pool to an upstream.

    A refused connection, as during a restart, is retried once, whatever the method: nothing was sent yet.
    """
    transport = PooledTransport(max_connections=100, max_keepalive_connections=20, keepalive_expiry=KEEP_ALIVE_SECONDS)
    async with httpx.AsyncClient(base_url=base_url, transport=transport, trust_env=False) as http:
        yield http


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
