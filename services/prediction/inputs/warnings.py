"""What to know about the bars before trusting what is computed from them: a code and a sentence each."""

from datetime import date

import numpy as np
from numpy.typing import NDArray

from services.prediction.types import Array
from shared.market.split_jumps import split_like_jumps
from shared.schemas.wire import Warning

LONG_GAP_DAYS = 10  # the longest that XNYS was closed since 1960 is 6 days, in September 2001


def incomplete_bars(n_left_out: int, *, adjusted: bool, above_zero: bool = True) -> list[Warning]:
    """Tell of bars that were left out for a price that is missing or, where it has to be, not above zero."""
    if not n_left_out:
        return []
    needed = "open, high, low, close or adjusted close" if adjusted else "open, high, low or close"
    needed = f"a usable {needed} (above zero, and no absurd number)" if above_zero else f"an {needed}"
    return [Warning(code="incomplete_bars", detail=f"{n_left_out} bars without {needed} were left out.")]


def unreadable_rows(n_skipped: int) -> list[Warning]:
    """Tell of stored rows that are no bars."""
    if not n_skipped:
        return []
    detail = f"{n_skipped} stored rows were left out: no readable date, or one used twice."
    return [Warning(code="unreadable_rows", detail=detail)]


def split_like_jump(
    sessions: NDArray[np.datetime64], opens: Array, closes: Array, *, adjusted: bool, can_adjust: bool
) -> list[Warning]:
    """Tell of jumps as at a split that prices are not adjusted for; arrays of shape `(n_bars,)`."""
    jumps = split_like_jumps(opens, closes)
    if adjusted or not len(jumps):
        return []
    first: date = sessions[jumps[0]].item()
    seen = f"once, on {first}" if len(jumps) == 1 else f"{len(jumps)} times, first on {first}"
    remedy = (
        "Adjusted prices (adjusted=true) have none."
        if can_adjust
        else "Load adjusted bars, or bars with an adjusted close and take adjusted prices (adjusted=true)."
    )
    detail = f"Prices jump from one session to the next as at a split, {seen}, and are not adjusted for it. {remedy}"
    return [Warning(code="split_like_jump", detail=detail)]


def long_gap(sessions: NDArray[np.datetime64]) -> list[Warning]:
    """Tell of sessions so far apart that one is hardly the next of the other; shape `(n_bars,)`."""
    days = np.diff(sessions).astype(np.int64)
    gaps = np.flatnonzero(days > LONG_GAP_DAYS)
    if not len(gaps):
        return []
    longest = gaps[days[gaps].argmax()]
    detail = (
        f"Gaps of more than {LONG_GAP_DAYS} days between two sessions: {len(gaps)}; the longest is {days[longest]} "
        f"days, after {sessions[longest].item()}. The sessions on both sides count as one after the other."
    )
    return [Warning(code="long_gap", detail=detail)]
