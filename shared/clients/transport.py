"""HTTP to an internal service: the connection pool, and headers and query parameters as they are sent."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from pydantic import BaseModel

KEEP_ALIVE_SECONDS = 4.0  # less than uvicorn's 5: of the two, the client is to close a connection that is not used


@asynccontextmanager
async def open_http(base_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """Open the one connection pool to an upstream.

    A refused connection, as at a restart, is tried once more, whatever the method: nothing was sent.
    """
    limits = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=KEEP_ALIVE_SECONDS)
    transport = httpx.AsyncHTTPTransport(retries=1, limits=limits)
    async with httpx.AsyncClient(base_url=base_url, transport=transport, trust_env=False) as http:
        yield http


def latin1_headers(given: dict[str, str]) -> httpx.Headers:
    """Return the headers in the encoding that Starlette reads them in; httpx would refuse all but ASCII."""
    return httpx.Headers(given, encoding="latin-1")


def query_params(query: BaseModel) -> dict[str, str]:
    """Return as query parameters what is not as it would be anyway; a list with commas."""
    given = query.model_dump(mode="json", exclude_defaults=True)
    return {name: _text(value) for name, value in given.items()}


def _text(value: object) -> str:
    if isinstance(value, list):
        return ",".join(map(str, value))
    return value if isinstance(value, str) else str(value).lower()
