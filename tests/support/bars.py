"""Builders of bars: plain values unless a test says otherwise."""

from collections.abc import Iterable
from datetime import date

import numpy as np
import pandas as pd

from shared.arrow import NUMBERS, BarFrame


def make_bars(closes: Iterable[float], *, first_session: date = date(2024, 1, 1)) -> pd.DataFrame:
    """Return one bar a day whose open is the close before, with a high and a low one beyond both."""
    close = np.array(list(closes), dtype="float64")
    opens = np.concatenate([close[:1], close[:-1]])
    bars = pd.DataFrame(
        {
            "session": pd.date_range(first_session, periods=len(close), unit="s"),
            "open": opens,
            "high": np.maximum(opens, close) + 1,
            "low": np.minimum(opens, close) - 1,
            "close": close,
            "volume": 1000.0,
            "adj_close": close,
        }
    )
    return bars[["session", *NUMBERS]]


def make_frame(symbol: str = "AAPL", closes: Iterable[float] = (10, 11, 12), skipped: int = 0) -> BarFrame:
    """Return the bars of `make_bars` as those of a symbol."""
    return BarFrame(symbol=symbol, bars=make_bars(closes), skipped=skipped)
