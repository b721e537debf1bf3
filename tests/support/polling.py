"""Waits for conditions, with a deadline that only catches hangs, and repeats actions meanwhile."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

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


@contextmanager
def repeating(*actions: Callable[[], object], pause_seconds: float = 0) -> Iterator[None]:
    """Repeat each action, in a thread of its own, until the end of the block."""
    is_over = threading.Event()

    def repeat(action: Callable[[], object]) -> None:
        while not is_over.wait(pause_seconds):
            action()

    with ThreadPoolExecutor(len(actions)) as threads:
        running = [threads.submit(repeat, action) for action in actions]
        try:
            yield
        finally:
            is_over.set()
    for each in running:
        each.result()
