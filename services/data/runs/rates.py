"""How fast a run is at present, and how long the rest will take. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

MAX_MARKS = 11  # one with each extension of the lease: the last half minute
DECIMALS = 3


class Mark(NamedTuple):
    """The number of symbols that were done at a moment."""

    at: datetime | None
    n_done: int


def compute_rate(marks: Sequence[Mark], now: Mark) -> float | None:
    """Return symbols per second from the first mark to `now` or the last mark, whichever is later.

    Marks begin after the claim, so reused results do not count. None if no time has passed.
    """
    timed = [mark for mark in (*marks, now) if mark.at is not None]
    if not timed:
        return None
    first, last = timed[0], max(timed, key=lambda mark: (mark.at, mark.n_done))
    assert first.at is not None
    assert last.at is not None
    seconds = (last.at - first.at).total_seconds()
    return round(max(0, last.n_done - first.n_done) / seconds, DECIMALS) if seconds > 0 else None


def estimate_seconds(rate: float | None, n_left: int) -> float | None:
    """Return how long the rest takes at this rate, in seconds; None if that is unknown."""
    return round(n_left / rate, 1) if rate else None
