"""Tests whether a model's errors are smaller than those of persistence on the same sessions.

Errors are absolute, in arrays of the same shape `(n_windows,)`, ascending by time. Forecasts more than one session
ahead overlap, so their errors are autocorrelated; the variances allow for that.
"""

import numpy as np
from scipy.special import stdtr, stdtrit

from services.prediction.types import Array

CONFIDENCE = 0.95
# Per session ahead: at a horizon of 20 a test at 5 % falsely rejects 20 % with two, and 9 % with ten.
MIN_WINDOWS_PER_SESSION = 10


def diebold_mariano(errors: Array, persistence_errors: Array, horizon: int) -> tuple[float, float] | None:
    """Compute the statistic, positive if `errors` are the smaller ones, and the two-sided p-value.

    None if the errors never differ, or the windows are too few for the horizon.

    Source: Diebold and Mariano (1995), Comparing Predictive Accuracy, JBES 13(3); the correction for few windows and
    Student's t: Harvey, Leybourne and Newbold (1997), International Journal of Forecasting 13(2).
    """
    difference = persistence_errors - errors
    standard_error = _standard_error(difference, horizon)
    if standard_error is None or standard_error == 0:
        return None
    statistic = float(np.mean(difference)) / standard_error
    return statistic, float(2 * stdtr(len(errors) - 1, -abs(statistic)))


def skill_interval(errors: Array, persistence_errors: Array, horizon: int) -> tuple[float, float] | None:
    """Compute the 95 % confidence interval of the skill, a ratio of means, by the delta method.

    None if persistence makes no error, or the windows are too few for the horizon.

    Source: Casella and Berger, Statistical Inference, 2nd ed., 5.5.4, with the variance and the t quantile of
    `diebold_mariano`.
    """
    mean = float(np.mean(persistence_errors))
    if mean == 0:
        return None
    ratio = float(np.mean(errors)) / mean
    standard_error = _standard_error(errors - ratio * persistence_errors, horizon)
    if standard_error is None:
        return None
    half_width = float(stdtrit(len(errors) - 1, (1 + CONFIDENCE) / 2)) * standard_error / mean
    return 1 - ratio - half_width, 1 - ratio + half_width


def _standard_error(values: Array, horizon: int) -> float | None:
    """Compute the standard error of the mean of values that are autocorrelated over `horizon - 1` windows."""
    n_windows = len(values)
    if n_windows < MIN_WINDOWS_PER_SESSION * horizon:
        return None
    correction = (n_windows + 1 - 2 * horizon + horizon * (horizon - 1) / n_windows) / n_windows
    return float(np.sqrt(_long_run_variance(values, horizon - 1) / n_windows / correction))


def _long_run_variance(values: Array, n_lags: int) -> float:
    """Sum the autocovariances, with Bartlett's weights if the plain sum is not positive."""
    centred = values - np.mean(values)
    covariances = [float(centred[lag:] @ centred[: len(centred) - lag]) / len(centred) for lag in range(n_lags + 1)]
    plain = covariances[0] + 2 * sum(covariances[1:])
    if plain > 0:
        return plain
    weighted = (2 * (1 - lag / (n_lags + 1)) * covariance for lag, covariance in enumerate(covariances) if lag)
    return max(0.0, covariances[0] + sum(weighted))
