"""The time left for a request: the caller says how long it will wait, and no outgoing call gets longer than that."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

HEADER = "X-Request-Budget-Ms"
MAX_SECONDS = 600.0  # for `seconds_left` where only the request's own budget limits a call
_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


def seconds_left(at_most: float) -> float:
    """Return how long an outgoing call may take: `at_most` seconds, or less if the request has less left."""
    deadline = _deadline.get()
    return at_most if deadline is None else min(at_most, deadline - time.monotonic())


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Set the deadline of everything that is called inside to this many seconds from now."""
    token = _deadline.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _deadline.reset(token)
