"""A small model of a Kubernetes Service: one address whose connections go to the processes that are ready.

It balances connections, not requests: an open connection stays with its process until either side closes it, and a
failure is not retried elsewhere. So clients see what the processes do, not what a balancer repairs.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from itertools import count

import httpx

from local.servers import free_port
from tests.support.polling import wait_until
from tests.support.servers.processes import Server

PROBE_SECONDS = 0.25


class Balancer:
    """Accepts connections on its own port and forwards each to the ready servers in turn."""

    def __init__(self, *servers: Server) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._servers = list(servers)
        self._ready = list(servers)
        self._leaving: Server | None = None
        self._turn = count()
        self._is_cut = False
        self._open: set[asyncio.StreamWriter] = set()

    async def cut(self, seconds: float) -> None:
        """Reset every connection, and each new one for this many seconds."""
        self._is_cut = True
        for writer in self._open:
            writer.transport.abort()
        await asyncio.sleep(seconds)
        self._is_cut = False

    async def replace(self, new: Server) -> float:
        """Start `new`, wait until it is ready, stop the old server, and return the seconds that the stop took."""
        (old,) = self._servers
        await asyncio.to_thread(new.start)
        self._servers = [old, new]
        await wait_until(lambda: new in self._ready)
        started_at = time.monotonic()
        self._leaving = old
        await asyncio.to_thread(old.stop)
        self._servers = [new]
        return time.monotonic() - started_at

    async def probe(self) -> None:
        """Probe each server as the charts do; a timeout leaves its state unchanged.

        A server takes part from when it was first ready until it dies or is told to stop. Slow dependencies on a busy
        machine remove no server: otherwise all would go at once.
        """
        async with httpx.AsyncClient(timeout=5) as http:
            while True:
                self._ready = [server for server in self._servers if await self._is_ready(http, server)]
                await asyncio.sleep(PROBE_SECONDS)

    async def _is_ready(self, http: httpx.AsyncClient, server: Server) -> bool:
        if server is self._leaving:
            return False
        path = "/healthz" if server in self._ready else "/readyz"
        try:
            return (await http.get(f"http://127.0.0.1:{server.port}{path}")).is_success
        except httpx.TimeoutException:
            return server in self._ready
        except httpx.TransportError:
            return False

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forward one connection until either side closes it; close it if the process refuses it."""
        if self._is_cut or not self._ready:
            writer.transport.abort()
            return
        self._open.add(writer)
        with closing(writer), suppress(OSError, asyncio.CancelledError):  # streams of 3.11 report a cancelled task
            server = self._ready[next(self._turn) % len(self._ready)]
            back_reader, back_writer = await asyncio.open_connection("127.0.0.1", server.port)
            await asyncio.gather(_copy(reader, back_writer), _copy(back_reader, writer))
        self._open.discard(writer)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with closing(writer), suppress(ConnectionError):
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()


@asynccontextmanager
async def running_balancers(*balancers: Balancer) -> AsyncIterator[None]:
    """Accept connections until the context ends."""
    async with AsyncExitStack() as stack:
        for balancer in balancers:
            await stack.enter_async_context(await asyncio.start_server(balancer.connect, "127.0.0.1", balancer.port))
        probes = [asyncio.create_task(balancer.probe()) for balancer in balancers]
        try:
            yield
        finally:
            for balancer in balancers:
                await balancer.cut(0)
            for probe in probes:
                probe.cancel()
            await asyncio.gather(*probes, return_exceptions=True)
