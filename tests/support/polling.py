"""Waits for conditions, with a deadline that only catches hangs."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from shared.errors import StoreUnavailable

PATIENCE_SECONDS = 200.0  # conditions take seconds, and may take ten times as long on another machine


async def until_unavailable(ping: Callable[[], Awaitable[None]], detail: str) -> None:
    """Return when `ping` fails with exactly this sentence."""
    said = ""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        try:
            await ping()
        except StoreUnavailable as error:
            said = error.detail
        if said == detail:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"not said in time; the last was: {said!r}")


async def settle(n_turns: int = 20) -> None:
    """Give the event loop some turns, in which every task that can run gets as far as it can without waiting."""
    for _ in range(n_turns):
        await asyncio.sleep(0)


async def wait_until(condition: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
    """Return when `condition` holds; it may take that long."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds:g} s"
        await asyncio.sleep(0.005)


def until(condition: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
    """Return when `condition` holds; it may take that long."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds:g} s"
        time.sleep(0.1)
