"""Reads a stream, most often of Server-Sent Events, from an internal service."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import anyio
import httpx

from shared import deadline
from shared.errors import UpstreamFailed, UpstreamTimeout, UpstreamUnavailable

MEDIA_TYPE = "text/event-stream"


@asynccontextmanager
async def open_events(
    http: httpx.AsyncClient, path: str, *, title: str, silence_seconds: float, headers: Mapping[str, str] | None = None
) -> AsyncIterator[httpx.Response]:
    """Open the stream of events at this path; otherwise as `open_stream`."""
    accepted = {"Accept": MEDIA_TYPE, "Accept-Encoding": "identity"}
    request = http.build_request("GET", path, headers=accepted | dict(headers or {}))
    async with open_stream(http, request, title=title, silence_seconds=silence_seconds) as response:
        yield response


@asynccontextmanager
async def open_stream(
    http: httpx.AsyncClient, request: httpx.Request, *, title: str, silence_seconds: float
) -> AsyncIterator[httpx.Response]:
    """Open a stream and yield its response, which may be an error. It takes no slot, and no breaker applies.

    Args:
        http: The connection pool.
        request: What to send.
        title: The name of the service, capitalised.
        silence_seconds: The longest time without a byte.

    Raises:
        UpstreamTimeout: It did not begin in the time that its caller's request has left, which limits nothing later.
        UpstreamUnavailable: The stream cannot be read, or broke off.
    """
    request.extensions["timeout"] = httpx.Timeout(silence_seconds).as_dict()
    try:
        response = await _send(http, request, title)
        try:
            yield response
        finally:
            await response.aclose()
    except httpx.TransportError as error:
        raise UpstreamUnavailable(f"{title} cannot be reached. Try again in a moment.") from error


async def _send(http: httpx.AsyncClient, request: httpx.Request, title: str) -> httpx.Response:
    """Return the response as soon as its head is here."""
    try:
        # Not asyncio.timeout: httpcore shields the release of its slots from anyio's cancellation only.
        with anyio.fail_after(deadline.seconds_left(deadline.MAX_SECONDS)):
            return await http.send(request, stream=True)
    except (httpx.TimeoutException, TimeoutError) as error:
        raise UpstreamTimeout(f"{title} did not answer in the time that was left. Try again.") from error


def is_events(response: httpx.Response) -> bool:
    """Say whether the response is a stream of events."""
    return response.status_code == httpx.codes.OK and response.headers.get("Content-Type", "").startswith(MEDIA_TYPE)


async def read_events(http: httpx.AsyncClient, path: str, *, title: str, silence_seconds: float) -> AsyncIterator[str]:
    """Yield the data of each event until the stream ends; the arguments are those of `open_events`.

    Raises:
        UpstreamTimeout, UpstreamUnavailable, UpstreamFailed: The stream cannot be read, or broke off.
    """
    async with open_events(http, path, title=title, silence_seconds=silence_seconds) as response:
        if not is_events(response):
            raise UpstreamFailed(f"{title} returned status {response.status_code} instead of events.")
        async for line in response.aiter_lines():
            if line.startswith("data:"):
                yield line[5:].strip()
