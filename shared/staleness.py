"""Whether a request's response contains data from before a store went away."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

HEADER = "Warning"
STALE = '110 - "Response is Stale"'  # RFC 7234, 5.5.1; RFC 9111 has dropped the field, and nothing else replaces it


class _Mark:
    is_set = False


_mark: ContextVar[_Mark | None] = ContextVar("stale", default=None)


def mark() -> None:
    """Mark the response of the current request as stale."""
    if (current := _mark.get()) is not None:
        current.is_set = True


def is_marked() -> bool:
    """Say whether the response of the current request is marked as stale."""
    current = _mark.get()
    return current is not None and current.is_set


def is_stale(header: str | None) -> bool:
    """Say whether a response with this Warning header is marked as stale."""
    return header is not None and header.startswith("110 ")


@contextmanager
def marking() -> Iterator[_Mark]:
    """Collect the mark of one request."""
    current = _Mark()
    token = _mark.set(current)
    try:
        yield current
    finally:
        _mark.reset(token)
