"""How far the coverage of recorded forecasts may be off by chance, and how many count for that. Pure."""

from collections.abc import Iterable
from datetime import date

import numpy as np

NORMAL = 1.959963984540054  # quantile of the standard normal distribution at 97.5 %


def count_independent(periods: Iterable[tuple[date, date]]) -> int:
    """Count the most periods, each from after `as_of` to `session`, of which no two overlap.

    Example:
        >>> count_independent([(date(2024, 1, 1), date(2024, 1, 3)), (date(2024, 1, 2), date(2024, 1, 4))])
        1
    """
    n_independent, end = 0, date.min
    for as_of, session in sorted(periods, key=lambda period: period[1]):
        if as_of >= end:
            n_independent, end = n_independent + 1, session
    return n_independent


def coverage_interval(coverage: float, n_independent: int) -> tuple[float, float]:
    """Compute the interval of a share of at least one independent trial.

    Source: Wilson (1927), Probable Inference, JASA 22(158); it holds also near 0 and 1, unlike ± 2 standard errors.
    """
    square = NORMAL**2 / n_independent
    middle = (coverage + square / 2) / (1 + square)
    half_width = np.sqrt(coverage * (1 - coverage) * square + square**2 / 4) / (1 + square)
    return float(max(0.0, middle - half_width)), float(min(1.0, middle + half_width))
