"""A client that costs little, so that a thousand callers fit beside the servers: one connection per request."""

import asyncio
import http.client
import json
import time
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

PROBLEM = "application/problem+json"


@dataclass(frozen=True)
class Answer:
    """The response.

    Attributes:
        name: The kind of the request.
        status: The HTTP status, 0 if there was no complete response.
        headers: Its headers by name in lower case.
        body: Its body.
        sent_at: When the request began, by `time.monotonic`.
        seconds: How long it took.
    """

    name: str
    status: int
    headers: dict[str, str]
    body: bytes
    sent_at: float
    seconds: float

    @property
    def json(self) -> Any:
        """Return the decoded body."""
        return json.loads(self.body)


@dataclass
class _Received:
    """The bytes of a response as a socket for `http.client`, which decodes chunks and notices a cut body."""

    content: bytes

    def makefile(self, _: str) -> BytesIO:
        """Open the response for reading."""
        return BytesIO(self.content)


@dataclass(frozen=True)
class Request:
    """One request; its connection is closed after the response."""

    path: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    name: str = ""

    def encode(self) -> bytes:
        """Encode it as HTTP/1.1."""
        fixed = {"Host": "127.0.0.1", "Connection": "close"}
        if self.body or self.method != "GET":
            fixed["Content-Length"] = str(len(self.body))
        lines = [f"{name}: {value}" for name, value in (fixed | self.headers).items()]
        head = "\r\n".join([f"{self.method} {self.path} HTTP/1.1", *lines, "", ""])
        return head.encode("utf-8", "surrogateescape") + self.body


async def ask(port: int, request: Request | str, seconds: float = 60) -> Answer:
    """Send a request, wait for its response at most so long, and return it; a broken one has the status 0."""
    if isinstance(request, str):
        request = Request(request)
    return await send(port, request.encode(), request.name or request.path, seconds)


async def send(port: int, content: bytes, name: str = "", seconds: float = 60) -> Answer:
    """Send these bytes, and read until the server closes the connection."""
    sent_at, received = time.monotonic(), b""
    try:
        async with asyncio.timeout(seconds):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                received = await _exchange(reader, writer, content)
            finally:
                writer.transport.abort()
    except (OSError, TimeoutError):
        pass
    status, headers, body = _decode(received)
    return Answer(name, status, headers, body, sent_at, time.monotonic() - sent_at)


async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, content: bytes) -> bytes:
    received = bytearray()
    try:
        writer.write(content)
        while chunk := await reader.read(1 << 16):
            received += chunk
    except ConnectionError:  # what was answered before the reset still counts
        pass
    return bytes(received)


def _decode(received: bytes) -> tuple[int, dict[str, str], bytes]:
    response = http.client.HTTPResponse(_Received(received))  # type: ignore[arg-type]
    try:
        response.begin()
        body = response.read()
    except (http.client.HTTPException, OSError, ValueError):
        return 0, {}, b""
    return response.status, {name.lower(): value for name, value in response.getheaders()}, body
