"""The test of equal errors and the interval of the skill against slow ones from the papers, and on simulated errors."""

import math

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from scipy import stats

from services.prediction.scoring.significance import count_periods, diebold_mariano
from services.prediction.types import Array
from shared.statistics import skill

SEED = 20261125
CASES = [(1, 20), (1, 250), (2, 40), (5, 60), (5, 250), (20, 200), (20, 250)]
ERRORS = st.lists(st.tuples(st.floats(0, 1000), st.floats(0, 1000)), min_size=20, max_size=60)


def _errors(n_windows: int, seed: int = SEED, skill: float = 0.1) -> tuple[Array, Array]:
    """Return absolute errors of a model of this skill and of persistence (mean 1), which are correlated."""
    persistence_errors, own = np.random.default_rng(seed).exponential(size=(2, n_windows))
    return (1 - skill) * (0.7 * persistence_errors + 0.3 * own), persistence_errors


def skill_interval(errors: Array, persistence_errors: Array, horizon: int) -> tuple[float, float] | None:
    """Return the 95 % interval alone."""
    interval = skill.skill_interval(errors, persistence_errors, count_periods(len(errors), horizon))
    return interval and interval[:2]


def _overlapping(n_windows: int, horizon: int, random: np.random.Generator) -> tuple[Array, Array]:
    """Return absolute errors of two forecasts `horizon` sessions ahead, each as good as the other.

    They are sums of `horizon` unpredictable changes; one forecast adds what the other subtracts.
    """
    changes, shared = random.normal(size=(2, n_windows + horizon - 1))
    ahead, added = (np.convolve(values, np.ones(horizon), "valid") for values in (changes, 0.3 * shared))
    return np.abs(ahead - added), np.abs(ahead + added)


def _slow_variance_of_mean(values: list[float]) -> float:
    """Compute Lazarus et al. (2018), eqs. 8 and 9, from plain lists, with eight cosines."""
    n = len(values)
    total = 0.0
    for j in range(1, 9):
        weight = math.sqrt(2 / n) * sum(math.cos(math.pi * j * (t - 0.5) / n) * values[t - 1] for t in range(1, n + 1))
        total += weight**2
    return total / 8 / n


def _slow_diebold_mariano(errors: Array, persistence_errors: Array) -> tuple[float, float]:
    difference = [b - a for a, b in zip(errors.tolist(), persistence_errors.tolist(), strict=True)]
    statistic = sum(difference) / len(difference) / math.sqrt(_slow_variance_of_mean(difference))
    return statistic, float(2 * stats.t.sf(abs(statistic), 8))


def _share_rejected(n_series: int, n_windows: int, horizon: int) -> float:
    random = np.random.default_rng(SEED)
    result = [diebold_mariano(*_overlapping(n_windows, horizon, random), horizon) for _ in range(n_series)]
    return float(np.mean([test is not None and test[1] < 0.05 for test in result]))


@pytest.mark.parametrize(("horizon", "n_windows"), CASES)
def test_the_statistic_and_its_p_value_are_those_of_the_papers(horizon: int, n_windows: int) -> None:
    for pairs in (_errors(n_windows), _overlapping(n_windows, horizon, np.random.default_rng(SEED))):
        assert diebold_mariano(*pairs, horizon) == pytest.approx(_slow_diebold_mariano(*pairs), rel=1e-9)


def test_it_is_above_zero_for_the_smaller_errors_and_turns_with_them() -> None:
    errors, persistence_errors = _errors(250, skill=0.2)
    better, worse = diebold_mariano(errors, persistence_errors, 1), diebold_mariano(persistence_errors, errors, 1)
    assert better is not None
    assert worse is not None
    assert better[0] > 2
    assert worse == pytest.approx((-better[0], better[1]), rel=1e-9)


@pytest.mark.parametrize(
    ("horizon", "n_windows", "low", "high"), [(1, 250, 0.035, 0.065), (5, 250, 0.035, 0.065), (20, 250, 0.035, 0.07)]
)
def test_about_five_in_a_hundred_are_rejected_where_neither_is_better(
    horizon: int, n_windows: int, low: float, high: float
) -> None:
    share = _share_rejected(3000, n_windows, horizon)
    assert low <= share <= high, f"seed {SEED}: {share:.3f}"


@pytest.mark.parametrize("horizon", [1, 5])
@pytest.mark.parametrize("skill", [-0.1, 0.0, 0.15])
def test_the_interval_covers_the_true_skill_in_ninety_five_of_a_hundred(horizon: int, skill: float) -> None:
    n_series = 1000
    covered = 0
    for seed in range(n_series):
        result = skill_interval(*_errors(250, SEED + seed, skill), horizon)
        assert result is not None
        covered += result[0] <= skill <= result[1]
    low, high = stats.binom.interval(0.999, n_series, 0.95)
    assert low <= covered <= high, f"seeds from {SEED}: {covered} of {n_series}"


