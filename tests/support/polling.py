"""Waiting for what happens by itself, with a deadline."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from shared.errors import StoreUnavailable


async def until_unavailable(ping: Callable[[], Awaitable[None]], detail: str) -> None:
    """Return when `ping` fails with exactly this sentence."""
    said = ""
    for _ in range(400):
        try:
            await ping()
        except StoreUnavailable as error:
            said = error.detail
        if said == detail:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"not said in time; the last was: {said!r}")


async def wait_until(condition: Callable[[], bool], seconds: float = 2) -> None:
    """Return when `condition` holds; it may take that long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        await asyncio.sleep(0.005)
    raise AssertionError(f"not within {seconds:g} s")


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Return when `condition` holds; it may take that long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds:g} s")
