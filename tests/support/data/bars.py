"""Builders of bars with plain default values."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd

from services.data.records import CatalogueEntry, Listing, RawBars
from shared.schemas.arrow import NUMBERS, BarFrame


def make_bars(closes: Iterable[float], *, first_session: date = date(2024, 1, 1)) -> pd.DataFrame:
    """Build one bar per day: its open is the previous close, its high and low are 1 beyond open and close."""
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


def make_frame(
    symbol: str = "AAPL",
    closes: Iterable[float] = (10, 11, 12),
    skipped: int = 0,
    *,
    first_session: date = date(2024, 1, 1),
) -> BarFrame:
    """Build the frame of a symbol with the bars of `make_bars`."""
    return BarFrame(symbol=symbol, bars=make_bars(closes, first_session=first_session), skipped=skipped)


def make_raw(
    symbol: str = "AAPL",
    closes: Iterable[float] = (10, 11, 12),
    *,
    first_session: date = date(2024, 1, 1),
    name: str | None = None,
) -> RawBars:
    """Build the bars of `make_bars` as rows of a source, numbered from 1."""
    return to_raw(symbol, make_bars(closes, first_session=first_session), name=name)


def to_raw(symbol: str, bars: pd.DataFrame, *, name: str | None = None) -> RawBars:
    """Convert these bars to rows of a source, numbered from 1."""
    return RawBars(symbol, bars.assign(row=np.arange(1, len(bars) + 1)), name)


def make_entry(frame: BarFrame, *, name: str | None = None, source: str = "test") -> CatalogueEntry:
    """Build the catalogue entry of a load of exactly these bars, without findings."""
    sessions = frame.bars["session"]
    return CatalogueEntry(
        symbol=frame.symbol,
        name=name,
        revision=frame.revision,
        n_bars=len(frame.bars),
        first_session=sessions.iloc[0].date(),
        last_session=sessions.iloc[-1].date(),
        source=source,
        loaded_at=datetime(2024, 6, 1, 12, tzinfo=UTC),
        has_adjusted_prices=frame.has_adjusted_prices,
        listing=Listing(calendar=frame.calendar),
    )
