"""A TCP proxy that spoils connections: it delays, trickles, cuts, swallows or refuses, or answers 503 itself."""

import asyncio
import random
import re
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass

from local.servers import free_port

BACKLOG = 4096  # takes a volley of 1,000 callers at once
CHUNK = 1 << 16
REQUEST_LINE = re.compile(rb"^(?:GET|POST|PUT|DELETE|HEAD) (\S+) HTTP/1\.1\r\n", re.MULTILINE)
PROBES = (b"/healthz", b"/readyz")
FEED = (b"/changes", b"/followers/")
BODY = (
    b'{"type":"/problems/store-unavailable","title":"The store is not available","status":503,"detail":"Try again.",'
    b'"instance":"/","request_id":"proxy","retryable":true}'
)
UNAVAILABLE = (
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/problem+json\r\nretry-after: 1\r\n"
    b"content-length: %d\r\n\r\n%s" % (len(BODY), BODY)
)


@dataclass(frozen=True)
class Fault:
    """What happens to the traffic; by default nothing.

    Attributes:
        latency_seconds: Delay of each answer's first chunk.
        bytes_per_second: Speed of the answers.
        cut_after: Bytes of each answer after which its connection ends.
        is_reset: Whether it ends by a reset instead of a proper close.
        is_silent: Whether requests are taken and never answered.
        refuses: Whether new connections are reset.
        share_unavailable: The share of requests, health checks excepted, that are answered with 503.
    """

    latency_seconds: float = 0
    bytes_per_second: float | None = None
    cut_after: int | None = None
    is_reset: bool = False
    is_silent: bool = False
    refuses: bool = False
    share_unavailable: float = 0


class FaultProxy:
    """Forwards connections to the port `target` of the loopback interface, with the current fault.

    Attributes:
        port: The port that it listens on.
        fault: What happens to the traffic from now on, also on open connections.
        n_requests: The number of HTTP requests so far, without health checks and the feed of revisions.
        n_probes: The number of health checks so far.
        n_feed: The number of requests for the feed and its leases so far: a clock sets their rate, not callers.
    """

    def __init__(self, target: int) -> None:
        self.port = free_port()
        self._target = target
        self.fault = Fault()
        self.n_requests = self.n_probes = self.n_feed = 0
        self._dice = random.Random(16)

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def causing(self, **fault: float | bool) -> Iterator[None]:
        """Cause this fault in the block."""
        self.fault = Fault(**fault)  # type: ignore[arg-type]
        try:
            yield
        finally:
            self.fault = Fault()

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forward one connection until either side closes it."""
        if self.fault.refuses:
            _reset(writer)
            return
        with closing(writer), suppress(OSError):
            back_reader, back_writer = await asyncio.open_connection("127.0.0.1", self._target)
            with closing(back_writer):
                both = [
                    asyncio.create_task(self._forward_requests(reader, back_writer, writer)),
                    asyncio.create_task(self._forward_answers(back_reader, writer)),
                ]
                await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
                for task in both:
                    task.cancel()
                await asyncio.gather(*both, return_exceptions=True)

    async def _forward_requests(
        self, reader: asyncio.StreamReader, back: asyncio.StreamWriter, client: asyncio.StreamWriter
    ) -> None:
        while chunk := await reader.read(CHUNK):
            line = REQUEST_LINE.match(chunk)
            is_probe = line is not None and line[1].partition(b"?")[0] in PROBES
            is_feed = line is not None and line[1].startswith(FEED)
            self.n_probes += is_probe
            self.n_feed += is_feed
            self.n_requests += line is not None and not is_probe and not is_feed
            if self.fault.is_silent:
                continue
            if line and not is_probe and self._dice.random() < self.fault.share_unavailable:
                client.write(UNAVAILABLE)
                continue
            back.write(chunk)
            await back.drain()

    async def _forward_answers(self, back: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        n_sent = 0
        while chunk := await back.read(CHUNK):
            if chunk.startswith(b"HTTP/1.1"):
                n_sent = 0
                await asyncio.sleep(self.fault.latency_seconds)
            cut_after = self.fault.cut_after
            if cut_after is not None and n_sent + len(chunk) > cut_after:
                client.write(chunk[: max(0, cut_after - n_sent)])
                await client.drain()
                await asyncio.sleep(0.01)
                if self.fault.is_reset:
                    _reset(client)
                return
            n_sent += len(chunk)
            await self._trickle(chunk, client)

    async def _trickle(self, chunk: bytes, client: asyncio.StreamWriter) -> None:
        while chunk and (rate := self.fault.bytes_per_second):
            client.write(chunk[:1])
            chunk = chunk[1:]
            await client.drain()
            await asyncio.sleep(1 / rate)
        client.write(chunk)
        await client.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@contextmanager
def running_proxies(*proxies: FaultProxy) -> Iterator[None]:
    """Serve in a thread of their own, so that a test that blocks does not stop them."""
    loop = asyncio.new_event_loop()
    is_over = asyncio.Event()
    has_begun = threading.Event()

    async def serve() -> None:
        servers = [await asyncio.start_server(one.connect, "127.0.0.1", one.port, backlog=BACKLOG) for one in proxies]
        has_begun.set()
        await is_over.wait()
        for server in servers:
            server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert has_begun.wait(60)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(is_over.set)
        thread.join()
        loop.close()
