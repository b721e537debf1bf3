"""What models learn from: winsorised targets, no jumps, and the same bytes whatever the processor rounds."""

import numpy as np
import pandas as pd
import pytest

from services.prediction.models.features import FEATURES, LOOKBACK, TRAINING_FEATURES, matrix, round_off
from services.prediction.models.registry import MODELS
from services.prediction.models.training_set import MIN_TRAIN, training_set
from services.prediction.models.winsorising import moves_of
from services.prediction.types import Array
from tests.support.prediction import simulated
from tests.support.prediction.winsorised import winsorised_target

PRICES = ["open", "high", "low", "close"]
LEARNING = ["linear_regression", "ridge", "gradient_boosting", "drift"]


@pytest.mark.parametrize("horizon", [1, 5, 20])
@pytest.mark.parametrize("symbol", ["AAPL", "FB"])
def test_the_target_is_the_sum_of_winsorised_returns(symbol: str, horizon: int) -> None:
    bars = simulated.sample_bars(symbol)
    target = training_set(simulated.history(bars), (), horizon).target
    np.testing.assert_allclose(
        target[:-horizon], winsorised_target(bars["close"].tolist(), horizon), rtol=0, atol=1e-10
    )
    assert np.isnan(target[-horizon:]).all()


def test_the_features_are_those_of_the_matrix() -> None:
    history = simulated.history(simulated.random_walk(100, seed=1))
    found = training_set(history, TRAINING_FEATURES, 1).features
    assert found.tobytes() == matrix(history, TRAINING_FEATURES).tobytes()


def _split(row: int, ratio: float = 2.0) -> pd.DataFrame:
    bars = simulated.random_walk(300, seed=1)
    bars.loc[row:, PRICES] /= ratio
    return bars


@pytest.mark.parametrize("horizon", [1, 5, 20])
def test_rows_whose_features_or_target_span_a_jump_are_left_out(horizon: int) -> None:
    history = simulated.history(_split(150))
    learnt, drift = (training_set(history, names, horizon) for names in (TRAINING_FEATURES, ()))
    # The target of row 149 spans the jump into 150; the return over it is in the features of rows 150 to 169.
    assert np.flatnonzero(learnt.spans_jump).tolist() == list(range(150 - horizon, 170))
    assert np.flatnonzero(drift.spans_jump).tolist() == list(range(150 - horizon, 150))
    assert learnt.select(100, 200).tolist() == [*range(100, 150 - horizon), *range(170, 200)]


def test_a_real_crash_is_learnt_from() -> None:
    assert not training_set(simulated.history(_split(150, ratio=1.25)), TRAINING_FEATURES, 5).spans_jump.any()


def test_where_too_few_rows_have_no_jump_all_are_learnt_from() -> None:
    bars = simulated.random_walk(300, seed=1)
    for row in range(20, 300, 20):
        bars.loc[row:, PRICES] *= 3
    learnt = training_set(simulated.history(bars), TRAINING_FEATURES, 1)
    assert learnt.select(20, 20 + MIN_TRAIN).tolist() == list(range(20, 20 + MIN_TRAIN))


def test_a_jump_over_a_gap_is_left_out_and_an_ordinary_move_over_one_is_not() -> None:
    bars = simulated.random_walk(300, seed=1)
    later = bars["session"] + pd.Timedelta(days=90)
    bars = bars.assign(session=bars["session"].where(bars.index < 150, later))
    assert not training_set(simulated.history(bars), (), 1).spans_jump.any()
    bars.loc[150:, PRICES] *= 1.7
    assert np.flatnonzero(training_set(simulated.history(bars), (), 1).spans_jump).tolist() == [149]


def _disturb(values: Array, seed: int) -> Array:
    """Return the numbers off by some 1e-14 of themselves; on other processors they are off by a hundredth of that."""
    return values * (1 + 1e-14 * np.random.default_rng(seed).uniform(-1, 1, values.shape))


@pytest.mark.parametrize("seed", range(5))
def test_what_is_learnt_has_the_same_bytes_on_a_processor_that_rounds_otherwise(seed: int) -> None:
    history = simulated.history(simulated.volatility_clusters(600, seed=seed))
    learnt = training_set(history, TRAINING_FEATURES, 5)
    exact = np.column_stack([FEATURES[name].compute(history) for name in TRAINING_FEATURES])
    returns = moves_of(history).returns[1:]
    target = np.convolve(_disturb(returns, seed), np.ones(5), "valid")  # sums in another order, too
    assert round_off(_disturb(exact, seed)).tobytes() == learnt.features.tobytes()
    assert round_off(target).tobytes() == learnt.target[:-5].tobytes()


@pytest.mark.parametrize("seed", range(5))
def test_trees_predict_the_same_bytes_from_what_another_processor_computes(seed: int) -> None:
    history = simulated.history(simulated.volatility_clusters(600, seed=seed))
    learnt = training_set(history, TRAINING_FEATURES, 1)
    rows = learnt.select(LOOKBACK, 599)

    def predict(features: Array, target: Array) -> bytes:
        return bytes(MODELS["gradient_boosting"].make().fit(features[rows], target[rows]).predict(features[rows]))

    features, target = (round_off(_disturb(values, seed)) for values in (learnt.features, learnt.target))
    assert predict(features, target) == predict(learnt.features, learnt.target)


def test_one_wrong_price_changes_no_forecast_by_more_than_the_closes_move() -> None:
    """A close of a hundred times gave the linear model a skill of minus two million."""
    bars = simulated.random_walk(600, seed=3)
    bars.loc[400, ["close", "high"]] *= 100
    history = simulated.history(bars)
    for name in LEARNING:
        spec = MODELS[name]  # type: ignore[index]  # a model name
        learnt = training_set(history, spec.feature_names, 1)
        rows = learnt.select(LOOKBACK, 599)
        predicted = spec.make().fit(learnt.features[rows], learnt.target[rows]).predict(learnt.features[LOOKBACK:])
        assert np.abs(predicted).max() < 2 * simulated.VOLATILITY, name
