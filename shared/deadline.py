"""The time left for a request: the caller says how long it waits, and no call out is given longer than that."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

HEADER = "X-Request-Budget-Ms"
MAX_SECONDS = 600.0  # for `seconds_left` where the request's own budget is the only bound
_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


def seconds_left(at_most: float) -> float:
    """Return how long a call out may take: `at_most` seconds, or what is left of the request's budget if less."""
    deadline = _deadline.get()
    return at_most if deadline is None else min(at_most, deadline - time.monotonic())


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Give what is called inside this many seconds from now."""
    token = _deadline.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _deadline.reset(token)
