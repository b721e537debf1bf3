"""Real connections to an app under uvicorn's protocol with limits of a fraction of a second."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shared.web.http_protocol import BoundedHttpProtocol
from tests.support.asgi import listen
from tests.support.polling import PATIENCE_SECONDS


class Hasty(BoundedHttpProtocol):
    """Waits for nothing."""

    head_seconds = stall_seconds = discard_seconds = linger_seconds = 0.3
    tick_seconds = 0.05


class Patient(Hasty):
    """Waits longer than a busy machine may pause."""

    head_seconds = stall_seconds = 2.0


class Asleep(Hasty):
    """Waits for everything, so that only the received data decides."""

    head_seconds = stall_seconds = discard_seconds = 1e9


@dataclass
class App:
    """Answers with some bytes, and records what it received."""

    n_response_bytes: int = 2
    seconds: float = 0.0
    reads_body: bool = True
    scopes: list[Scope] = field(default_factory=list)
    received: bytes = b""
    n_ended: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        self.scopes.append(scope)
        try:
            await asyncio.sleep(self.seconds)
            while self.reads_body:
                message = await receive()
                self.received += message.get("body", b"")
                if not message.get("more_body"):
                    break
            length = (b"content-length", b"%d" % self.n_response_bytes)
            await send({"type": "http.response.start", "status": 200, "headers": [length]})
            await send({"type": "http.response.body", "body": b"x" * self.n_response_bytes})
        finally:
            self.n_ended += 1


@dataclass
class Connection:
    """A client's side of a connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def rest(self) -> bytes:
        """Read until the server closes or resets the connection."""
        answer = b""
        with suppress(ConnectionResetError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                while more := await self.reader.read(65536):
                    answer += more
        return answer


@asynccontextmanager
async def connect(app: App, http: Any = Hasty, sent: bytes = b"", n: int = 1) -> AsyncIterator[list[Connection]]:
    """Serve the app, send this on `n` connections, and yield them."""
    async with listen(app, http) as port:
        connections = [Connection(*await asyncio.open_connection("127.0.0.1", port)) for _ in range(n)]
        for connection in connections:
            connection.writer.write(sent)
        try:
            yield connections
        finally:
            for connection in connections:
                connection.writer.transport.abort()


async def answer_to(sent: bytes, http: type[HttpToolsProtocol] = Asleep, app: App | None = None) -> bytes:
    """Send this and return everything received until the server closes the connection."""
    async with connect(app or App(), http, sent) as (connection,):
        return await connection.rest()
