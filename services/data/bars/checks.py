"""Row validation: which rows of a load are not valid bars, and why. Pure."""

from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from shared.schemas.arrow import NUMBERS, PRICES
from shared.schemas.loads import Rejection

HIGHEST_PRICE = 1e9  # the most expensive share, Berkshire Hathaway A, costs 7e5
Mask = npt.NDArray[np.bool_]

REJECTION_DETAILS = {
    "no_session": "The date is missing or cannot be read.",
    "future_session": "The date is in the future.",
    "missing_price": "Open, high, low or close is missing or not a number.",
    "infinite_price": "Open, high, low or close is infinite.",
    "price_not_positive": "Open, high, low or close is zero or less.",
    "price_too_high": f"Open, high, low or close is above {HIGHEST_PRICE:,.0f}.",
    "high_too_low": "The high is below the open, low or close.",
    "low_too_high": "The low is above the open or close.",
    "bad_volume": "The volume is negative or infinite.",
    "bad_adjusted_close": "The adjusted close is zero, negative or infinite.",
    "duplicate_session": "A later row has the same date.",
}


def find_rejections(rows: pd.DataFrame, today: date) -> list[Rejection]:
    """Find the rows that are not bars, in order, each with the first check in `REJECTION_DETAILS` that it fails.

    Of two rows with the same session, the later one is valid.

    Args:
        rows: The columns of `services.data.records.RawBars.rows`.
        today: The latest possible session.
    """
    sessions = rows["session"].to_numpy("datetime64[D]")
    failed = np.full(len(rows), "", dtype="U20")
    for code, fails in _run_checks(sessions, rows, today):
        failed[fails & (failed == "")] = code
    failed[_find_duplicates(sessions, failed == "")] = "duplicate_session"
    positions = np.flatnonzero(failed)
    return [
        Rejection(
            row=int(row),
            code=str(code),
            detail=REJECTION_DETAILS[str(code)],
            session=None if np.isnat(session) else session.item(),
        )
        for row, code, session in zip(
            rows["row"].to_numpy()[positions], failed[positions], sessions[positions], strict=True
        )
    ]


def _run_checks(sessions: npt.NDArray[np.datetime64], rows: pd.DataFrame, today: date) -> list[tuple[str, Mask]]:
    opens, highs, lows, closes, volumes, adjusted = (rows[name].to_numpy(np.float64) for name in NUMBERS)
    prices = rows[list(PRICES)].to_numpy(np.float64)
    return [
        ("no_session", np.isnat(sessions)),
        ("future_session", sessions > np.datetime64(today, "D")),
        ("missing_price", np.isnan(prices).any(axis=1)),
        ("infinite_price", np.isinf(prices).any(axis=1)),
        ("price_not_positive", (prices <= 0).any(axis=1)),
        ("price_too_high", (prices > HIGHEST_PRICE).any(axis=1)),
        ("high_too_low", highs < np.fmax(opens, np.fmax(closes, lows))),
        ("low_too_high", lows > np.fmin(opens, closes)),
        ("bad_volume", (volumes < 0) | np.isinf(volumes)),
        ("bad_adjusted_close", (adjusted <= 0) | np.isinf(adjusted)),
    ]


def _find_duplicates(sessions: npt.NDArray[np.datetime64], is_good: Mask) -> npt.NDArray[np.intp]:
    """Return the positions of good rows whose session a later good row repeats."""
    good = np.flatnonzero(is_good)
    if (np.diff(sessions[good]) > np.timedelta64(0, "D")).all():
        return good[:0]
    return good[pd.Series(sessions[good]).duplicated(keep="last").to_numpy()]
