"""The interval of the skill against a regression on cosines, its constants against SciPy, and the one rule."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import t

from shared.schemas.forecasts import MODEL_NAMES
from shared.statistics.skill import N_COMPARED, STUDENT_T, STUDENT_T_OF_SEVERAL, judge, skill_interval


def test_the_quantiles_are_those_of_95_percent_and_of_95_percent_for_the_best_of_the_models() -> None:
    assert len(MODEL_NAMES) - 1 == N_COMPARED
    assert pytest.approx(t.ppf(0.975, 8), rel=1e-12) == STUDENT_T
    assert pytest.approx(t.ppf(1 - 0.025 / N_COMPARED, 8), rel=1e-12) == STUDENT_T_OF_SEVERAL


def _statistic(values: np.typing.NDArray[np.float64]) -> float:
    """Return the mean over the standard error by a regression on the cosines, which are orthonormal over the points."""
    n_values = len(values)
    time = (np.arange(n_values) + 0.5) / n_values
    design = np.column_stack([np.sqrt(2) * np.cos(np.pi * j * time) for j in range(1, 9)])
    loadings = np.linalg.lstsq(design, values, rcond=None)[0]
    return float(values.mean() / np.sqrt(np.mean(loadings**2)))


@pytest.mark.parametrize("seed", range(5))
def test_the_ends_are_where_student_rejects_that_the_skill_is_that(seed: int) -> None:
    draw = np.random.default_rng(seed)
    errors, persistence_errors = draw.exponential(1.0, 60), draw.exponential(1.1, 60)
    interval = skill_interval(errors, persistence_errors, 60)
    assert interval is not None
    skill = 1 - errors.mean() / persistence_errors.mean()
    for bound, quantile, end in zip(
        (-1.0, 1.0, -1.0), t.ppf([0.025, 0.975, 0.005], 8), (*interval[:2], interval.lower_of_several), strict=True
    ):
        expected = brentq(
            lambda value, at=quantile: _statistic(errors - (1 - value) * persistence_errors) - at,
            *sorted((skill, skill + 3 * bound)),
            xtol=1e-12,
        )
        assert end == pytest.approx(expected, abs=1e-9)


def test_one_session_that_makes_most_of_the_errors_shows_nothing() -> None:
    """A wrong price made a moving average of a walk “better, skill 0.42, 95 % CI 0.32 to 0.52”."""
    errors, persistence_errors = np.abs(np.random.default_rng(1).normal(size=(2, 250)))
    errors[77], persistence_errors[77] = 700, 1000
    assert skill_interval(errors, persistence_errors, 250) is None
    errors[77], persistence_errors[77] = 70, 100  # one in five; the best of several is not bounded any more
    interval = skill_interval(errors, persistence_errors, 250)
    assert interval is None or interval.lower < 0 < interval.upper


def test_few_independent_periods_have_no_interval_and_neither_has_a_baseline_without_errors() -> None:
    errors = np.linspace(1, 2, 100)
    assert skill_interval(errors, errors + 1, 9) is None
    assert skill_interval(errors, errors * 0, 50) is None
    assert skill_interval(errors, errors + 1, 10) is not None


@pytest.mark.parametrize(
    ("upper", "lower_of_several", "expected"),
    [
        (0.2, 0.001, "better"),
        (0.03, 0.001, "better"),
        (0.049, 0.0, "no_better"),
        (0.05, 0.0, "too_early"),
        (-0.1, -0.3, "no_better"),
        (None, None, "too_early"),
    ],
)
def test_one_rule(upper: float | None, lower_of_several: float | None, expected: str) -> None:
    assert judge(upper, lower_of_several) == expected
