"""Reads a stream of Server-Sent Events from an internal service."""

from collections.abc import AsyncIterator

import httpx

from shared.errors import UpstreamFailed, UpstreamUnavailable

MEDIA_TYPE = "text/event-stream"


async def read_events(http: httpx.AsyncClient, path: str, *, title: str, silence_seconds: float) -> AsyncIterator[str]:
    """Yield the data of each event until the stream ends. It takes no slot, and no breaker applies.

    Args:
        http: The connection pool.
        path: The path of the stream.
        title: The name of the service at the start of a sentence.
        silence_seconds: The longest time without a byte.

    Raises:
        UpstreamUnavailable, UpstreamFailed: The stream cannot be read, or broke off.
    """
    request = http.build_request("GET", path, headers={"Accept": MEDIA_TYPE, "Accept-Encoding": "identity"})
    request.extensions["timeout"] = httpx.Timeout(silence_seconds).as_dict()
    try:
        response = await http.send(request, stream=True)
        try:
            if response.status_code != 200 or not response.headers.get("Content-Type", "").startswith(MEDIA_TYPE):
                raise UpstreamFailed(f"{title} returned status {response.status_code} instead of events.")
            async for line in response.aiter_lines():
                if line.startswith("data:"):
                    yield line[5:].strip()
        finally:
            await response.aclose()
    except httpx.TransportError as error:
        raise UpstreamUnavailable(f"{title} cannot be reached. Try again in a moment.") from error
