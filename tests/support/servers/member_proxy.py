"""A TCP proxy that makes a mongod look, on chosen connections, like a member that is still starting."""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from typing import Any

import bson

HEADER = struct.Struct("<iiii")  # length, id, id of the request, operation
OP_MSG = 2013
FLAGS = 5  # bytes before the document: the flags, and the kind of a reply's only section


class MemberProxy:
    """Forwards connections to a mongod; each reply to `hello` names the proxy as the set's only member.

    Attributes:
        port: The port that it listens on.
        is_starting: Whether the connection of this number, counted from 1, reaches a member that is starting. The
            driver's monitor opens the first, and no other with `serverMonitoringMode=poll` in the address.
        n_connections: The number of connections so far.
    """

    def __init__(self, mongod_port: int) -> None:
        self.port = 0
        self.is_starting: Callable[[int], bool] = lambda _: False
        self.n_connections = 0
        self.mongod_port = mongod_port
        self._open: dict[asyncio.StreamWriter, asyncio.Task[None]] = {}

    def url(self, *options: str) -> str:
        """Build the address with these options; the driver checks the member every half second."""
        monitoring = ("serverMonitoringMode=poll", "heartbeatFrequencyMS=500")
        return f"mongodb://127.0.0.1:{self.port}/?{'&'.join((*monitoring, *options))}"

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forward one connection until either side closes it."""
        self.n_connections += 1
        task = asyncio.create_task(self._forward(reader, writer, self.n_connections))
        self._open[writer] = task
        await asyncio.wait({task})
        del self._open[writer]

    async def close(self) -> None:
        """Close all connections and wait until both sides have noticed."""
        tasks = list(self._open.values())
        for writer in self._open:
            writer.close()
        await asyncio.gather(*tasks)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        with closing(writer), suppress(OSError):
            replies, requests = await asyncio.open_connection("127.0.0.1", self.mongod_port)
            await asyncio.gather(_forward_requests(reader, requests), self._forward_replies(replies, writer, number))

    async def _forward_replies(self, replies: asyncio.StreamReader, client: asyncio.StreamWriter, number: int) -> None:
        with closing(client), suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                header = await replies.readexactly(HEADER.size)
                length, identity, request, operation = HEADER.unpack(header)
                body = await replies.readexactly(length - HEADER.size)
                if operation == OP_MSG and "maxWireVersion" in (reply := bson.decode(body[FLAGS:])):
                    body = body[:FLAGS] + bson.encode(self._alter(reply, number))
                client.write(HEADER.pack(HEADER.size + len(body), identity, request, operation) + body)
                await client.drain()

    def _alter(self, hello: dict[str, Any], number: int) -> dict[str, Any]:
        member = f"127.0.0.1:{self.port}"
        if "hosts" in hello:
            hello |= {"hosts": [member], "me": member, "primary": member}
        if self.is_starting(number):
            hello |= dict.fromkeys(hello.keys() & {"isWritablePrimary", "ismaster", "secondary"}, False)
            hello.pop("logicalSessionTimeoutMinutes")
            hello.pop("primary", None)
        return hello


async def _forward_requests(client: asyncio.StreamReader, requests: asyncio.StreamWriter) -> None:
    with closing(requests), suppress(ConnectionError):
        while chunk := await client.read(65536):
            requests.write(chunk)
            await requests.drain()


@asynccontextmanager
async def running_member_proxy(mongod_port: int) -> AsyncIterator[MemberProxy]:
    """Accept connections until the context ends."""
    proxy = MemberProxy(mongod_port)
    async with await asyncio.start_server(proxy.connect, "127.0.0.1", 0) as server:
        proxy.port = server.sockets[0].getsockname()[1]
        try:
            yield proxy
        finally:
            await proxy.close()
