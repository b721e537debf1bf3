"""q-values: how many of what is called a discovery are expected to be false. Pure."""

import numpy as np

from services.prediction.types import Array


def q_values(p_values: Array) -> Array:
    """Compute the q-values: the smallest false discovery rate at which each would be a discovery.

    Source: Benjamini and Hochberg (1995), Controlling the False Discovery Rate, JRSS B 57(1).

    Example:
        >>> q_values(np.array([0.01, 0.04, 0.03, 0.9])).round(3).tolist()
        [0.04, 0.053, 0.053, 0.9]
    """
    n = len(p_values)
    order = np.argsort(p_values)[::-1]
    scaled = p_values[order] * n / np.arange(n, 0, -1)
    q = np.empty(n)
    q[order] = np.minimum(np.minimum.accumulate(scaled), 1.0)
    return q
