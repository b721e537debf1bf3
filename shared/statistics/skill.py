"""The skill of a forecast with its confidence intervals, and the one rule for its verdict. Pure.

Source of the interval: Fieller (1954), Some Problems in Interval Estimation, JRSS B 16(2), with the variance of
`shared.statistics.standard_error`. It holds each ratio r of the means at which Student's t does not reject that
`errors − r · baseline` has mean zero. So it excludes a skill of zero exactly where the test of Diebold and Mariano
rejects it.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from shared.schemas.wire import Outcome
from shared.statistics.standard_error import cosine_means

Floats = npt.NDArray[np.float64]
MIN_PERIODS = 10  # independent ones; the cosines of fewer say nothing about autocorrelation
NEGLIGIBLE_SKILL = 0.05  # with the upper end below it, any skill is too small to be of use
N_COMPARED = 5  # models besides persistence
STUDENT_T = 2.306004135204166  # quantile of Student's t with eight degrees of freedom at 97.5 %: of 95 % intervals
STUDENT_T_OF_SEVERAL = 3.355387331333395  # at 1 − 2.5 % / N_COMPARED


class SkillInterval(NamedTuple):
    """The 95 % confidence interval of a skill, and its lower end if it is the best of `N_COMPARED` (Bonferroni).

    The latter is None where it has no end.
    """

    lower: float
    upper: float
    lower_of_several: float | None


def skill_interval(errors: Floats, baseline_errors: Floats, n_periods: int) -> SkillInterval | None:
    """Compute the confidence interval of 1 − MAE / MAE of the baseline, a ratio of means.

    None if the baseline makes no error, the independent periods are fewer than `MIN_PERIODS`, or so few sessions make
    most of the baseline's errors that the interval has no ends.

    Args:
        errors: Absolute errors, shape `(n,)`, ascending by time.
        baseline_errors: Those of the baseline on the same sessions.
        n_periods: How many of the forecasts are of periods that do not overlap.
    """
    if n_periods < MIN_PERIODS:
        return None
    mean = float(np.mean(baseline_errors))
    if mean == 0:
        return None
    ratio = float(np.mean(errors)) / mean
    residuals = cosine_means(errors / mean - ratio * (baseline_errors / mean))
    baseline = cosine_means(baseline_errors / mean)
    ends = _deviations(residuals, baseline, STUDENT_T)
    if ends is None:
        return None
    of_several = _deviations(residuals, baseline, STUDENT_T_OF_SEVERAL)
    skill = 1 - ratio
    return SkillInterval(skill - ends[1], skill - ends[0], None if of_several is None else skill - of_several[1])


def _deviations(residuals: Floats, baseline: Floats, quantile: float) -> tuple[float, float] | None:
    """Return how far the ratio may be below and above its estimate; None if it is not bounded.

    They are the roots x of x² = quantile² · mean((residuals − x · baseline)²).
    """
    square = quantile**2
    leading = 1 - square * float(np.mean(baseline**2))
    if leading <= 0:
        return None
    middle = square * float(np.mean(residuals * baseline))
    root = float(np.sqrt(middle**2 + leading * square * np.mean(residuals**2)))
    return (-middle - root) / leading, (-middle + root) / leading


def judge(upper: float | None, lower_of_several: float | None) -> Outcome:
    """Judge a skill by the one rule that headline, rows, choice and ledger share.

    Args:
        upper: Upper end of the 95 % interval; None without an interval.
        lower_of_several: Lower end of the interval that allows for the best of `N_COMPARED` models: any model may be
            the one that a person picks because it did best.

    Example:
        >>> judge(0.2, 0.01), judge(0.04, -0.1), judge(0.2, -0.1)
        ('better', 'no_better', 'too_early')
    """
    if lower_of_several is not None and lower_of_several > 0:
        return "better"
    return "no_better" if upper is not None and upper < NEGLIGIBLE_SKILL else "too_early"
