"""A TCP proxy in front of a mongod that lets it look, on chosen connections, like a member that is still starting."""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from typing import Any

import bson

HEADER = struct.Struct("<iiii")  # length, id, id of the request, operation
OP_MSG = 2013
FLAGS = 5  # bytes before the document: the flags, and the kind of the only section that replies have


class MemberProxy:
    """Passes connections to the mongod of this port; each reply to `hello` names the proxy as the set's only member.

    Attributes:
        port: Where it listens.
        is_starting: Whether the connection of this number, counted from 1, reaches a member that is starting. The
            driver's monitor opens the first; it needs no other if the address asks for `serverMonitoringMode=poll`.
        n_connections: How many there have been.
    """

    def __init__(self, mongod_port: int) -> None:
        self.port = 0
        self.is_starting: Callable[[int], bool] = lambda _: False
        self.n_connections = 0
        self.mongod_port = mongod_port
        self._open: dict[asyncio.StreamWriter, asyncio.Task[None]] = {}

    def url(self, *options: str) -> str:
        """Return the address with these options; the monitor looks at the member every half second."""
        monitoring = ("serverMonitoringMode=poll", "heartbeatFrequencyMS=500")
        return f"mongodb://127.0.0.1:{self.port}/?{'&'.join((*monitoring, *options))}"

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass one connection on until either side closes it."""
        self.n_connections += 1
        passing = asyncio.create_task(self._pass(reader, writer, self.n_connections))
        self._open[writer] = passing
        await asyncio.wait({passing})
        del self._open[writer]

    async def close(self) -> None:
        """Close what is open and wait until both sides know."""
        passing = list(self._open.values())
        for writer in self._open:
            writer.close()
        await asyncio.gather(*passing)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        with closing(writer), suppress(OSError):
            replies, requests = await asyncio.open_connection("127.0.0.1", self.mongod_port)
            await asyncio.gather(_pass_requests(reader, requests), self._pass_replies(replies, writer, number))

    async def _pass_replies(self, replies: asyncio.StreamReader, client: asyncio.StreamWriter, number: int) -> None:
        with closing(client), suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                header = await replies.readexactly(HEADER.size)
                length, identity, request, operation = HEADER.unpack(header)
                body = await replies.readexactly(length - HEADER.size)
                if operation == OP_MSG and "maxWireVersion" in (reply := bson.decode(body[FLAGS:])):
                    body = body[:FLAGS] + bson.encode(self._altered(reply, number))
                client.write(HEADER.pack(HEADER.size + len(body), identity, request, operation) + body)
                await client.drain()

    def _altered(self, hello: dict[str, Any], number: int) -> dict[str, Any]:
        member = f"127.0.0.1:{self.port}"
        if "hosts" in hello:
            hello |= {"hosts": [member], "me": member, "primary": member}
        if self.is_starting(number):
            hello |= dict.fromkeys(hello.keys() & {"isWritablePrimary", "ismaster", "secondary"}, False)
            hello.pop("logicalSessionTimeoutMinutes")
            hello.pop("primary", None)
        return hello


async def _pass_requests(client: asyncio.StreamReader, requests: asyncio.StreamWriter) -> None:
    with closing(requests), suppress(ConnectionError):
        while chunk := await client.read(65536):
            requests.write(chunk)
            await requests.drain()


@asynccontextmanager
async def running_member_proxy(mongod_port: int) -> AsyncIterator[MemberProxy]:
    """Take connections until the end."""
    proxy = MemberProxy(mongod_port)
    async with await asyncio.start_server(proxy.connect, "127.0.0.1", 0) as server:
        proxy.port = server.sockets[0].getsockname()[1]
        try:
            yield proxy
        finally:
            await proxy.close()
