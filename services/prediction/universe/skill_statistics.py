"""The skill over its standard error, for many series at once: Student's t with eight degrees of freedom. Pure.

The standard error is that of `shared/statistics/standard_error.py`. Sessions that are not scored count as zeros, which
changes neither the sum nor its variance.
"""

import numpy as np
from scipy.special import stdtr

from services.prediction.types import Array
from services.prediction.universe.date_bootstrap import Indices
from services.prediction.universe.panel import Panel
from shared.statistics.standard_error import N_COSINES


def skill_statistics(panel: Panel) -> Array:
    """Compute the statistic of each model and symbol, shape `(n_models, n_symbols)`."""
    terms = _terms(len(panel.sessions))
    return _divide(panel.gains @ terms[0], panel.luck @ terms[1:].T)


def resampled_statistics(series: Array, resamples: Indices) -> Array:
    """Compute the statistic of each series on each resample of its sessions.

    Args:
        series: Shape `(n_series, n_sessions)`.
        resamples: Shape `(n_resamples, n_sessions)`, from `resample_sessions`.

    Returns:
        Shape `(n_series, n_resamples)`.
    """
    n_resamples, n_sessions = resamples.shape
    cells = (resamples + n_sessions * np.arange(n_resamples)[:, None]).ravel()  # one for each resample and session
    weights = [
        np.bincount(cells, np.tile(term, n_resamples), minlength=resamples.size).reshape(resamples.shape)
        for term in _terms(n_sessions)
    ]
    sums = (series @ np.concatenate(weights).T).reshape(len(series), 1 + N_COSINES, n_resamples)
    return _divide(sums[:, 0], np.moveaxis(sums[:, 1:], 1, -1))


def p_values(statistics: Array) -> Array:
    """Compute the one-sided p-values: the chance of so high a statistic without skill."""
    values: Array = stdtr(N_COSINES, -statistics)
    return values


def _terms(n_sessions: int) -> Array:
    """Return ones and the cosines, shape `(1 + N_COSINES, n_sessions)`, scaled to sums of equal variance."""
    angles = np.pi * np.arange(1 + N_COSINES)[:, None] * (np.arange(n_sessions) + 0.5) / n_sessions
    terms: Array = np.cos(angles) * np.array([1.0, *N_COSINES * [np.sqrt(2.0)]])[:, None]
    return terms


def _divide(sums: Array, cosine_sums: Array) -> Array:
    errors = np.sqrt(np.mean(cosine_sums**2, axis=-1))
    statistics: Array = np.divide(sums, errors, out=np.zeros(errors.shape), where=errors > 1e-12)
    return statistics
