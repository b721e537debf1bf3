import asyncio
import signal
from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from shared.settings import ServiceSettings
from shared.web.draining import Draining, notice_before_stop
from tests.support.asgi import bare_app, serve
from tests.support.polling import wait_until


@pytest.fixture
def stops() -> Iterator[list[int]]:
    """Handle SIGTERM as a server does, and say how often it was told to stop."""
    stops: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: stops.append(number))
    yield stops
    signal.signal(signal.SIGTERM, before)


def _app(drain_seconds: float) -> FastAPI:
    return bare_app(ServiceSettings(budget_seconds=200, drain_seconds=drain_seconds))


async def test_a_process_that_is_told_to_stop_says_so_and_answers_before_it_stops(stops: list[int]) -> None:
    async with serve(_app(drain_seconds=600)) as client:
        before = await client.get("/readyz")
        signal.raise_signal(signal.SIGTERM)
        ready, alive = await client.get("/readyz"), await client.get("/healthz")
        assert stops == []
    assert (before.status_code, before.headers.get("connection")) == (200, None)
    assert (ready.status_code, ready.json()["status"]) == (503, "degraded")
    assert "stopping" in ready.json()["checks"]["process"]["detail"]
    assert (alive.status_code, alive.headers["connection"]) == (200, "close")


async def test_a_process_that_has_given_notice_stops_by_itself(stops: list[int]) -> None:
    async with serve(_app(drain_seconds=0.1)):
        signal.raise_signal(signal.SIGTERM)
        await wait_until(lambda: stops == [signal.SIGTERM])


async def test_the_server_s_own_handling_is_back_in_the_end(stops: list[int]) -> None:
    draining = Draining()
    with notice_before_stop(draining, seconds=60):
        pass
    signal.raise_signal(signal.SIGTERM)
    assert stops == [signal.SIGTERM]
    assert not draining.is_on


async def test_a_second_signal_ends_the_process_at_once() -> None:
    program = (
        "import asyncio, signal, time\n"
        "from shared.web.draining import Draining, notice_before_stop\n"
        "signal.signal(signal.SIGTERM, lambda *_: None)\n"
        "async def main():\n"
        "    with notice_before_stop(Draining(), 60):\n"
        "        for _ in range(2):\n"
        "            signal.raise_signal(signal.SIGTERM)\n"
        "        print('still here')\n"
        "asyncio.run(main())\n"
    )
    process = await asyncio.create_subprocess_exec(
        "python", "-c", program, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    assert (process.returncode, said) == (-signal.SIGTERM, b"")


async def test_where_no_server_handles_the_signal_nothing_is_changed() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with notice_before_stop(Draining(), seconds=60):
        assert signal.getsignal(signal.SIGTERM) is before
