"""Percentiles by mid-ranks: what lies below counts whole, what is equal counts half. Pure."""

import numpy as np

from services.prediction.types import Array


def percentile_of(value: float, others: Array) -> float:
    """Return the share of `others` below the value, in percent, ties counted half.

    Example:
        >>> percentile_of(2.0, np.array([1.0, 2.0, 2.0, 4.0]))
        50.0
    """
    return 100 * float(np.mean(others < value) + np.mean(others <= value)) / 2


def percentiles(values: Array) -> Array:
    """Return the percentile of each value among all of them, itself included; NaN stays and does not count.

    Example:
        >>> percentiles(np.array([3.0, 1.0, np.nan, 3.0])).round(1).tolist()
        [66.7, 16.7, nan, 66.7]
    """
    ascending = np.sort(values[~np.isnan(values)])
    below, up_to = (np.searchsorted(ascending, values, side=side) for side in ("left", "right"))
    found: Array = 100 * (below + up_to) / 2 / max(len(ascending), 1)
    return np.where(np.isnan(values), np.nan, found)
