"""The prediction target: the h-step log return, as it is scored."""

import numpy as np

from services.prediction.types import Array

MAX_ABS_LOG_RETURN = 20.0  # half a billion times the price; far beyond it prices are no longer finite
ROUNDING = 1e-12  # relative; far below any tick


def log_return_ahead(close: Array, horizon: int) -> Array:
    """Compute ln(close `horizon` sessions later / close), shape `(n_bars,)`; NaN where the later close is unknown.

    Example:
        >>> log_return_ahead(np.array([1.0, 1.0, np.e]), 1)
        array([ 0.,  1., nan])
    """
    ahead = np.full(len(close), np.nan)
    ahead[: len(close) - horizon] = np.log(close[horizon:] / close[: len(close) - horizon])
    return ahead


def close_after(last_close: Array, log_return: Array) -> Array:
    """Convert a log return into a close, in price units; returns are clipped to ±`MAX_ABS_LOG_RETURN`."""
    close: Array = last_close * np.exp(np.clip(log_return, -MAX_ABS_LOG_RETURN, MAX_ABS_LOG_RETURN))
    return close


def settle(ends: Array, values: Array) -> Array:
    """Return the ends of intervals, each of which is the value beside it if only rounding keeps them apart.

    Prices that move by ticks, as of a pegged currency, often lie on an end, which counts as inside.
    """
    settled: Array = np.where(np.abs(ends - values) <= ROUNDING * np.abs(values), values, ends)
    return settled
