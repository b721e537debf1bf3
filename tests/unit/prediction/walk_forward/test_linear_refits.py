"""Rolling least squares against scikit-learn's estimators, refitted at each window."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from sklearn.base import RegressorMixin
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from services.prediction.models.features import TRAINING_FEATURES, matrix
from services.prediction.models.targets import log_return_ahead
from services.prediction.models.training_set import TrainingSet, training_set
from services.prediction.types import Array
from services.prediction.walk_forward.linear_refits import LinearRefits
from services.prediction.walk_forward.windows import WindowKind, Windows, walk_forward_windows
from tests.support.data.bars import make_bars
from tests.support.prediction import simulated

KINDS: list[WindowKind] = ["expanding", "sliding"]
RIDGE_ALPHA = 1000.0
EVERY = 59  # windows; the loop would take minutes over all of them


def _ridge() -> RegressorMixin:
    return make_pipeline(StandardScaler(), Ridge(alpha=RIDGE_ALPHA))


def _without_jumps(features: Array, target: Array) -> TrainingSet:
    return TrainingSet(features, target, np.zeros(len(target), bool))


def _refit(make: Callable[[], RegressorMixin], features: Array, target: Array, windows: Windows, window: int) -> float:
    train = slice(windows.start[window], windows.stop[window])
    model = make().fit(features[train], target[train])
    return float(model.predict(features[windows.rows[window]][np.newaxis])[0])


def _max_deviation(
    make: Callable[[], RegressorMixin],
    predicted: Array,
    features: Array,
    target: Array,
    windows: Windows,
    first: int = 0,
) -> float:
    """Return the largest deviation of the predictions from those of a refitting loop."""
    checked = range(first, len(windows), EVERY)
    return max(abs(float(predicted[row]) - _refit(make, features, target, windows, row)) for row in checked)


def _max_deviation_of_both(features: Array, target: Array, windows: Windows) -> float:
    updated = LinearRefits(_without_jumps(features, target), windows)
    return max(
        _max_deviation(LinearRegression, updated.predict(0.0), features, target, windows),
        _max_deviation(_ridge, updated.predict(RIDGE_ALPHA), features, target, windows),
    )


def _arrays(bars: pd.DataFrame, horizon: int = 1) -> tuple[Array, Array]:
    history = simulated.history(bars)
    return matrix(history, TRAINING_FEATURES), log_return_ahead(history.close, horizon)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("horizon", [1, 5, 20])
def test_it_equals_scikit_learn_on_real_bars(horizon: int, kind: WindowKind) -> None:
    features, target = _arrays(simulated.sample_bars("AAPL"), horizon)
    assert _max_deviation_of_both(features, target, walk_forward_windows(len(target), horizon, 250, kind)) < 1e-8


@pytest.mark.parametrize(
    "bars",
    [
        simulated.sample_bars("FB"),
        simulated.random_walk(180, seed=1),
        simulated.heavy_tails(1200, seed=1),
        simulated.volatility_clusters(1200, seed=1),
        simulated.autoregression(1200, seed=1),
        simulated.trend(700),
        simulated.random_walk(700, seed=2).assign(volume=np.nan),
    ],
    ids=["FB", "few bars", "heavy tails", "clusters", "autoregression", "trend", "no volume"],
)
def test_it_equals_scikit_learn_on_other_bars(bars: pd.DataFrame) -> None:
    features, target = _arrays(bars, 2)
    assert _max_deviation_of_both(features, target, walk_forward_windows(len(target), 2, 250)) < 1e-8


@pytest.mark.parametrize("kind", KINDS)
def test_without_features_it_is_the_mean_of_the_past(kind: WindowKind) -> None:
    _, target = _arrays(simulated.random_walk(900, seed=1), 5)
    windows, none = walk_forward_windows(900, 5, 250, kind), np.empty((900, 0))
    predicted = LinearRefits(_without_jumps(none, target), windows).predict(0.0)
    assert _max_deviation(lambda: DummyRegressor(strategy="mean"), predicted, none, target, windows) < 1e-12


N_BARS = 1200
FEATURES, TARGET = _arrays(simulated.random_walk(N_BARS, seed=3))
RANDOM = np.random.default_rng(4)


def _changed(column: Array | float, first: int = 0, stop: int | None = None) -> Array:
    """Return the features with another sixth column from row `first` to `stop`."""
    features = FEATURES.copy()
    features[first:stop, 5] = column
    return features


ODD = {
    "constant zero": _changed(0.0),
    "constant": _changed(0.0198),
    "constant and large": _changed(1e6),
    "constant but for rounding": _changed(0.0198 + np.spacing(0.0198) * RANDOM.integers(-2, 3, N_BARS)),
    "a column twice": _changed(FEATURES[:, 6]),
    "a column twice in other units": _changed(100 * FEATURES[:, 6] + 3),
    "far from zero": _changed(FEATURES[:, 5] + 1e3),
    "constant at first": _changed(0.02, stop=900),
    "constant at first, then wild": _changed(np.where(np.arange(N_BARS) < 900, 0.02, 1e3 * FEATURES[:, 5])),
    "constant at last": _changed(0.03, first=700),
    "zero at last": _changed(0.0, first=700),
    "a thousand times as wild from the middle on": _changed(1e3 * FEATURES[700:, 5], first=700),
    "a thousandth as wild from the middle on": _changed(1e-3 * FEATURES[700:, 5], first=700),
    "units that differ ten thousandfold": FEATURES
    / np.nanstd(FEATURES, axis=0)
    * np.logspace(-2, 2, FEATURES.shape[1]),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("features", ODD.values(), ids=ODD.keys())
def test_odd_columns_change_nothing(features: Array, kind: WindowKind) -> None:
    close = np.exp(np.cumsum(np.concatenate([[0.0], TARGET[:-1]])))
    assert (
        _max_deviation_of_both(features, log_return_ahead(close, 20), walk_forward_windows(N_BARS, 20, 250, kind))
        < 1e-8
    )


def test_no_unit_is_too_large_or_too_small() -> None:
    """scikit-learn's least squares drops a column a millionth as wide as another; its ridge does not."""
    windows, units = walk_forward_windows(N_BARS, 1, 250), np.logspace(-9, 9, FEATURES.shape[1])
    scaled, plain = (
        LinearRefits(_without_jumps(features, TARGET), windows) for features in (FEATURES * units, FEATURES)
    )
    assert _max_deviation(_ridge, scaled.predict(RIDGE_ALPHA), FEATURES * units, TARGET, windows) < 1e-8
    np.testing.assert_allclose(scaled.predict(0.0), plain.predict(0.0), rtol=0, atol=1e-8)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("moving", [slice(0, 700), slice(700, 1200)], ids=["then not", "not before"])
