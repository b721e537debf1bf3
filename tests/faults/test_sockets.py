"""B11 and S5: sockets that are never done, and headers without end."""

import asyncio
import time
from contextlib import suppress

import pytest

from tests.support.faults.load import closed_loops, quantile, statuses
from tests.support.faults.resources import peak_mb, reset_peak, usage
from tests.support.faults.stack import FaultStack
from tests.support.faults.table import Figures

HALF_OPEN = {
    "nothing": b"",
    "header": b"GET /api/stocks/all HTTP/1.1\r\nHost: x\r\nX-A: ",
    "body": b"POST /api/result HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n{",
}
MB = b"a" * 1_000_000


async def _seconds_open(port: int, beginning: bytes, drips: bool) -> float:
    """Open a socket, send a beginning, perhaps a byte a second, and return after how long the server closed it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    began_at = time.monotonic()
    writer.write(beginning)
    try:
        with suppress(ConnectionError):
            async with asyncio.timeout(40):
                drip = asyncio.create_task(_drip(writer)) if drips else None
                await reader.read(-1)
                if drip:
                    drip.cancel()
    except TimeoutError:
        return float("inf")
    finally:
        writer.transport.abort()
    return time.monotonic() - began_at


async def _drip(writer: asyncio.StreamWriter) -> None:
    while not writer.is_closing():
        writer.write(b"a")
        await asyncio.sleep(1)


@pytest.mark.scenario("B11")
@pytest.mark.parametrize("kind", HALF_OPEN)
async def test_half_open_sockets_are_closed_and_honest_callers_served(
    stack: FaultStack, figures: Figures, kind: str
) -> None:
    async def honest(_: int) -> object:
        await asyncio.sleep(0.1)
        return await stack.ask("/api/stocks/all")

    before = await closed_loops(honest, 1, 3)  # type: ignore[arg-type]
    sockets = [_seconds_open(stack.port, HALF_OPEN[kind], kind != "nothing") for _ in range(300)]
    seconds, during = await asyncio.gather(asyncio.gather(*sockets), closed_loops(honest, 1, 6))  # type: ignore[arg-type]
    assert set(statuses(during)) == {200}
    figures.within(f"{kind}: closed within", max(seconds), 15)
    figures.within("honest p95 more", quantile(during, 0.95) - 2 * quantile(before, 0.95), 0.02)


async def _endless_headers(port: int) -> int:
    """Send 150 MB of headers, or as much as the server takes, and return the status."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        with suppress(ConnectionError):
            writer.write(b"GET /api/stocks/all HTTP/1.1\r\nHost: x\r\n")
            for number in range(150):
                writer.write(b"X-H%d: %s\r\n" % (number, MB))
                await writer.drain()
            writer.write(b"\r\n")
        with suppress(ConnectionError):
            async with asyncio.timeout(60):
                return int((await reader.read(100)).split(b" ")[1] or 0)
    except (IndexError, TimeoutError):
        return 0
    finally:
        writer.transport.abort()
    return 0


@pytest.mark.scenario("headers", "S5")
async def test_endless_headers_are_refused_and_cost_no_memory(stack: FaultStack, figures: Figures) -> None:
    services = (stack.servers.gateway, stack.servers.data, stack.servers.prediction)
    before = [usage(server).rss_mb for server in services]
    for server in services:
        reset_peak(server)
    found = await asyncio.gather(*(_endless_headers(stack.port) for _ in range(8)))
    more = max(peak_mb(server) - then for server, then in zip(services, before, strict=True))
    figures.note(f"statuses {found}")
    figures.at_most("MB more", more, 20)
    assert set(found) <= {0, 400, 431}  # 0: reset while the caller still sent, so that it did not read the response
    assert (await stack.ask("/api/stocks/all")).status == 200
