"""Clients that keep their connections and cost little, because they share the cores with the measured services."""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from statistics import median

import uvloop

Prepare = Callable[[], object]


@dataclass
class Timings:
    """The measurements of one variant by its clients, over all rounds.

    Attributes:
        seconds: The duration of each answered request.
        rates: Answers per second, one for each round.
        medians: The median duration of each round.
        n_refused: Answers that were not a 200.
    """

    seconds: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    medians: list[float] = field(default_factory=list)
    n_refused: int = 0

    def percentile(self, share: float) -> float:
        """Return the duration that this share of the requests does not exceed."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    def add(self, seconds: list[float], elapsed: float) -> None:
        """Add a round."""
        if not seconds:
            raise RuntimeError("no request was answered with 200: see the log of the service")
        self.seconds += seconds
        self.rates.append(len(seconds) / elapsed)
        self.medians.append(median(seconds))


def encode(method: str, path: str, body: bytes = b"") -> bytes:
    """Encode a request that keeps its connection."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def ask(port: int, request: bytes) -> bytes:
    """Send one request and return the body of its answer.

    Raises:
        RuntimeError: The answer is not a 200.
    """

    async def ask_once() -> tuple[int, bytes]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            return await _exchange(reader, writer, request)
        finally:
            writer.close()

    status, body = asyncio.run(ask_once())
    if status != 200:
        raise RuntimeError(f"{request[:80]!r} was answered with {status}: {body[:200]!r}")
    return body


def run(timings: Timings, port: int, requests: Iterator[bytes], n_clients: int, seconds: float) -> None:
    """Let this many clients send requests, each one after another, and add their measurements."""
    began_at = time.perf_counter()
    until = began_at + seconds

    async def all_clients() -> list[float]:
        found: list[float] = []
        async with asyncio.TaskGroup() as group:
            for _ in range(n_clients):
                group.create_task(_client(port, requests, found, timings, until))
        return found

    found = uvloop.run(all_clients())
    timings.add(found, time.perf_counter() - began_at)


def run_each(timings: Timings, port: int, requests: Iterable[bytes], prepare: Prepare) -> None:
    """Let one client send each of the requests once, after `prepare`, and add its measurements."""

    async def one_client() -> list[float]:
        found: list[float] = []
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in requests:
            prepare()
            await _time(reader, writer, request, found, timings)
        writer.close()
        return found

    found = uvloop.run(one_client())
    timings.add(found, sum(found))


async def _client(port: int, requests: Iterator[bytes], found: list[float], timings: Timings, until: float) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.perf_counter() < until:
        await _time(reader, writer, next(requests), found, timings)
    writer.close()


async def _time(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes, found: list[float], timings: Timings
) -> None:
    began_at = time.perf_counter()
    status, _ = await _exchange(reader, writer, request)
    if status == 200:
        found.append(time.perf_counter() - began_at)
    else:
        timings.n_refused += 1


async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> tuple[int, bytes]:
    """Send a request and read its answer, which must say its length, as all of ours do."""
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
    return int(head[9:12]), await reader.readexactly(length)
