"""B11: sockets that are never done asking."""

import asyncio
import time
from contextlib import suppress

import pytest

from tests.support.faults.load import closed_loops, quantile, statuses
from tests.support.faults.stack import FaultStack
from tests.support.faults.table import Figures

N_SOCKETS = 500  # more than the requests that a gateway serves at a time
HALF_OPEN = {
    "nothing": b"",
    "header": b"GET /api/stocks/all HTTP/1.1\r\nHost: localhost\r\nX-A: ",
    "body": b"POST /api/result HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Content-Length: 60000\r\n\r\n{",
}


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
    sockets = [_seconds_open(stack.port, HALF_OPEN[kind], kind != "nothing") for _ in range(N_SOCKETS)]
    seconds, during = await asyncio.gather(asyncio.gather(*sockets), closed_loops(honest, 1, 6))  # type: ignore[arg-type]
    assert set(statuses(during)) == {200}
    figures.within(f"{kind}: closed within", max(seconds), 15)
    figures.within("honest p95 more", quantile(during, 0.95) - 2 * quantile(before, 0.95), 0.02)
