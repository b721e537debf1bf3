"""Explanations compared with the models' predictions, and with features that are shuffled by hand."""

from collections.abc import Callable
from dataclasses import replace
from typing import Self

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, RegressorMixin

from services.prediction.forecasting.explanation import explain
from services.prediction.inputs.history import History
from services.prediction.models import features
from services.prediction.models.registry import MODELS
from services.prediction.types import Array
from services.prediction.walk_forward.windows import bars_needed
from shared.schemas.forecasts import MODEL_NAMES, Explanation, ModelName
from tests.support.prediction import simulated
from tests.support.prediction.winsorised import winsorised_target

LINEAR: list[ModelName] = ["linear_regression", "ridge"]
LEARNT: list[ModelName] = [*LINEAR, "gradient_boosting"]


def rows_of(history: History, name: ModelName, horizon: int) -> tuple[Array, Array]:
    """Return the features and the targets of every session whose target is known."""
    target = np.array(winsorised_target(history.close.tolist(), horizon))[20:]
    return features.matrix(history, MODELS[name].feature_names)[20:-horizon], target


def fitted(history: History, name: ModelName, horizon: int) -> RegressorMixin:
    return MODELS[name].make().fit(*rows_of(history, name, horizon))


def explain_fitted(history: History, name: ModelName, horizon: int) -> Explanation:
    return explain(MODELS[name], fitted(history, name, horizon), history, horizon)


@pytest.fixture(scope="module")
def autoregression() -> History:
    return simulated.history(simulated.autoregression(1200, 11))


