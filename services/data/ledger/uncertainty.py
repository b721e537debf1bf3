"""How far coverage and skill of recorded forecasts may be off by chance: 95 % confidence intervals. Pure."""

from collections.abc import Iterable
from datetime import date

import numpy as np
import numpy.typing as npt

from shared.standard_error import standard_error

Floats = npt.NDArray[np.float64]
NORMAL = 1.959964  # quantile of the standard normal distribution at 97.5 %
STUDENT_T = 2.306004  # quantile of Student's t with eight degrees of freedom at 97.5 %
MIN_INDEPENDENT = 10  # below it the cosines of a few points say nothing about autocorrelation


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


def skill_interval(errors: Floats, persistence_errors: Floats, n_independent: int) -> tuple[float, float] | None:
    """Compute the interval of 1 − MAE / MAE of persistence by the delta method; None if the forecasts are too few.

    Args:
        errors: Absolute errors, shape `(n_scored,)`, in time order.
        persistence_errors: Those of persistence on the same sessions.
        n_independent: How many of the forecasts have periods that do not overlap.

    The standard error allows for forecasts that overlap.
    """
    mean = float(persistence_errors.mean())
    if n_independent < MIN_INDEPENDENT or mean == 0:
        return None
    ratio = float(errors.mean()) / mean
    half_width = STUDENT_T * standard_error(errors - ratio * persistence_errors) / mean
    return 1 - ratio - half_width, 1 - ratio + half_width
