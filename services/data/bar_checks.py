"""The checks at the door: which rows of a load cannot be bars, each with a code, a row number and a sentence. Pure."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from shared.arrow import PRICES


@dataclass(frozen=True)
class Rejection:
    """One row that is not stored, by the first check that it fails. Rows count from 1, in the order of the source."""

    row: int
    code: str
    detail: str


def rejections(bars: pd.DataFrame, today: date) -> list[Rejection]:
    """Return the rows of a frame with the columns of `shared.arrow.SCHEMA` that are not bars, ascending by row.

    Of two rows with one session, the later is kept.

    Args:
        bars: Any order, any values.
        today: The last session that can have been.
    """
    prices = bars[list(PRICES)].to_numpy(np.float64)
    opens, highs, lows, closes = prices.T
    checks = {
        "no_session": (bars["session"].isna(), "The date is missing or cannot be read."),
        "future_session": (bars["session"] > pd.Timestamp(today), "The date is in the future."),
        "missing_price": (np.isnan(prices).any(axis=1), "Open, high, low or close is missing."),
        "infinite_price": (np.isinf(prices).any(axis=1), "Open, high, low or close is infinite."),
        "price_not_positive": ((prices <= 0).any(axis=1), "Open, high, low or close is zero or less."),
        "high_too_low": (highs < np.fmax(opens, np.fmax(closes, lows)), "The high is below the open, low or close."),
        "low_too_high": (lows > np.fmin(opens, closes), "The low is above the open or close."),
    }
    found: dict[int, Rejection] = {}
    for code, (fails, sentence) in checks.items():
        _add(found, code, np.asarray(fails, dtype=bool), sentence)
    kept = bars.drop(index=bars.index[list(found)])
    repeated = bars.index.isin(kept.index[kept.duplicated("session", keep="last")])
    _add(found, "duplicate_session", repeated, "A later row has the same date.")
    return [found[position] for position in sorted(found)]


def _add(found: dict[int, Rejection], code: str, fails: np.ndarray, sentence: str) -> None:
    for position in np.flatnonzero(fails).tolist():
        found.setdefault(position, Rejection(row=position + 1, code=code, detail=sentence))
