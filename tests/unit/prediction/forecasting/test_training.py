"""Models that are fitted with their track record, or taken from a store."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import RegressorMixin
from sklearn.linear_model import LinearRegression

from services.prediction.forecasting.fitted_model import FittedModel, ModelKey, ModelStore
from services.prediction.forecasting.model_store import SkopsModelStore
from services.prediction.forecasting.training import fit, fit_or_load
from services.prediction.inputs.history import History
from services.prediction.models import features
from services.prediction.models.registry import MODELS, ModelSpec
from shared.schemas.forecasts import MODEL_NAMES, ModelName
from tests.support.prediction import simulated
from tests.support.prediction.winsorised import winsorised_target


class CountingStore:
    """A ModelStore in memory that counts."""

    def __init__(self) -> None:
        self.kept: dict[str, FittedModel] = {}
        self.n_found = self.n_put = 0

    def get(self, key: ModelKey) -> FittedModel | None:
        model = self.kept.get(key.model_dump_json())
        self.n_found += model is not None
        return model

    def put(self, key: ModelKey, model: FittedModel) -> None:
        self.n_put += 1
        self.kept[key.model_dump_json()] = model


def _never() -> RegressorMixin:
    raise AssertionError("it was fitted anew")


def _one(
    history: History, spec: ModelSpec, horizon: int, levels: list[int], *, adjusted: bool, store: ModelStore | None
) -> FittedModel:
    return fit_or_load(history, [spec], horizon, levels, adjusted=adjusted, store=store)[spec.name]


@pytest.fixture(scope="module")
def history() -> History:
    return simulated.history(simulated.random_walk(200, 3))


def test_a_second_call_takes_the_model_from_the_store_and_fits_nothing(history: History) -> None:
    store, spec = CountingStore(), MODELS["gradient_boosting"]
    first = _one(history, spec, 2, [90], adjusted=False, store=store)
    assert (store.n_found, store.n_put) == (0, 1)
    assert _one(history, replace(spec, make=_never), 2, [90], adjusted=False, store=store) is first
    assert (store.n_found, store.n_put) == (1, 1)


def test_without_a_store_it_is_fitted_each_time(history: History) -> None:
    with pytest.raises(AssertionError, match="fitted anew"):
        _one(history, replace(MODELS["gradient_boosting"], make=_never), 2, [90], adjusted=False, store=None)


@pytest.mark.parametrize("name", MODEL_NAMES)
def test_a_stored_model_equals_one_that_is_fitted_anew(name: ModelName, history: History, tmp_path: Path) -> None:
    store, spec = SkopsModelStore(tmp_path), MODELS[name]
    fresh = _one(history, spec, 2, [90], adjusted=False, store=None)
    _one(history, spec, 2, [90], adjusted=False, store=store)
    stored = _one(history, replace(spec, make=_never), 2, [90], adjusted=False, store=store)
    assert stored.track_record == fresh.track_record
    rows = features.matrix(history, spec.feature_names)[features.LOOKBACK :]
    assert stored.estimator.predict(rows).tobytes() == fresh.estimator.predict(rows).tobytes()


def test_another_question_is_fitted_anew(history: History) -> None:
    store, drift = CountingStore(), MODELS["drift"]
    _one(history, drift, 2, [90], adjusted=False, store=store)
    _one(history, drift, 3, [90], adjusted=False, store=store)
    _one(history, drift, 2, [95], adjusted=False, store=store)
    _one(history, drift, 2, [90, 95], adjusted=False, store=store)
    _one(history, drift, 2, [90], adjusted=True, store=store)
    _one(history, MODELS["persistence"], 2, [90], adjusted=False, store=store)
    _one(history, replace(drift, parameters={"strategy": "median"}), 2, [90], adjusted=False, store=store)
    _one(replace(history, revision="another"), drift, 2, [90], adjusted=False, store=store)
    _one(replace(history, symbol="MSFT"), drift, 2, [90], adjusted=False, store=store)
    assert (store.n_found, store.n_put) == (0, 9)


def test_models_fitted_together_equal_those_fitted_alone_and_only_missing_ones_are_fitted(history: History) -> None:
    store, specs = CountingStore(), [MODELS[name] for name in ("ridge", "drift", "moving_average")]
    drift = _one(history, MODELS["drift"], 2, [90], adjusted=False, store=store)
    together = fit_or_load(history, specs, 2, [90], adjusted=False, store=store)
    assert list(together) == ["ridge", "drift", "moving_average"]
    assert together["drift"] is drift
    assert (store.n_found, store.n_put) == (1, 3)
    for spec in specs:
        alone = _one(history, spec, 2, [90], adjusted=False, store=None)
        assert alone.track_record == together[spec.name].track_record


def test_it_is_fitted_on_every_row_whose_target_is_known_and_on_no_other(history: History) -> None:
    estimator = fit(history, [MODELS["linear_regression"]], 5, [90])["linear_regression"].estimator
    matrix = features.matrix(history, MODELS["linear_regression"].feature_names)
    target = winsorised_target(history.close.tolist(), 5)[20:]
    by_hand = LinearRegression().fit(matrix[20 : 200 - 5], target)
    np.testing.assert_allclose(estimator.coef_, by_hand.coef_, rtol=1e-9)


def test_it_is_not_fitted_on_the_rows_around_a_jump(history: History) -> None:
    """A split in the prices: the five rows before it by their target, the twenty after it by their features."""
    prices = {name: getattr(history, name).copy() for name in ("open", "high", "low", "close")}
    for values in prices.values():
        values[120:] /= 2
    split = replace(history, **prices)
    estimator = fit(split, [MODELS["linear_regression"]], 5, [90])["linear_regression"].estimator
    rows = [*range(20, 115), *range(140, 195)]
    target = np.array(winsorised_target(split.close.tolist(), 5))
    by_hand = LinearRegression().fit(
        features.matrix(split, MODELS["linear_regression"].feature_names)[rows], target[rows]
    )
    np.testing.assert_allclose(estimator.coef_, by_hand.coef_, rtol=1e-9)


def test_the_record_is_that_of_a_loop_that_fits_at_each_session(history: History) -> None:
    horizon = 3
    record = fit(history, [MODELS["linear_regression"]], horizon, [90])["linear_regression"].track_record
    matrix = features.matrix(history, MODELS["linear_regression"].feature_names)
    close, target = history.close, np.array(winsorised_target(history.close.tolist(), horizon))
    errors, persistence_errors = [], []
    for row in range(200 - horizon - record.windows, 200 - horizon):
        train_rows = np.arange(20, row - horizon + 1)
        model = LinearRegression().fit(matrix[train_rows], target[train_rows])
        predicted = close[row] * np.exp(model.predict(matrix[row : row + 1])[0])
        errors.append(abs(predicted - close[row + horizon]))
        persistence_errors.append(abs(close[row] - close[row + horizon]))
    assert record.windows >= 20
    assert record.mae == pytest.approx(np.mean(errors), rel=1e-9)
    assert record.persistence_mae == pytest.approx(np.mean(persistence_errors), rel=1e-12)
    assert record.skill.skill == pytest.approx(1 - np.mean(errors) / np.mean(persistence_errors), rel=1e-9)
    assert 0 <= record.levels[0].coverage <= 1
