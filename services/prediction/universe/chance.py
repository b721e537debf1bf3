"""How many of many symbols look better than persistence by luck alone, and how good the best of them looks. Pure.

Symbols share the market, so the number varies far more than that of independent ones would: a few sessions decide for
all of them. Both are found on resamples of the sessions, the same for all symbols, of the gains without the skill.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.prediction.types import Array
from services.prediction.universe.date_bootstrap import Indices
from services.prediction.universe.panel import Panel
from services.prediction.universe.skill_statistics import resampled_statistics, skill_statistics
from shared.statistics.skill import STUDENT_T_OF_SEVERAL

COVERAGE = 0.95
_AT_ONCE = 25  # resamples, so that memory does not grow with their number


@dataclass(frozen=True)
class ChanceRange:
    """The central 95 % of the numbers that luck gives."""

    low: int
    high: int


@dataclass(frozen=True)
class Chance:
    """What luck gives.

    Attributes:
        any_model: How many symbols look better with at least one of the models.
        models: How many look better with each model, in their order.
        p_value: How often the best of all models and symbols is as significant as the best of them is.
    """

    any_model: ChanceRange
    models: tuple[ChanceRange, ...]
    p_value: float


def look_better(statistics: Array) -> NDArray[np.bool_]:
    """Return which statistics `judge` of `shared/statistics/skill.py` calls better, the best of several allowed for."""
    is_better: NDArray[np.bool_] = statistics > STUDENT_T_OF_SEVERAL
    return is_better


def simulate_luck(panel: Panel, resamples: Indices) -> Chance:
    """Count the symbols that look better on each resample, and find the most significant statistic there.

    The p-value is that of Hansen's test of superior predictive ability, with a standard error of each resample of its
    own: with those of the actual series it rejects far too often when forecasts overlap. As there, what is clearly
    worse cannot be the best by luck either.

    Source: Hansen (2005), A Test for Superior Predictive Ability, JBES 23(4), 3.2.
    """
    n_models, n_symbols, n_sessions = panel.gains.shape
    statistics = skill_statistics(panel).ravel()
    may_be_best = statistics >= -np.sqrt(2 * np.log(np.log(n_sessions)))
    counts, best = [], []
    for first in range(0, len(resamples), _AT_ONCE):
        part = resampled_statistics(panel.luck.reshape(-1, n_sessions), resamples[first : first + _AT_ONCE])
        is_better = look_better(part).reshape(n_models, n_symbols, -1)
        counts.append(np.concatenate([is_better.any(axis=0, keepdims=True), is_better]).sum(axis=1))
        best.append(part.max(axis=0, initial=0.0, where=may_be_best[:, None]))
    any_model, *models = (_range(row) for row in np.concatenate(counts, axis=1))
    p_value = float(np.mean(np.concatenate(best) >= max(statistics.max(), 0.0)))
    return Chance(any_model, tuple(models), p_value)


def _range(counts: NDArray[np.intp]) -> ChanceRange:
    low, high = np.quantile(counts, [(1 - COVERAGE) / 2, (1 + COVERAGE) / 2], method="inverted_cdf")
    return ChanceRange(int(low), int(high))
