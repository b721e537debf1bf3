"""Forecasts the range of the sessions ahead at each of the last sessions, from what was known then.

The forecast is the volatility ahead times the median of the last ratios of range to volatility; its band takes their
quantiles instead. The two baselines are the range of as many last sessions ("as last time") and the mean of such ranges
over a year. Nothing is fitted but the ratios, each of which is known `horizon` sessions after its forecast.

Source: the ratios are the scores of split conformal prediction (Lei et al. 2018, Distribution-Free Predictive Inference
for Regression, arXiv 1604.04173); the volatility is that of `services.prediction.models.volatility`.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from services.prediction.inputs.history import History
from services.prediction.models.features import LOOKBACK
from services.prediction.models.targets import MAX_ABS_LOG_RETURN, settle
from services.prediction.models.volatility import volatility_of
from services.prediction.ranges.targets import log_range_ahead, log_range_of_last
from services.prediction.types import Array

LEVEL = 80  # percent
N_RATIOS = 250  # a year, also of the mean
MIN_RATIOS = 20
MIN_SCORED = 20
ROUNDING = 1e-12  # as a log range
PARKINSON = 4 * np.log(2)  # a squared range over it is a variance (Parkinson 1980)


@dataclass(frozen=True)
class RangeForecasts:
    """Forecasts of the range as log ranges, shape `(n_rows,)`, ascending by session.

    Attributes:
        expected: The median forecast.
        lower, upper: The ends of its band.
        as_last_time: The range of the last sessions.
        mean: The mean of such ranges over the last 250.
        variance, variance_as_last_time, mean_variance: The forecasts of the squared range over 4 ln 2.
    """

    expected: Array
    lower: Array
    upper: Array
    as_last_time: Array
    mean: Array
    variance: Array
    variance_as_last_time: Array
    mean_variance: Array


@dataclass(frozen=True)
class RangeRun:
    """The scored forecasts with their actuals, and the next forecast.

    Attributes:
        rows: Shape `(n_scored,)`: the session at whose end each was made.
        actual: Shape `(n_scored,)`: the actual log range.
        scored: The forecasts.
        next: The forecast after the last session, shape `(1,)`.
    """

    rows: NDArray[np.intp]
    actual: Array
    scored: RangeForecasts
    next: RangeForecasts

    def errors(self, forecasts: Array) -> Array:
        """Return their absolute errors, without those of rounding: a range that never changes leaves nothing to beat.

        Args:
            forecasts: One of the arrays of `scored`.
        """
        errors = np.abs(forecasts - self.actual)
        return np.where(errors < ROUNDING, 0.0, errors)


def bars_needed(horizon: int) -> int:
    """Return the least number of bars that leaves room for ratios and scores.

    Example:
        >>> bars_needed(1)
        61
    """
    return LOOKBACK + ranges_needed(horizon)


def ranges_needed(horizon: int) -> int:
    """Return at how many of the last sessions the volatility has to come from ranges: a ratio to closes is none."""
    return MIN_RATIOS + MIN_SCORED + 2 * horizon - 1


def has_ranges(history: History, horizon: int) -> bool:
    """Report whether enough of the last bars have a high and a low around their prices; closes alone have no range."""
    return not volatility_of(history).is_from_closes[-ranges_needed(horizon) :].any()


def run_ranges(history: History, horizon: int, n_scored: int) -> RangeRun:
    """Forecast the range of the next `horizon` sessions after each of the last sessions, and after the last.

    Args:
        history: At least `bars_needed(horizon)` bars, with ranges.
        horizon: Sessions ahead.
        n_scored: Forecasts to score, at most.
    """
    last, start = len(history) - 1, _find_start(history)
    first = max(max(LOOKBACK, start) + MIN_RATIOS - 1 + horizon, last - horizon - n_scored + 1)
    rows = np.arange(first, last - horizon + 1)
    actual = log_range_ahead(history, horizon)
    forecasts = _forecast(history, horizon, actual, np.append(rows, last), start)
    parts = {name: np.split(values, [len(rows)]) for name, values in vars(forecasts).items()}
    scored, following = (RangeForecasts(**{name: part[i] for name, part in parts.items()}) for i in (0, 1))
    actual = actual[rows]
    scored = replace(scored, lower=settle(scored.lower, actual), upper=settle(scored.upper, actual))
    return RangeRun(rows, actual, scored, following)


def _find_start(history: History) -> int:
    """Return the first session after all those at which too few bars had a range."""
    without = np.flatnonzero(volatility_of(history).is_from_closes)
    return int(without[-1]) + 1 if len(without) else 0


def _forecast(history: History, horizon: int, ahead: Array, rows: NDArray[np.intp], start: int) -> RangeForecasts:
    volatility = volatility_of(history).ahead(horizon)
    ratios = ahead / volatility
    known = np.sort(_last_values(ratios, rows - horizon, first=max(LOOKBACK, start)), axis=1)  # NaN last
    n_known = np.isfinite(known).sum(axis=1)
    share_below = (1 - LEVEL / 100) / 2
    rank_below = np.floor(np.round((n_known + 1) * share_below, 9)).astype(int)
    lower, upper = _pick(known, np.maximum(rank_below, 1)), _pick(known, np.minimum(n_known + 1 - rank_below, n_known))
    median = (_pick(known, (n_known + 1) // 2) + _pick(known, n_known // 2 + 1)) / 2
    past = log_range_of_last(history, horizon)
    last_ranges = _last_values(past, rows, first=start + horizon - 1)
    scale, as_last_time = volatility[rows], past[rows]
    return RangeForecasts(
        expected=np.minimum(scale * median, MAX_ABS_LOG_RETURN),
        lower=np.minimum(scale * lower, MAX_ABS_LOG_RETURN),
        upper=np.minimum(scale * upper, MAX_ABS_LOG_RETURN),
        as_last_time=as_last_time,
        mean=np.nanmean(last_ranges, axis=1),
        variance=scale**2 * np.nanmean(known**2, axis=1) / PARKINSON,
        variance_as_last_time=as_last_time**2 / PARKINSON,
        mean_variance=np.nanmean(last_ranges**2, axis=1) / PARKINSON,
    )


def _last_values(values: Array, rows: NDArray[np.intp], *, first: int) -> Array:
    """Return the last `N_RATIOS` values from `first` to each row, shape `(n_rows, N_RATIOS)`; NaN if fewer."""
    padded = np.concatenate([np.full(N_RATIOS - 1, np.nan), values[first:]])
    windows: Array = sliding_window_view(padded, N_RATIOS)[rows - first]
    return windows


def _pick(ordered: Array, ranks: NDArray[np.intp]) -> Array:
    """Return the value of each row that has this rank, from 1."""
    picked: Array = np.take_along_axis(ordered, ranks[:, None] - 1, axis=1)[:, 0]
    return picked
