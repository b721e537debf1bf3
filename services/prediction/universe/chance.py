"""How many of many symbols look better than persistence by luck alone, and how good the best of them looks. Pure.

Symbols share the market, so the number varies far more than that of independent ones would: a few sessions decide for
all of them. Both are found by rotations of the symbols' sums over the sessions, the same for all symbols and models.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtr, stdtrit

from services.prediction.types import Array
from services.prediction.universe.gain_statistics import cosine_sums, divide_sums
from services.prediction.universe.panel import Panel
from services.prediction.universe.rotation import draw_directions, rotated_statistics
from shared.statistics.skill import STUDENT_T_OF_SEVERAL
from shared.statistics.standard_error import N_COSINES

OF_ROTATIONS = 0.98  # eight sums vary less than nine: so many rotations hold 95 % of the numbers (docs/decisions/0036)
_AT_ONCE = 100  # rotations, so that memory does not grow with their number


@dataclass(frozen=True)
class ChanceRange:
    """The numbers that luck gives in 95 of 100 cases, the lowest and the highest left out."""

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


def simulate_luck(panel: Panel) -> Chance:
    """Find what luck makes of the panel."""
    any_model, *models = _count_by_luck(cosine_sums(panel.gains)[..., 1:])
    gains = panel.gains.reshape(-1, len(panel.sessions))
    return Chance(any_model, tuple(models), superior_ability_p_value(gains))


def superior_ability_p_value(gains: Array, n_cosines: int = N_COSINES) -> float:
    """Compute how often luck makes the best of the series look as good as the best of them does.

    As in Hansen's test of superior predictive ability, a series that is clearly worse than persistence cannot be the
    best by luck either.

    Args:
        gains: Shape `(n_series, n_sessions)`.
        n_cosines: Of the standard errors.

    Source: Hansen (2005), A Test for Superior Predictive Ability, JBES 23(4), 3.2.
    """
    sums = cosine_sums(gains, n_cosines)
    clearly_worse = stdtrit(n_cosines, ndtr(-np.sqrt(2 * np.log(np.log(gains.shape[1])))))  # his normal quantile
    may_be_best = sums[divide_sums(sums) >= clearly_worse]
    parts = [rotated_statistics(may_be_best, part).max(axis=0, initial=0.0) for part in _directions(1 + n_cosines)]
    best = np.concatenate(parts)  # what was seen comes first
    return float(np.mean(best >= best[0]))


def _count_by_luck(cosine_sums: Array) -> list[ChanceRange]:
    """Return how many symbols look better with any model, and with each of them.

    There is no skill in the cosine sums. One sum fewer leaves one degree of freedom fewer, so that a statistic is
    compared with the quantile of that Student's t.

    Args:
        cosine_sums: Shape `(n_models, n_symbols, n_sums)`.
    """
    n_sums = cosine_sums.shape[-1]
    critical = stdtrit(n_sums - 1, stdtr(N_COSINES, STUDENT_T_OF_SEVERAL))
    counts = []
    for part in _directions(n_sums):
        is_better = rotated_statistics(cosine_sums, part) > critical
        counts.append(np.concatenate([is_better.any(axis=0, keepdims=True), is_better]).sum(axis=1))
    return [_range(row) for row in np.concatenate(counts, axis=1)]


def _directions(n_sums: int) -> list[Array]:
    directions = draw_directions(n_sums)
    return np.array_split(directions, len(directions) // _AT_ONCE)


def _range(counts: NDArray[np.intp]) -> ChanceRange:
    low, high = np.quantile(counts, [(1 - OF_ROTATIONS) / 2, (1 + OF_ROTATIONS) / 2], method="inverted_cdf")
    return ChanceRange(int(low), int(high))
