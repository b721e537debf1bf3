"""The models of which the best cannot be told apart from chance. Pure.

Source: Hansen, Lunde and Nason (2011), The Model Confidence Set, Econometrica 79(2), with the range statistic T_R. What
luck makes of it comes from rotations instead of the paper's bootstrap (docs/decisions/0036).
"""

import numpy as np

from services.prediction.types import Array
from services.prediction.universe.gain_statistics import cosine_sums
from services.prediction.universe.rotation import draw_directions, rotated_statistics
from shared.statistics.standard_error import N_COSINES


def confidence_set_p_values(losses: Array, n_cosines: int = N_COSINES) -> Array:
    """Compute a p-value of each model: the confidence set at 95 % holds those whose p-value is above 0.05.

    Args:
        losses: Shape `(n_models, n_sessions)`.
        n_cosines: Of the standard errors.
    """
    sums = cosine_sums(losses, n_cosines)
    differences = sums[:, None] - sums
    by_luck = rotated_statistics(differences, draw_directions(sums.shape[-1]))
    return eliminate(by_luck[..., 0], by_luck)  # what was seen comes first


def eliminate(statistics: Array, by_luck: Array) -> Array:
    """Drop the worst of the models that are left, again and again.

    Args:
        statistics: Shape `(n_models, n_models)`: how significantly each model's loss is above each other's.
        by_luck: Shape `(n_models, n_models, n)`: what luck alone makes of them.

    Returns:
        A p-value of each model: that of the hypothesis, at the time when it is dropped, that all which are left are
        equally good; or that of one dropped before, if higher.
    """
    n_models = len(statistics)
    p_values, left, highest = np.ones(n_models), list(range(n_models)), 0.0
    while len(left) > 1:
        pairs = np.ix_(left, left)
        worst, _ = np.unravel_index(np.argmax(statistics[pairs]), (len(left), len(left)))
        largest = by_luck[pairs].max(axis=(0, 1))
        highest = max(highest, float(np.mean(largest >= statistics[pairs].max())))
        p_values[left.pop(int(worst))] = highest
    return p_values
