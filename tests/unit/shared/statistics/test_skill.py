"""The interval of the skill against a regression on cosines, its constants against SciPy, and the one rule."""

import numpy as np
import pytest
from scipy.stats import t

from shared.schemas.forecasts import MODEL_NAMES
from shared.statistics.skill import N_COMPARED, STUDENT_T, STUDENT_T_OF_SEVERAL, judge, skill_interval


def test_the_quantiles_are_those_of_95_percent_and_of_95_percent_for_the_best_of_the_models() -> None:
    assert len(MODEL_NAMES) - 1 == N_COMPARED
    assert pytest.approx(t.ppf(0.975, 8), rel=1e-12) == STUDENT_T
    assert pytest.approx(t.ppf(1 - 0.025 / N_COMPARED, 8), rel=1e-12) == STUDENT_T_OF_SEVERAL


def test_the_interval_equals_a_regression_on_the_cosines() -> None:
    draw = np.random.default_rng(0)
    errors, persistence_errors = draw.exponential(1.0, 60), draw.exponential(1.1, 60)
    ratio = errors.mean() / persistence_errors.mean()
    values = errors - ratio * persistence_errors
    time = (np.arange(60) + 0.5) / 60
    design = np.column_stack([np.sqrt(2) * np.cos(np.pi * j * time) for j in range(1, 9)])
    loadings = np.linalg.lstsq(design, values, rcond=None)[0]  # the cosines are orthonormal over these points
    error = np.sqrt(np.mean(loadings**2)) / persistence_errors.mean()
    skill = 1 - ratio
    expected = (skill - t.ppf(0.975, 8) * error, skill + t.ppf(0.975, 8) * error, skill - t.ppf(0.995, 8) * error)
    assert skill_interval(errors, persistence_errors, 60) == pytest.approx(expected, rel=1e-9)


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
