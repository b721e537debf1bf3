"""Statistics of the gains of many series at once, over standard errors of their own. Pure.

The standard error is that of `shared/statistics/standard_error.py`. Sessions that are not scored count as zeros, which
changes neither the sum nor its variance.
"""

import numpy as np
from scipy.special import stdtr

from services.prediction.types import Array
from services.prediction.universe.panel import Panel
from shared.statistics.standard_error import N_COSINES


def gain_statistics(panel: Panel) -> Array:
    """Compute the statistic of Diebold and Mariano of each model and symbol, shape `(n_models, n_symbols)`.

    It is Student's t with eight degrees of freedom where the model and persistence are equally good. The confidence
    interval of a symbol's skill lies above zero where this is above the quantile of Student's t.
    """
    return divide_sums(cosine_sums(panel.gains))


def cosine_sums(series: Array, n_cosines: int = N_COSINES) -> Array:
    """Compute the sum and the cosine sums of series, which have one variance if the series is white noise.

    Args:
        series: Shape `(..., n_sessions)`, ascending by session.
        n_cosines: How many.

    Returns:
        Shape `(..., 1 + n_cosines)`.
    """
    n_sessions = series.shape[-1]
    angles = np.pi * np.arange(1 + n_cosines)[:, None] * (np.arange(n_sessions) + 0.5) / n_sessions
    terms = np.cos(angles) * np.array([1.0, *n_cosines * [np.sqrt(2.0)]])[:, None]
    sums: Array = series @ terms.T
    return sums


def divide_sums(sums: Array) -> Array:
    """Divide the sum by its standard error, that of the cosine sums behind it; 0 if that is 0."""
    errors = np.sqrt(np.mean(sums[..., 1:] ** 2, axis=-1))
    statistics: Array = np.divide(sums[..., 0], errors, out=np.zeros(errors.shape), where=errors > 1e-12)
    return statistics


def p_values(statistics: Array) -> Array:
    """Compute the one-sided p-values of `gain_statistics`: the chance of so high a statistic without skill."""
    values: Array = stdtr(N_COSINES, -statistics)
    return values
