"""The models of which the best cannot be told apart from chance. Pure.

Source: Hansen, Lunde and Nason (2011), The Model Confidence Set, Econometrica 79(2), with the range statistic T_R.
"""

import numpy as np

from services.prediction.types import Array
from services.prediction.universe.date_bootstrap import Indices, session_weights


def confidence_set_p_values(losses: Array, resamples: Indices) -> Array:
    """Compute a p-value of each model: the confidence set at 95 % holds those whose p-value is above 0.05.

    The worst of the models that are left is dropped again and again. A p-value is that of the hypothesis, at the time
    when the model is dropped, that all which are left are equally good; or that of one dropped before, if higher.

    Args:
        losses: Shape `(n_models, n_sessions)`.
        resamples: From `resample_sessions`.
    """
    n_models = len(losses)
    means = losses.mean(axis=1)
    resampled = session_weights(resamples) @ losses.T - means
    differences = np.subtract.outer(means, means)
    luck = resampled[:, :, None] - resampled[:, None, :]
    errors = np.sqrt(np.mean(luck**2, axis=0))
    errors[errors == 0] = np.inf  # of a model and itself, or one that predicts the same
    statistics, luck = differences / errors, luck / errors
    p_values, left, highest = np.ones(n_models), list(range(n_models)), 0.0
    while len(left) > 1:
        pairs = np.ix_(left, left)
        worst, _ = np.unravel_index(np.argmax(statistics[pairs]), (len(left), len(left)))
        by_luck = luck[:, left][:, :, left].max(axis=(1, 2))
        highest = max(highest, float(np.mean(by_luck >= statistics[pairs].max())))
        p_values[left.pop(int(worst))] = highest
    return p_values
