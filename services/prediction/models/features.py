"""What a model may know at the end of a session: features of bars up to and including it, never of a later one.

Every function takes a history of `n_bars` bars and returns shape `(n_bars,)`, ascending by session. Entry `t` uses bars
`[:t + 1]` only; it is NaN where fewer bars are there than the feature looks back. A property test changes later bars.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view

from services.prediction.inputs.history import History
from services.prediction.types import Array

LOOKBACK = 20  # sessions: the longest look back, about a month of trading
N_LAGS = 5
DECAY = 0.94  # RiskMetrics' for daily data
VOLATILITY_FLOOR = 1e-4  # a log return, less than a tick; with far less, the first move after a calm is off any scale
WEEKDAYS = ("tuesday", "wednesday", "thursday", "friday")  # all nought is Monday


@dataclass(frozen=True)
class Feature:
    """One column of the matrix."""

    name: str
    description: str
    compute: Callable[[History], Array]


def log_return(history: History, *, lag: int) -> Array:
    """Return the log return of the session `lag - 1` sessions before: ln(close / close before), unitless."""
    return _shift(_log_returns(history.close), lag - 1)


def log_range(history: History) -> Array:
    """Return how far the session went: ln(high / low), unitless, zero or more."""
    ratio: Array = np.log(history.high / history.low)
    return ratio


def log_gap(history: History) -> Array:
    """Return how far the session opened from the close before: ln(open / close before), unitless."""
    gap: Array = np.log(history.open[1:] / history.close[:-1])
    return np.concatenate([[np.nan], gap])


def volume_change(history: History) -> Array:
    """Return ln((volume + 1) / (volume of the session before + 1)), unitless; 0 where one of them is not known."""
    volume = np.log1p(np.maximum(history.volume, 0.0))
    return np.concatenate([[np.nan], np.nan_to_num(np.diff(volume), nan=0.0, posinf=0.0, neginf=0.0)])


def mean_return(history: History, *, window: int) -> Array:
    """Return the mean log return of the last `window` sessions, this one included, per session."""
    mean: Array = _rolling_windows(_log_returns(history.close), window).mean(axis=1)
    return mean


def volatility(history: History, *, window: int) -> Array:
    """Return the standard deviation of the log returns of the last `window` sessions, this one included."""
    deviation: Array = _rolling_windows(_log_returns(history.close), window).std(axis=1)
    return deviation


def is_weekday(history: History, *, weekday: int) -> Array:
    """Return 1.0 if the session is on this day of the week (1 is Tuesday), else 0.0."""
    days = history.sessions.astype(np.int64)  # since 1970-01-01, a Thursday
    flag: Array = ((days + 3) % 7 == weekday).astype(np.float64)
    return flag


def distance_to_mean(history: History) -> Array:
    """Return ln(mean close of the last `LOOKBACK` sessions / close), unitless: above zero if the close is low."""
    distance: Array = np.log(_rolling_windows(history.close, LOOKBACK).mean(axis=1) / history.close)
    return distance


def ewma_volatility(close: Array) -> Array:
    """Return the volatility of one session as it is estimated at the end of each, shape `(n_bars,)`, in log return.

    The exponentially weighted mean of squared log returns with a decay of 0.94 a session, seeded with the mean of the
    first `LOOKBACK`; never nought, so that it can divide. NaN before `LOOKBACK`.

    Source: RiskMetrics Technical Document, 4th ed. (1996), J.P. Morgan and Reuters, 5.2.
    """
    squares = _log_returns(close)[1:] ** 2
    variance = np.full(len(close), np.nan)
    if len(close) > LOOKBACK:
        seeded = pd.Series([squares[:LOOKBACK].mean(), *squares[LOOKBACK:]])
        variance[LOOKBACK:] = seeded.ewm(alpha=1 - DECAY, adjust=False).mean()
    estimate: Array = np.maximum(np.sqrt(variance), VOLATILITY_FLOOR)
    return estimate


def _log_returns(close: Array) -> Array:
    return np.concatenate([[np.nan], np.diff(np.log(close))])


def _shift(values: Array, n: int) -> Array:
    return np.concatenate([np.full(n, np.nan), values])[: len(values)]


def _rolling_windows(values: Array, window: int) -> Array:
    """Return the last `window` values at each position, shape `(len(values), window)`, NaN where there are fewer."""
    padded = np.concatenate([np.full(window - 1, np.nan), values])
    return sliding_window_view(padded, window)


def _build_features() -> tuple[Feature, ...]:
    lags = [
        Feature(
            f"log_return_lag_{lag}",
            f"Log return of the session {lag - 1} before the last known one.",
            partial(log_return, lag=lag),
        )
        for lag in range(1, N_LAGS + 1)
    ]
    return (
        *lags,
        Feature("log_range", "ln(high / low) of the last known session.", log_range),
        Feature("log_gap", "ln(open / close before) of the last known session.", log_gap),
        Feature("volume_change", "ln of volume over the volume before; 0 where not known.", volume_change),
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
TRAINING_FEATURES = tuple(name for name in FEATURES if name != "distance_to_mean")  # what the models that learn know


def matrix(history: History, names: tuple[str, ...]) -> Array:
    """Return the features of these names in this order: shape `(n_bars, len(names))`, NaN before row `LOOKBACK`.

    Every entry from row `LOOKBACK` on is finite.
    """
    columns = [FEATURES[name].compute(history) for name in names]
    return np.column_stack(columns) if columns else np.empty((len(history), 0))
