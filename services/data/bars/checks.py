"""Row validation: which rows of a load are not valid bars, and why. Pure."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice

import numpy as np
import numpy.typing as npt
import pandas as pd

from shared.schemas.arrow import NUMBERS, PRICES
from shared.schemas.loads import MAX_LISTED_ROWS, Rejection, RejectionCount

HIGHEST_PRICE = 1e9  # the most expensive share, Berkshire Hathaway A, costs 7e5
PART_ROWS = 1 << 16  # checked at once: the masks and copies of prices of all rows would take more than the rows
Mask = npt.NDArray[np.bool_]
Sessions = npt.NDArray[np.datetime64]

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

CODES = (*REJECTION_DETAILS,)


@dataclass(frozen=True)
class Rejections:
    """The rows of one symbol that are not valid bars: each is marked and counted, the first hundred are listed.

    Attributes:
        mask: Shape `(n_rows,)`, whether each row was rejected.
        listed: The first MAX_LISTED_ROWS of them, in order.
        n_by_code: Their number by the first check that they failed.
    """

    mask: Mask
    listed: list[Rejection]
    n_by_code: Counter[str]

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

    Of two rows with the same session, the later one is valid.

    Args:
        rows: The columns of `services.data.records.RawBars.rows`.
        today: The latest possible session.
    """
    failed = np.full(len(rows), -1, np.int8)  # the position in CODES, -1 for a valid row
    for part in _iter_parts(len(rows)):
        failed[part] = _check_rows(rows.iloc[part], today)
    sessions = rows["session"].to_numpy()
    failed[_find_duplicates(sessions, failed < 0)] = CODES.index("duplicate_session")
    numbers = np.zeros(len(CODES) + 1, np.int64)
    for part in _iter_parts(len(rows)):
        numbers += np.bincount(failed[part] + 1, minlength=len(numbers))
    n_by_code = Counter({code: n for code, n in zip(CODES, numbers[1:].tolist(), strict=True) if n})
    return Rejections(failed >= 0, _list_rows(rows, failed), n_by_code)


def _list_rows(rows: pd.DataFrame, failed: npt.NDArray[np.int8]) -> list[Rejection]:
    positions = (part.start + at for part in _iter_parts(len(rows)) for at in np.flatnonzero(failed[part] >= 0))
    first = list(islice(positions, MAX_LISTED_ROWS))
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
        ("high_too_low", highs < np.fmax(opens, np.fmax(closes, lows))),
        ("low_too_high", lows > np.fmin(opens, closes)),
        ("bad_volume", (volumes < 0) | np.isinf(volumes)),
        ("bad_adjusted_close", (adjusted <= 0) | np.isinf(adjusted)),
    ]


def _find_duplicates(sessions: Sessions, is_good: Mask) -> Mask:
    """Mark the good rows whose session a later good row repeats.

    A table of the days from the first session to the last needs less memory than sorting or hashing the rows.
    """
    is_repeated = is_good.copy()
    if not is_good.any():
        return is_repeated
    first, last = (reduce(sessions).astype("datetime64[D]") for reduce in (np.fmin.reduce, np.fmax.reduce))
    latest = np.full((last - first).astype(np.int64) + 1, -1, np.int64)  # the position of each day's latest good row
    for part in _iter_parts(len(sessions)):
        good = part.start + np.flatnonzero(is_good[part])
        latest[(sessions[good].astype("datetime64[D]") - first).astype(np.int64)] = good  # the last one wins
    is_repeated[latest[latest >= 0]] = False
    return is_repeated
