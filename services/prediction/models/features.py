"""Features: what a model knows at the end of a session, from bars up to and including it.

Every function takes a history of `n_bars` bars and returns shape `(n_bars,)`, ascending by session. From `LOOKBACK` on,
entry `t` uses bars `[:t + 1]` only, which a property test checks; it is NaN if the feature looks back further than the
first bar. Moves are winsorised, so that one wrong price cannot dominate a model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from services.prediction.models.winsorising import moves_of
from services.prediction.types import Array

if TYPE_CHECKING:
    from services.prediction.inputs.history import History

LOOKBACK = 20  # sessions: the longest lookback, about a month of trading
N_LAGS = 5
DECIMALS = 10  # far below any move; what differs between processors, some 1e-16, is rounded away
WEEKDAYS = ("tuesday", "wednesday", "thursday", "friday")  # Monday is the reference category


@dataclass(frozen=True)
class Feature:
    """One column of the matrix."""

    name: str
    description: str
    compute: Callable[[History], Array]


def log_return(history: History, *, lag: int) -> Array:
    """Compute the log return `lag - 1` sessions before: ln(close / previous close), unitless."""
    return _shift(moves_of(history).returns, lag - 1)


def log_range(history: History) -> Array:
    """Compute the range of the session: ln(high / low), unitless, zero or more."""
    return moves_of(history).ranges


def log_gap(history: History) -> Array:
    """Compute the gap at the open: ln(open / previous close), unitless."""
    return moves_of(history).gaps


def volume_change(history: History) -> Array:
    """Compute ln((volume + 1) / (previous volume + 1)), unitless; 0 if either is unknown."""
    return moves_of(history).volume_changes


def mean_return(history: History, *, window: int) -> Array:
    """Compute the mean log return of the last `window` sessions, this one included."""
    mean: Array = _rolling_windows(moves_of(history).returns, window).mean(axis=1)
    return mean


def volatility(history: History, *, window: int) -> Array:
    """Compute the standard deviation of the last `window` log returns, this session's included."""
    deviation: Array = _rolling_windows(moves_of(history).returns, window).std(axis=1)
    return deviation


def is_weekday(history: History, *, weekday: int) -> Array:
    """Return 1.0 if the session is on this day of the week (1 is Tuesday), else 0.0."""
    days = history.sessions.astype(np.int64)  # since 1970-01-01, a Thursday
    flag: Array = ((days + 3) % 7 == weekday).astype(np.float64)
    return flag


def distance_to_mean(history: History) -> Array:
    """Compute ln(mean close of the last `LOOKBACK` sessions / close), unitless: positive if the close is low."""
    distance: Array = np.log(_rolling_windows(history.close, LOOKBACK).mean(axis=1) / history.close)
    return distance


def _shift(values: Array, n: int) -> Array:
    return np.concatenate([np.full(n, np.nan), values])[: len(values)]


def _rolling_windows(values: Array, window: int) -> Array:
    """Return the last `window` values at each position, shape `(len(values), window)`, padded with NaN."""
    padded = np.concatenate([np.full(window - 1, np.nan), values])
    return sliding_window_view(padded, window)


def _describe_lag(n_sessions: int) -> str:
    if n_sessions == 0:
        return "Log return of the last known session."
    return f"Log return {n_sessions} session{'s' * (n_sessions > 1)} before the last known one."


def _build_features() -> tuple[Feature, ...]:
    lags = [
        Feature(f"log_return_lag_{lag}", _describe_lag(lag - 1), partial(log_return, lag=lag))
        for lag in range(1, N_LAGS + 1)
    ]
    return (
        *lags,
        Feature("log_range", "ln(high / low) of the last known session.", log_range),
        Feature("log_gap", "ln(open / previous close) of the last known session.", log_gap),
        Feature(
            "volume_change",
            "ln((volume + 1) / (previous volume + 1)) of the last known session; 0 if unknown.",
            volume_change,
        ),
        *(
            Feature(
                f"mean_return_{window}",
                f"Mean log return of the last {window} sessions.",
                partial(mean_return, window=window),
            )
            for window in (10, LOOKBACK)
        ),
        *(
            Feature(
                f"volatility_{window}",
                f"Standard deviation of the last {window} log returns.",
                partial(volatility, window=window),
            )
            for window in (5, LOOKBACK)
        ),
        *(
            Feature(
                f"is_{day}",
                f"1 if the last known session is a {day.capitalize()}, else 0.",
                partial(is_weekday, weekday=number),
            )
            for number, day in enumerate(WEEKDAYS, start=1)
        ),
        Feature("distance_to_mean", f"ln(mean close of the last {LOOKBACK} sessions / close).", distance_to_mean),
    )


FEATURES = {feature.name: feature for feature in _build_features()}
TRAINING_FEATURES = tuple(name for name in FEATURES if name != "distance_to_mean")  # of the models that learn


def matrix(history: History, names: tuple[str, ...]) -> Array:
    """Compute the named features in this order: shape `(n_bars, len(names))`, NaN before row `LOOKBACK`.

    Every entry from row `LOOKBACK` on is finite.
    """
    columns = [FEATURES[name].compute(history) for name in names]
    return round_off(np.column_stack(columns)) if columns else np.empty((len(history), 0))


def round_off(values: Array) -> Array:
    """Round training values to `DECIMALS`, so that the same bars give the same bytes on every processor.

    Processors differ in the last digit of a logarithm or a sum, which can change the splits of a tree.
    """
    return np.round(values, DECIMALS)
