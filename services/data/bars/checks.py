"""Row validation: which rows of a load are not valid bars, and why. Pure."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice

import numpy as np
import numpy.typing as npt
import pandas as pd

from services.data.records import ROW_PROBLEMS
from shared.schemas.arrow import NUMBERS, PRICES
from shared.schemas.loads import MAX_LISTED_ROWS, Rejection, RejectionCount

HIGHEST_PRICE = 1e12  # a bitcoin costs 1e9 rupiahs; the most expensive share, Berkshire Hathaway A, 7e5 dollars
ROUNDING = 1e-9  # relative; prices that were multiplied differ in their last digits
MAX_DIFFERENCE = 0.2  # relative difference between closes of one session that are versions of one bar
SAME_CLOSE = 1e-3  # relative difference between closes that were rounded, or corrected a little
MAX_VERSIONS, SHARE_OF_VERSIONS = 5, 0.2  # sessions with corrected bars; more are another instrument's
PART_ROWS = 1 << 16  # rows checked at once: masks and copies of all of them would take more memory than the rows
Mask = npt.NDArray[np.bool_]
Sessions = npt.NDArray[np.datetime64]

REJECTION_DETAILS = {
    "too_many_cells": (
        "The row has more cells than the header has names. Name every column, and put cells that contain the delimiter "
        "in quotes."
    ),
    "too_few_cells": "The row has fewer cells than the header has names.",
    "no_symbol": "The row has no symbol.",
    "other_series": "The same date has a row of the series EQ, the ordinary shares.",
    "unreadable_price": "Open, high, low or close is not a number.",
    "no_session": "The date is missing or cannot be read.",
    "future_session": "The date is in the future.",
    "missing_price": "Open, high, low or close is missing.",
    "infinite_price": "Open, high, low or close is infinite.",
    "price_not_positive": "Open, high, low or close is zero or less.",
    "price_too_high": f"Open, high, low or close is above {HIGHEST_PRICE:,.0f}.",
    "high_too_low": "The high is below the open, low or close.",
    "low_too_high": "The low is above the open or close.",
    "bad_volume": "The volume is negative or infinite.",
    "bad_adjusted_close": "The adjusted close is zero, negative or infinite.",
    "conflicting_session": "Another row has the same date and other prices: parts of a day, or two instruments.",
    "duplicate_session": "A later row has the same date.",
}

CODES = (*REJECTION_DETAILS,)


@dataclass(frozen=True)
class Rejections:
    """The rows of one symbol that are not valid bars: each is marked and counted, the first hundred are listed.

    Attributes:
        mask: Shape `(n_rows,)`, whether each row was rejected.
        listed: The first MAX_LISTED_ROWS of them, in order.
        n_by_code: Their number by the first check that they failed.
        newest: The one of the latest session, unless that is in the future or has a valid row; None if there is none.
    """

    mask: Mask
    listed: list[Rejection]
    n_by_code: Counter[str]
    newest: Rejection | None = None

    @property
    def n_rows(self) -> int:
        """Return the number of rejected rows."""
        return self.n_by_code.total()

    @property
    def counts(self) -> list[RejectionCount]:
        """Return the number of rows by reason, most frequent first."""
        return [
            RejectionCount(code=code, detail=REJECTION_DETAILS[code], count=count)
            for code, count in self.n_by_code.most_common()
        ]


def find_rejections(rows: pd.DataFrame, today: date) -> Rejections:
    """Find the rows that are not bars, in order, each with the first check in `REJECTION_DETAILS` that it fails.

    Of two rows with the same session, the later one is valid, unless they may be of two instruments: their closes
    differ by more than a fifth, or those of many sessions differ.

    Args:
        rows: The columns of `services.data.records.RawBars.rows`.
        today: The latest possible session.
    """
    failed = np.full(len(rows), -1, np.int8)  # the position in CODES, -1 for a valid row
    for part in _iter_parts(len(rows)):
        failed[part] = _check_rows(rows.iloc[part], today)
    sessions = rows["session"].to_numpy()
    is_repeated, is_conflicting = _find_duplicates(sessions, rows["close"].to_numpy(np.float64), failed < 0)
    failed[is_repeated] = CODES.index("duplicate_session")
    failed[is_conflicting] = CODES.index("conflicting_session")
    numbers = np.zeros(len(CODES) + 1, np.int64)
    for part in _iter_parts(len(rows)):
        numbers += np.bincount(failed[part] + 1, minlength=len(numbers))
    n_by_code = Counter({code: n for code, n in zip(CODES, numbers[1:].tolist(), strict=True) if n})
    positions = (part.start + at for part in _iter_parts(len(rows)) for at in np.flatnonzero(failed[part] >= 0))
    listed = _list_rows(rows, failed, list(islice(positions, MAX_LISTED_ROWS)))
    return Rejections(failed >= 0, listed, n_by_code, _find_newest(rows, failed))


def _find_newest(rows: pd.DataFrame, failed: npt.NDArray[np.int8]) -> Rejection | None:
    other = [CODES.index(code) for code in ("no_session", "future_session", "duplicate_session")]
    sessions, newest = rows["session"].to_numpy(), None
    for part in _iter_parts(len(rows)):
        at = part.start + np.flatnonzero(
            (failed[part] >= 0) & ~np.isin(failed[part], other) & ~np.isnat(sessions[part])
        )
        if len(at):
            last = int(at[np.argmax(sessions[at])])
            newest = last if newest is None or sessions[last] > sessions[newest] else newest
    return None if newest is None else _list_rows(rows, failed, [newest])[0]


def _list_rows(rows: pd.DataFrame, failed: npt.NDArray[np.int8], first: list[int]) -> list[Rejection]:
    sessions = rows["session"].iloc[first].to_numpy("datetime64[D]")
    return [
        Rejection(
            row=int(row),
            code=CODES[code],
            detail=REJECTION_DETAILS[CODES[code]],
            session=None if np.isnat(session) else session.item(),
        )
        for row, code, session in zip(rows["row"].iloc[first], failed[first], sessions, strict=True)
    ]


def _iter_parts(n_rows: int) -> Iterator[slice]:
    return (slice(start, min(start + PART_ROWS, n_rows)) for start in range(0, n_rows, PART_ROWS))


def _check_rows(rows: pd.DataFrame, today: date) -> npt.NDArray[np.int8]:
    failed = np.full(len(rows), -1, np.int8)
    if "problem" in rows:
        positions = np.array([-1, *(CODES.index(problem) for problem in ROW_PROBLEMS[1:])], np.int8)
        failed = positions[rows["problem"].to_numpy(np.int8)]
    sessions = rows["session"].to_numpy("datetime64[D]")
    for code, fails in _run_checks(sessions, rows, today):
        failed[fails & (failed < 0)] = CODES.index(code)
    return failed


def _run_checks(sessions: Sessions, rows: pd.DataFrame, today: date) -> list[tuple[str, Mask]]:
    opens, highs, lows, closes, volumes, adjusted = (rows[name].to_numpy(np.float64) for name in NUMBERS)
    prices = rows[list(PRICES)].to_numpy(np.float64)
    return [
        ("no_session", np.isnat(sessions)),
        ("future_session", sessions > np.datetime64(today, "D")),
        ("missing_price", np.isnan(prices).any(axis=1)),
        ("infinite_price", np.isinf(prices).any(axis=1)),
        ("price_not_positive", (prices <= 0).any(axis=1)),
        ("price_too_high", (prices > HIGHEST_PRICE).any(axis=1)),
        ("high_too_low", highs * (1 + ROUNDING) < np.fmax(opens, np.fmax(closes, lows))),
        ("low_too_high", lows * (1 - ROUNDING) > np.fmin(opens, closes)),
        ("bad_volume", (volumes < 0) | np.isinf(volumes)),
        ("bad_adjusted_close", (adjusted <= 0) | np.isinf(adjusted)),
    ]


def _find_duplicates(sessions: Sessions, closes: npt.NDArray[np.float64], is_good: Mask) -> tuple[Mask, Mask]:
    """Mark the good rows that a later one of the same session repeats, and those of sessions with different closes.

    A table of the days from the first session to the last needs less memory than sorting or hashing the rows.
    """
    is_repeated, is_conflicting = is_good.copy(), np.zeros(len(is_good), bool)
    if not is_good.any():
        return is_repeated, is_conflicting
    first, last = (reduce(sessions).astype("datetime64[D]") for reduce in (np.fmin.reduce, np.fmax.reduce))
    latest = np.full((last - first).astype(np.int64) + 1, -1, np.int64)  # the position of each day's latest good row
    for part in _iter_parts(len(sessions)):
        good = part.start + np.flatnonzero(is_good[part])
        latest[(sessions[good].astype("datetime64[D]") - first).astype(np.int64)] = good  # the last one wins
    is_repeated[latest[latest >= 0]] = False
    several, conflicting, other = (np.zeros(len(latest), bool) for _ in range(3))  # by day
    for part in _iter_parts(len(sessions)):
        repeated = part.start + np.flatnonzero(is_repeated[part])
        days = (sessions[repeated].astype("datetime64[D]") - first).astype(np.int64)
        several[days] = True
        difference = np.abs(closes[repeated] / closes[latest[days]] - 1)
        conflicting[days[difference > MAX_DIFFERENCE]] = True
        other[days[difference > SAME_CLOSE]] = True
    if other.sum() > max(MAX_VERSIONS, SHARE_OF_VERSIONS * (latest >= 0).sum()):
        conflicting = several  # where the closes are equal, too: by chance
    if conflicting.any():
        for part in _iter_parts(len(sessions)):
            good = part.start + np.flatnonzero(is_good[part])
            days = (sessions[good].astype("datetime64[D]") - first).astype(np.int64)
            is_conflicting[good] = conflicting[days]
    return is_repeated, is_conflicting
