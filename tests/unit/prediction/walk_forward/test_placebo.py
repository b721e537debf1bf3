"""On simulated closes with known answers: no model beats persistence on noise, and each finds a real signal."""

from functools import partial

import numpy as np
import pandas as pd
import pytest

from services.prediction.forecasting.evaluation import compute_evaluation
from shared.schemas.evaluations import Evaluation
from shared.schemas.forecasts import MODEL_NAMES, EvaluationQuery, ModelName
from tests.support.prediction import simulated
from tests.support.prediction.leakage_checks import evaluations

SEEDS = range(20261124, 20261124 + 100)
PHI = 0.4


def _evaluation(bars: pd.DataFrame, query: EvaluationQuery) -> Evaluation:
    return compute_evaluation(simulated.to_payload(bars), "AAPL", query)


def _skills(evaluations: list[Evaluation], name: ModelName) -> np.ndarray:
    skills = [model.skill.skill for evaluation in evaluations for model in evaluation.models if model.name == name]
    return np.array(skills, dtype=np.float64)


def _verdicts(evaluations: list[Evaluation], name: ModelName) -> list[str]:
    return [model.verdict for evaluation in evaluations for model in evaluation.models if model.name == name]


def _noisy_trend(n_bars: int, seed: int) -> pd.DataFrame:
    returns = np.random.default_rng(seed).normal(0.002, 0.002, n_bars - 1)
    return simulated.build_bars(returns, seed=seed)


@pytest.fixture(scope="module")
def random_walks() -> list[Evaluation]:
    return evaluations(partial(simulated.random_walk, 1200), SEEDS, EvaluationQuery())


@pytest.fixture(scope="module")
def autoregressions() -> list[Evaluation]:
    """Over 1,000 windows: over 250 the gain is the same, but only in two of three series is it beyond chance."""
    query = EvaluationQuery(models=["linear_regression"], windows=1000)
    return [_evaluation(simulated.autoregression(2500, seed, PHI), query) for seed in SEEDS[:30]]


@pytest.mark.parametrize("name", ["linear_regression", "ridge", "gradient_boosting", "drift", "persistence"])
def test_on_random_walks_nothing_has_skill(random_walks: list[Evaluation], name: ModelName) -> None:
    mean = _skills(random_walks, name).mean()
    assert -0.01 <= mean <= 0.01, f"{SEEDS}: {mean:.4f}"


def test_on_random_walks_the_moving_average_is_far_worse_than_persistence(random_walks: list[Evaluation]) -> None:
    """It errs two to three times as much, as the mean of 20 sessions lies far from the last close."""
    mean = _skills(random_walks, "moving_average").mean()
    assert -2.5 <= mean <= -1, f"{SEEDS}: {mean:.4f}"


@pytest.mark.parametrize("name", [name for name in MODEL_NAMES if name != "persistence"])
def test_on_random_walks_the_verdict_is_no_better(random_walks: list[Evaluation], name: ModelName) -> None:
    is_no_better = [verdict.startswith("No better than ") for verdict in _verdicts(random_walks, name)]
    is_better = [verdict.startswith("Better than ") for verdict in _verdicts(random_walks, name)]
    assert np.mean(is_no_better) >= 0.9, f"{SEEDS}: {np.mean(is_no_better)}"
    assert np.mean(is_better) <= 0.03, f"{SEEDS}: {np.mean(is_better)}"


def test_on_random_walks_persistence_is_the_best(random_walks: list[Evaluation]) -> None:
    is_persistence = [evaluation.best == "persistence" for evaluation in random_walks]
    assert np.mean(is_persistence) >= 0.9, f"{SEEDS}: {np.mean(is_persistence)}"
    assert not any(
        evaluation.verdict.startswith("Better than ") for evaluation in random_walks if evaluation.best == "persistence"
    )


def test_on_random_walks_p_values_are_small_no_more_often_than_by_chance(random_walks: list[Evaluation]) -> None:
    """P-values of drift, which is nearly persistence; the others err more, as they fit noise."""
    tests = [
        model.diebold_mariano for evaluation in random_walks for model in evaluation.models if model.name == "drift"
    ]
    share = np.mean([test is not None and test.p_value < 0.05 for test in tests])
    assert share <= 0.12, f"{SEEDS}: {share}"


def test_on_autoregressions_linear_regression_is_better(autoregressions: list[Evaluation]) -> None:
    skills = [evaluation.models[0].skill for evaluation in autoregressions]
    is_beyond_chance = [(skill.lower or 0) > 0 for skill in skills]
    assert np.mean(is_beyond_chance) >= 0.95, f"{SEEDS[:30]}: {np.mean(is_beyond_chance)}"
    for evaluation in autoregressions:  # the interval for the best of five is wider
        is_better = (evaluation.models[0].skill.lower_of_several or 0) > 0
        assert evaluation.best == ("linear_regression" if is_better else "persistence")
        assert evaluation.verdict.startswith("Linear regression: Better than ") is is_better


def test_on_autoregressions_it_gains_what_theory_says(autoregressions: list[Evaluation]) -> None:
    """Errors of a normal forecast are normal: their mean sizes are as their deviations, √(1 − φ²) to 1."""
    mean = _skills(autoregressions, "linear_regression").mean()
    assert mean == pytest.approx(1 - np.sqrt(1 - PHI**2), abs=0.03), f"{SEEDS[:30]}"


@pytest.mark.parametrize("horizon", [1, 5])
def test_on_a_trend_drift_wins(horizon: int) -> None:
    """Trained models find the same mean and err by rounding; among equals the simplest wins."""
    evaluation = _evaluation(simulated.trend(600), EvaluationQuery(horizon=horizon))
    maes = {model.name: model.metrics.mae for model in evaluation.models}
    assert evaluation.best == "drift"
    assert maes["drift"] <= min(maes.values()) + 1e-9
    assert _skills([evaluation], "drift")[0] == pytest.approx(1, abs=1e-9)


def test_on_a_trend_with_noise_drift_has_the_most_skill() -> None:
    """A mean return of one standard deviation: the error falls from 1.17 deviations to 0.80, by 0.32."""
    noisy = [_evaluation(_noisy_trend(800, seed), EvaluationQuery()) for seed in SEEDS[:20]]
    means = {name: _skills(noisy, name).mean() for name in MODEL_NAMES}
    assert max(means, key=lambda name: means[name]) == "drift", f"{SEEDS[:20]}: {means}"
    assert means["drift"] == pytest.approx(0.316, abs=0.03)
