"""Ranges of consecutive sessions: ln(highest high / lowest low), unitless, zero or more."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from services.prediction.inputs.history import History
from services.prediction.models.targets import MAX_ABS_LOG_RETURN
from services.prediction.types import Array


def log_range_of_last(history: History, n_sessions: int) -> Array:
    """Compute the range of the last `n_sessions` at each session, shape `(n_bars,)`; NaN where there are fewer.

    Absurd ones are clipped to `MAX_ABS_LOG_RETURN`.
    """
    prices = (history.open, history.high, history.low, history.close)  # a wrong high may lie below the close
    highs, lows = np.max(prices, axis=0), np.min(prices, axis=0)
    ranges = np.full(len(history), np.nan)
    if len(history) >= n_sessions:
        highest, lowest = (sliding_window_view(values, n_sessions) for values in (highs, lows))
        logs = np.log(highest.max(axis=1) / lowest.min(axis=1))
        ranges[n_sessions - 1 :] = np.minimum(logs, MAX_ABS_LOG_RETURN)
    return ranges


def log_range_ahead(history: History, horizon: int) -> Array:
    """Compute the range of the next `horizon` sessions after each session, shape `(n_bars,)`; NaN in the last ones."""
    ranges = log_range_of_last(history, horizon)
    return np.concatenate([ranges[horizon:], np.full(horizon, np.nan)])