@pytest.mark.parametrize("name", LINEAR)
def test_coefficients_times_features_and_the_intercept_are_the_prediction(
    name: ModelName, autoregression: History
) -> None:
    model = fitted(autoregression, name, 5)
    matrix, _ = rows_of(autoregression, name, 5)
    explanation = explain_fitted(autoregression, name, 5)
    by_name = {importance.feature: importance.coefficient for importance in explanation.importances}
    coefficients = np.array([by_name[feature] for feature in MODELS[name].feature_names], dtype=float)
    intercept = model.predict(np.zeros((1, matrix.shape[1])))
    np.testing.assert_allclose(matrix @ coefficients + intercept, model.predict(matrix), rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", LINEAR)
def test_a_value_is_what_one_standard_deviation_does_to_the_close(name: ModelName, autoregression: History) -> None:
    model = fitted(autoregression, name, 5)
    matrix, _ = rows_of(autoregression, name, 5)
    explanation = explain_fitted(autoregression, name, 5)
    assert explanation.method == "coefficients"
    for importance in explanation.importances:
        column = MODELS[name].feature_names.index(importance.feature)
        moved = matrix[-1:].copy()
        moved[0, column] += matrix[:, column].std()
        closes = 100 * np.exp(model.predict(np.vstack([matrix[-1:], moved])))
        assert importance.value == pytest.approx(100 * (closes[1] / closes[0] - 1), abs=1e-10)
    sizes = [abs(importance.value) for importance in explanation.importances]
    assert sizes == sorted(sizes, reverse=True)
    assert {importance.feature for importance in explanation.importances} == set(MODELS[name].feature_names)


@pytest.mark.parametrize("name", LEARNT)
def test_the_last_return_leads_where_each_return_follows_the_one_before(
    name: ModelName, autoregression: History
) -> None:
    explanation = explain_fitted(autoregression, name, 1)
    assert explanation.importances[0].feature == "log_return_lag_1"
    assert explanation.importances[0].value > 0.1
    assert abs(explanation.importances[1].value) < explanation.importances[0].value / 3


def test_the_coefficient_is_the_one_that_the_simulation_has(autoregression: History) -> None:
    lead = explain_fitted(autoregression, "linear_regression", 1).importances[0]
    assert lead.coefficient == pytest.approx(0.4, abs=0.1)
    assert lead.value == pytest.approx(100 * np.expm1(0.4 * simulated.VOLATILITY), rel=0.25)


def test_permutation_importance_is_what_shuffling_by_hand_gives(autoregression: History) -> None:
    explanation = explain_fitted(autoregression, "gradient_boosting", 3)
    assert explanation.method == "permutation_importance"
    matrix, target = rows_of(autoregression, "gradient_boosting", 3)
    train, tested = slice(None, len(target) - 250 - 3 + 1), slice(len(target) - 250, None)
    model = MODELS["gradient_boosting"].make().fit(matrix[train], target[train])
    error = np.abs(target[tested] - model.predict(matrix[tested])).mean()
    random = np.random.default_rng(1)
    for importance in explanation.importances:
        column = MODELS["gradient_boosting"].feature_names.index(importance.feature)
        rises = []
        for _ in range(20):
            shuffled = matrix[tested].copy()
            random.shuffle(shuffled[:, column])
            rises.append(100 * (np.abs(target[tested] - model.predict(shuffled)).mean() - error))
        noise = np.std(rises) * np.sqrt(1 / 5 + 1 / 20)
        assert importance.value == pytest.approx(np.mean(rises), abs=4 * noise + 1e-12)
        assert importance.coefficient is None
    values = [importance.value for importance in explanation.importances]
    assert values == sorted(values, reverse=True)
    assert "the last 250 sessions whose close 3 sessions ahead is known" in explanation.detail


class Recorder(RegressorMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Records the rows that it was fitted on and that it predicted."""

    seen: list[tuple[Array, Array]]
    asked: list[Array]

    def fit(self, matrix: Array, target: Array) -> Self:
        Recorder.seen, Recorder.asked = [(matrix, target)], []
        return self

    def predict(self, matrix: Array) -> Array:
        Recorder.asked.append(matrix.copy())
        return np.zeros(len(matrix))


@pytest.mark.parametrize(
    ("n_bars", "horizon", "n_tested"), [(600, 1, 250), (600, 20, 250), (121, 1, 50), (179, 20, 69)]
)
def test_what_is_shuffled_was_not_known_when_the_model_was_fitted(n_bars: int, horizon: int, n_tested: int) -> None:
    history = simulated.history(simulated.random_walk(n_bars, 5))
    spec = replace(MODELS["gradient_boosting"], make=Recorder)
    explain(spec, Recorder(), history, horizon)
    matrix, target = rows_of(history, "gradient_boosting", horizon)
    ((seen, known),) = Recorder.seen
    n_train = len(target) - n_tested - horizon + 1
    np.testing.assert_array_equal(seen, matrix[:n_train])
    np.testing.assert_array_equal(known, target[:n_train])
    np.testing.assert_array_equal(Recorder.asked[0], matrix[-n_tested:])
    assert len(Recorder.asked) == 1 + 5 * matrix.shape[1]


def test_the_moving_average_is_explained_by_its_one_feature(autoregression: History) -> None:
    explanation = explain_fitted(autoregression, "moving_average", 5)
    assert [importance.feature for importance in explanation.importances] == ["distance_to_mean"]
    assert explanation.method == "permutation_importance"


def test_models_without_features_say_so(autoregression: History) -> None:
    trend = simulated.history(simulated.trend(300, log_return=0.002))
    fall = simulated.history(simulated.trend(300, log_return=-0.001))
    persistence = explain_fitted(autoregression, "persistence", 5)
    assert (persistence.method, persistence.importances) == ("none", [])
    assert persistence.detail == "It uses no features: it predicts no change."
    assert explain_fitted(trend, "drift", 5).detail == (
        "It uses no features: it adds the mean past log return over 5 sessions, 1.000 %."
    )
    still = simulated.history(simulated.trend(300, log_return=-1e-9))
    assert explain_fitted(still, "drift", 1).detail.endswith("over 1 session, 0.000 %.")
    assert explain_fitted(fall, "drift", 1).detail == (
        "It uses no features: it adds the mean past log return over 1 session, −0.100 %."
    )


def constant(bars: pd.DataFrame, close: float) -> pd.DataFrame:
    return bars.assign(open=close, high=close, low=close, close=close, adj_close=close, volume=1000.0)


@pytest.mark.parametrize("name", LEARNT)
def test_a_feature_that_does_not_vary_has_no_effect(name: ModelName, autoregression: History) -> None:
    still = replace(autoregression, volume=np.full(len(autoregression), np.nan))
    by_name = {importance.feature: importance for importance in explain_fitted(still, name, 1).importances}
    assert by_name["volume_change"].value == 0
    assert by_name["volume_change"].coefficient == (None if name == "gradient_boosting" else 0)
    assert by_name["log_return_lag_1"].value > 0.1


def wild() -> pd.DataFrame:
    """Build erratic closes and a gap that nearly equals the return: least squares finds huge coefficients."""
    random = np.random.default_rng(1)
    bars = simulated.build_bars(np.diff(random.normal(0, 10, 300)), seed=1)
    return bars.assign(open=bars["close"] * np.exp(random.normal(0, 1e-4, 300)))


ODD: dict[str, Callable[[], pd.DataFrame]] = {
    "constant": lambda: constant(simulated.random_walk(300, 1), 100.0),
    "constant_and_tiny": lambda: constant(simulated.random_walk(300, 1), 1e-6),
    "constant_and_few": lambda: constant(simulated.random_walk(122, 1), 1e6),
    "trend": lambda: simulated.trend(300),
    "tiny": lambda: simulated.build_bars(np.random.default_rng(1).normal(0, 0.01, 299), seed=1, first_close=1e-6),
    "huge": lambda: simulated.build_bars(np.random.default_rng(1).normal(0, 0.01, 299), seed=1, first_close=1e6),
    "split": lambda: simulated.build_bars(np.where(np.arange(299) == 150, -np.log(7), 0.001), seed=1),
    "wild": wild,
    "few": lambda: simulated.random_walk(122, 1),
}


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("name", MODEL_NAMES)
def test_odd_bars_are_explained_in_finite_numbers_and_the_same_bytes(name: ModelName, kind: str) -> None:
    history = simulated.history(ODD[kind]())
    horizon = 1 if len(history) < bars_needed(20) else 20
    first, second = (explain_fitted(history, name, horizon).model_dump_json() for _ in range(2))
    assert first == second
    assert "NaN" not in first
    assert "Infinity" not in first
    assert "-0.0," not in first
    assert "-0.0}" not in first


@pytest.mark.parametrize("name", LEARNT)
def test_constant_prices_are_explained_by_nothing(name: ModelName) -> None:
    history = simulated.history(ODD["constant"]())
    assert {importance.value for importance in explain_fitted(history, name, 5).importances} == {0.0}
