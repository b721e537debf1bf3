"""Tests whether a model's errors are smaller than those of persistence on the same sessions.

Errors are absolute, in arrays of the same shape `(n_windows,)`, ascending by time. Their differences are
autocorrelated: forecasts more than one session ahead overlap, and a model that does not use all that is known errs in
the same direction for days. The variances of `shared/standard_error.py` allow for both, at any horizon.
"""

import numpy as np
from scipy.special import stdtr, stdtrit

from services.prediction.types import Array
from shared.standard_error import N_COSINES, standard_error

CONFIDENCE = 0.95
MIN_WINDOWS_PER_SESSION = 10  # per session ahead: fewer are less than ten independent periods


def diebold_mariano(errors: Array, persistence_errors: Array, horizon: int) -> tuple[float, float] | None:
    """Compute the statistic, positive if `errors` are the smaller ones, and the two-sided p-value.

    None if the errors never differ, or the windows are too few for the horizon.

    Source: Diebold and Mariano (1995), Comparing Predictive Accuracy, JBES 13(3), with the variance named above.
    """
    difference = persistence_errors - errors
    if not has_enough(len(errors), horizon) or not difference.any():
        return None
    error = standard_error(difference)
    if error == 0:
        return None
    statistic = float(np.mean(difference)) / error
    return statistic, float(2 * stdtr(N_COSINES, -abs(statistic)))


def skill_interval(
    errors: Array, persistence_errors: Array, horizon: int, confidence: float = CONFIDENCE
) -> tuple[float, float] | None:
    """Compute the confidence interval of the skill, a ratio of means, by the delta method.

    None if persistence makes no error, or the windows are too few for the horizon.

    Source: Casella and Berger, Statistical Inference, 2nd ed., 5.5.4, with the variance named above.
    """
    mean = float(np.mean(persistence_errors))
    if mean == 0 or not has_enough(len(errors), horizon):
        return None
    ratio = float(np.mean(errors)) / mean
    error = standard_error(errors - ratio * persistence_errors) / mean
    half_width = float(stdtrit(N_COSINES, (1 + confidence) / 2)) * error
    return 1 - ratio - half_width, 1 - ratio + half_width


def has_enough(n_windows: int, horizon: int) -> bool:
    """Return whether the windows are at least `MIN_WINDOWS_PER_SESSION` independent periods."""
    return n_windows >= MIN_WINDOWS_PER_SESSION * horizon
