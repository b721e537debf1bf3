"""Forecasts the volatility of the sessions ahead from realised variances, by a log-HAR with fixed constants.

A session's realised variance is its squared overnight return plus the variance of its day by the range of its prices
(Parkinson 1980). The volatility of the next `h` sessions is √h · exp(½ β·x), where x holds 1 and the logarithms of the
mean realised variance over the last 1, 5, 22 and 120 sessions and of the exponentially weighted mean of squared
returns. β was fitted to the S&P 500 before March 2015 and stays fixed, like the decay of RiskMetrics.

Moves are clipped at four times their own exponentially weighted volatility, so that a price that is wrong by a
factor, or a split, widens the next intervals about threefold, not as many times as the price is wrong.

Source: Corsi (2009), A Simple Approximate Long-Memory Model of Realized Volatility, Journal of Financial Econometrics
7(2); the range: Parkinson (1980), The Extreme Value Method for Estimating the Variance of the Rate of Return, Journal
of Business 53(1); the weights: RiskMetrics Technical Document, 4th ed. (1996), 5.2.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from services.prediction.inputs.history import History
from services.prediction.models.features import LOOKBACK
from services.prediction.models.winsorising import SMALLEST_DEVIATION, clip_squares
from services.prediction.types import Array

MIN_VARIANCE = 1e-7  # of a session: a move of 0.03 %
MEANS_OVER = (1, 5, 22, 120)  # sessions: a day, a week, a month, half a year
COEFFICIENTS = {  # by horizon: of 1, each mean realised variance and the weighted squared returns
    1: (-1.803, 0.240, 0.201, -0.036, 0.274, 0.145),
    5: (-1.896, 0.164, 0.155, -0.065, 0.356, 0.180),
    20: (-2.090, 0.103, 0.107, -0.128, 0.506, 0.169),
}
MAX_UNUSABLE = 0.1  # share of the last 120 sessions without a usable range; beyond it only the closes count
_PARKINSON = 4 * np.log(2)


class Volatility:
    """The volatility that is known at the end of each session; entry `t` uses bars `[:t + 1]` only.

    Args:
        history: The bars.

    Attributes:
        realised_variance: Shape `(n_bars,)`: of each session, as a squared log return, clipped; NaN in the first.
        close_variance: Shape `(n_bars,)`: exponentially weighted mean of squared returns, clipped; NaN before
            `LOOKBACK`.
        is_from_closes: Shape `(n_bars,)`: whether too few of the last 120 sessions have a usable range, so that
            `close_variance` alone is the estimate.
        log_variances: x, shape `(n_bars, 6)`: a one and the logarithms of five variances; NaN before `LOOKBACK`.
    """

    def __init__(self, history: History) -> None:
        returns = np.diff(np.log(history.close))
        _, self.close_variance = _clip(returns**2)
        is_usable = has_usable_range(history)[1:]
        self.is_from_closes = np.concatenate([[False], _rolling_mean(~is_usable, MEANS_OVER[-1]) > MAX_UNUSABLE])
        realised = np.where(is_usable, _realised_variances(history), returns**2)
        self.realised_variance, _ = _clip(np.maximum(realised, MIN_VARIANCE))
        means = [np.concatenate([[np.nan], _rolling_mean(self.realised_variance[1:], n)]) for n in MEANS_OVER]
        variances = np.maximum([*means, self.close_variance], MIN_VARIANCE)
        self.log_variances = np.column_stack([np.ones(len(history)), *np.log(variances)])
        self.log_variances[:LOOKBACK] = np.nan

    def ahead(self, horizon: int) -> Array:
        """Forecast the volatility of the next `horizon` sessions, shape `(n_bars,)`, as a log return.

        At least `SMALLEST_DEVIATION` · √`horizon`, so it is safe to divide by; NaN before `LOOKBACK`.
        """
        from_closes = np.sqrt(self.close_variance)
        from_ranges = np.exp(self.log_variances @ coefficients(horizon) / 2)
        estimate = np.where(self.is_from_closes, from_closes, from_ranges)
        volatility: Array = np.maximum(estimate, SMALLEST_DEVIATION) * np.sqrt(horizon)
        return volatility


@lru_cache(maxsize=2)
def volatility_of(history: History) -> Volatility:
    """Return the volatility of a history, cached because each horizon of a forecast needs it."""
    return Volatility(history)


def coefficients(horizon: int) -> Array:
    """Return β at a horizon, shape `(6,)`: between those of `COEFFICIENTS` interpolated in the logarithm."""
    log_horizons = np.log(list(COEFFICIENTS))
    return np.array(
        [np.interp(np.log(horizon), log_horizons, values) for values in zip(*COEFFICIENTS.values(), strict=True)]
    )


def has_usable_range(history: History) -> NDArray[np.bool_]:
    """Return whether each bar's high and low enclose its open and close and differ if its price moved."""
    highest, lowest = np.maximum(history.open, history.close), np.minimum(history.open, history.close)
    before = np.concatenate([history.close[:1], history.close[:-1]])
    differ = (history.high > history.low) | ((history.close == before) & (highest == lowest))
    is_usable: NDArray[np.bool_] = (history.high >= highest) & (history.low <= lowest) & differ
    return is_usable


def _realised_variances(history: History) -> Array:
    """Compute squared overnight return + ln(high / low)² / (4 ln 2) of every session but the first."""
    overnight = np.log(history.open[1:] / history.close[:-1])
    ranges = np.log(history.high[1:] / history.low[1:])
    variances: Array = overnight**2 + ranges**2 / _PARKINSON
    return variances


def _clip(squares: Array) -> tuple[Array, Array]:
    """Clip the squares of every session but the first, and weight them; both of shape `(n_bars,)`, NaN in the first."""
    clipped, weighted = (np.concatenate([[np.nan], values]) for values in clip_squares(squares))
    return clipped, weighted


def _rolling_mean(values: Array | NDArray[np.bool_], window: int) -> Array:
    """Compute the mean of the last `window` values, or of as many as there are, at each position."""
    sums = np.cumsum(values, dtype=np.float64)
    counts = np.minimum(np.arange(1, len(values) + 1), window)
    sums[window:] = sums[window:] - sums[:-window]
    means: Array = sums / counts
    return means