def test_the_interval_is_about_that_of_a_bootstrap() -> None:
    errors, persistence_errors = _errors(250)
    picks = np.random.default_rng(SEED).integers(0, 250, (4000, 250))
    resampled = 1 - errors[picks].mean(axis=1) / persistence_errors[picks].mean(axis=1)
    assert skill_interval(errors, persistence_errors, 1) == pytest.approx(
        np.quantile(resampled, [0.025, 0.975]), abs=0.03
    )


def _moving_average_errors(n_windows: int, horizon: int, random: np.random.Generator) -> tuple[Array, Array]:
    """Return the errors of a moving average over twenty sessions of a random walk, and those of no change."""
    walk = np.cumsum(random.normal(size=n_windows + 20 + horizon))
    mean = np.convolve(walk, np.ones(20) / 20, "valid")[:n_windows]
    last, actual = walk[19 : 19 + n_windows], walk[19 + horizon : 19 + horizon + n_windows]
    return np.abs(mean - actual), np.abs(last - actual)


@pytest.mark.parametrize("horizon", [1, 5, 20])
def test_the_interval_covers_the_skill_of_a_model_that_errs_for_days(horizon: int) -> None:
    """A moving average does not use all that is known: with the lags of the horizon alone 61 to 63 % held."""
    random = np.random.default_rng(SEED)
    many = [_moving_average_errors(250, horizon, random) for _ in range(1000)]
    sums = np.sum([[errors.sum(), persistence_errors.sum()] for errors, persistence_errors in many], axis=0)
    skill = 1 - sums[0] / sums[1]
    intervals = [skill_interval(*pairs, horizon) for pairs in many]
    covered = np.mean([interval is not None and interval[0] <= skill <= interval[1] for interval in intervals])
    assert covered >= 0.91, f"seed {SEED}: {covered:.3f}"


@pytest.mark.parametrize(("horizon", "n_windows"), CASES)
def test_the_interval_ends_where_the_slow_variance_says(horizon: int, n_windows: int) -> None:
    errors, persistence_errors = _overlapping(n_windows, horizon, np.random.default_rng(SEED))
    interval = skill_interval(errors, persistence_errors, horizon)
    assert interval is not None
    for end in interval:
        residuals = errors - (1 - end) * persistence_errors
        error = math.sqrt(_slow_variance_of_mean(residuals.tolist()))
        assert abs(residuals.mean()) / error == pytest.approx(stats.t.ppf(0.975, 8), rel=1e-9)


@pytest.mark.parametrize("horizon", [1, 5, 20])
def test_the_interval_excludes_zero_where_the_test_rejects(horizon: int) -> None:
    n_rejected = 0
    for seed in range(300):
        errors, persistence_errors = _overlapping(250, horizon, np.random.default_rng(seed))
        errors = errors * np.random.default_rng(seed).uniform(0.5, 1.5)
        test = diebold_mariano(errors, persistence_errors, horizon)
        interval = skill_interval(errors, persistence_errors, horizon)
        assert test is not None
        if interval is not None:
            is_excluded = interval[0] > 0 or interval[1] < 0
            assert is_excluded == (test[1] < 0.05), seed
            n_rejected += is_excluded
    assert 30 < n_rejected < 270


@given(ERRORS, st.floats(0.001, 1000))
@example([(0.0, 0.0)] * 19 + [(0.0, 1.0)], 3.0)
def test_the_unit_of_the_prices_changes_nothing(pairs: list[tuple[float, float]], factor: float) -> None:
    errors, persistence_errors = np.array(pairs).T
    assume(np.ptp(persistence_errors - errors) > 1e-3)
    assume(persistence_errors.mean() > 1e-3)
    test, interval = (compare(errors, persistence_errors, 1) for compare in (diebold_mariano, skill_interval))
    scaled = factor * errors, factor * persistence_errors
    assert diebold_mariano(*scaled, 1) == pytest.approx(test, rel=1e-6, abs=1e-9)
    scaled_interval = skill_interval(*scaled, 1)
    if interval is None:  # a few sessions make most of the errors, in any unit
        assert scaled_interval is None
    else:
        assert scaled_interval == pytest.approx(interval, rel=1e-6, abs=1e-9)


def test_there_is_no_interval_where_persistence_makes_no_error() -> None:
    assert skill_interval(np.ones(50), np.zeros(50), 1) is None


def test_there_is_nothing_to_test_where_errors_never_differ() -> None:
    errors = _errors(50)[0]
    assert diebold_mariano(errors, errors, 1) is None
    assert diebold_mariano(errors, errors, 5) is None
    assert skill_interval(errors, errors, 1) == (0, 0)


def test_windows_are_too_few_below_ten_for_each_session_ahead() -> None:
    errors, persistence_errors = _errors(49)
    assert diebold_mariano(errors, persistence_errors, 5) is None
    assert skill_interval(errors, persistence_errors, 5) is None
    assert skill_interval(errors, persistence_errors, 4) is not None