def test_prices_that_move_for_a_time_only(moving: slice, kind: WindowKind) -> None:
    bars, prices = simulated.random_walk(N_BARS, seed=5), ["open", "high", "low", "close"]
    still = bars.index.difference(bars.index[moving])
    bars.loc[still, prices] = 100.0
    features, target = _arrays(bars)
    windows = walk_forward_windows(N_BARS, 1, 250, kind)
    updated = LinearRefits(_without_jumps(features, target), windows)
    assert _max_deviation(_ridge, updated.predict(RIDGE_ALPHA), features, target, windows) < 1e-8
    # Before, there are fewer rows that differ than columns, and many least squares that fit alike.
    assert _max_deviation(LinearRegression, updated.predict(0.0), features, target, windows, first=100) < 1e-8


@pytest.mark.parametrize("price", [1e-6, 5.0, 1e6])
def test_prices_that_never_move_are_predicted_to_stay(price: float) -> None:
    bars = make_bars([price] * 200).assign(high=price, low=price)
    features, target = _arrays(bars)
    updated = LinearRefits(_without_jumps(features, target), walk_forward_windows(200, 1, 250))
    assert set(updated.predict(0.0)) | set(updated.predict(RIDGE_ALPHA)) == {0.0}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n_jumps", [1, 12])
def test_it_learns_from_the_rows_without_a_jump_or_from_all_if_these_are_few(n_jumps: int, kind: WindowKind) -> None:
    bars, prices = simulated.random_walk(N_BARS, seed=6), ["open", "high", "low", "close"]
    for row in range(700, 700 + 21 * n_jumps, 21):
        bars.loc[row:, prices] /= 2
    learnt = training_set(simulated.history(bars), TRAINING_FEATURES, 5)
    windows = walk_forward_windows(N_BARS, 5, 250, kind)
    updated = LinearRefits(learnt, windows)
    for window in range(0, len(windows), EVERY):
        rows = learnt.select(int(windows.start[window]), int(windows.stop[window]))
        model = LinearRegression().fit(learnt.features[rows], learnt.target[rows])
        (expected,) = model.predict(learnt.features[windows.rows[[window]]])
        assert updated.predict(0.0)[window] == pytest.approx(expected, abs=1e-8)
