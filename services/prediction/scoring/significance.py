"""Tests whether a model's errors are smaller than those of persistence on the same sessions.

Errors are absolute, in arrays of the same shape `(n_windows,)`, ascending by time. Their differences are
autocorrelated: forecasts more than one session ahead overlap, and a model that does not use all that is known errs in
the same direction for days. The variances of `shared/statistics/standard_error.py` allow for both, at any horizon.
"""

import numpy as np
from scipy.special import stdtr

from services.prediction.types import Array
from shared.statistics.skill import MIN_PERIODS
from shared.statistics.standard_error import N_COSINES, standard_error


def diebold_mariano(errors: Array, persistence_errors: Array, horizon: int) -> tuple[float, float] | None:
    """Compute the statistic, positive if `errors` are the smaller ones, and the two-sided p-value.

    None if the errors never differ, or the windows are too few for the horizon.

    Source: Diebold and Mariano (1995), Comparing Predictive Accuracy, JBES 13(3), with the variance named above.
    """
    difference = persistence_errors - errors
    if count_periods(len(errors), horizon) < MIN_PERIODS or not difference.any():
        return None
    error = standard_error(difference)
    if error == 0:
        return None
    statistic = float(np.mean(difference)) / error
    return statistic, float(2 * stdtr(N_COSINES, -abs(statistic)))


def count_periods(n_windows: int, horizon: int) -> int:
    """Return how many periods of `horizon` sessions the windows hold, of which no two overlap."""
    return n_windows // horizon
