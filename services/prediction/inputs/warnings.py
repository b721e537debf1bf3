"""Warnings about the bars, each with a code and a sentence."""

from datetime import date

import numpy as np
from numpy.typing import NDArray

from services.prediction.types import Array
from shared.market.split_jumps import split_like_jumps
from shared.schemas.wire import Warning

LONG_GAP_DAYS = 10  # since 1960 XNYS was never closed for more than 6 days (September 2001)


def incomplete_bars(n_left_out: int, *, adjusted: bool, above_zero: bool = True) -> list[Warning]:
    """Warn about bars that were left out for a missing or, if prices must be above zero, an unusable price."""
    if not n_left_out:
        return []
    prices = "open, high, low, close or adjusted close" if adjusted else "open, high, low or close"
    problem = "missing, not above zero or absurdly large" if above_zero else "missing"
    detail = f"{n_left_out} bars were left out because an {prices} is {problem}."
    return [Warning(code="incomplete_bars", detail=detail)]


def unreadable_rows(n_skipped: int) -> list[Warning]:
    """Warn about stored rows that are not bars."""
    if not n_skipped:
        return []
    detail = f"{n_skipped} stored rows were left out because their date is unreadable or a duplicate."
    return [Warning(code="unreadable_rows", detail=detail)]


def split_like_jump(
    sessions: NDArray[np.datetime64], opens: Array, closes: Array, *, adjusted: bool, can_adjust: bool
) -> list[Warning]:
    """Warn about price jumps that look like unadjusted splits; arrays of shape `(n_bars,)`."""
    jumps = split_like_jumps(opens, closes)
    if adjusted or not len(jumps):
        return []
    first: date = sessions[jumps[0]].item()
    count = f"once, on {first}" if len(jumps) == 1 else f"{len(jumps)} times, first on {first}"
    remedy = (
        "Use adjusted prices (adjusted=true)."
        if can_adjust
        else "Load adjusted bars, or load bars with an adjusted close and use adjusted prices (adjusted=true)."
    )
    detail = f"Prices jump between sessions as at an unadjusted split: {count}. {remedy}"
    return [Warning(code="split_like_jump", detail=detail)]


def long_gap(sessions: NDArray[np.datetime64]) -> list[Warning]:
    """Warn about sessions too far apart to be consecutive; shape `(n_bars,)`."""
    days = np.diff(sessions).astype(np.int64)
    gaps = np.flatnonzero(days > LONG_GAP_DAYS)
    if not len(gaps):
        return []
    longest = gaps[days[gaps].argmax()]
    detail = (
        f"Gaps of more than {LONG_GAP_DAYS} days between sessions: {len(gaps)}; the longest is {days[longest]} "
        f"days, after {sessions[longest].item()}. The sessions on either side are treated as consecutive."
    )
    return [Warning(code="long_gap", detail=detail)]
