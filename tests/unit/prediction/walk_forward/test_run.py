"""Predictions of each window against a slow loop, and a check that no window uses later bars."""

import math
from dataclasses import dataclass, field
from functools import cache
from typing import Self

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import BaseEstimator, RegressorMixin

from services.prediction.models.features import matrix
from services.prediction.models.registry import MODELS, ModelSpec
from services.prediction.models.targets import log_return_ahead
from services.prediction.models.training_set import training_set
from services.prediction.models.volatility import Volatility
from services.prediction.types import Array
from services.prediction.walk_forward.run import Intervals, WalkForward, learning_rate, run_walk_forward
from services.prediction.walk_forward.windows import WindowKind, walk_forward_windows
from tests.support.prediction import simulated
from tests.support.prediction.winsorised import winsorised_target

SPECS = list(MODELS.values())
KINDS: list[WindowKind] = ["expanding", "sliding"]
TWO = [MODELS[name] for name in ("ridge", "moving_average")]


def _slow(
    bars: pd.DataFrame, spec: ModelSpec, horizon: int, kind: WindowKind, n_scored: int
) -> list[tuple[float, ...]]:
    """Compute prediction, lower and upper end of each scored window, from plain lists and refits."""
    history = simulated.history(bars)
    close, features = history.close.tolist(), matrix(history, spec.feature_names)
    volatilities = Volatility(history).ahead(horizon)  # has tests of its own
    rate = {1: 0.005, 5: 0.0008}[horizon]
    target, last_row = log_return_ahead(history.close, horizon), len(close) - 1 - horizon
    learnt = np.array(winsorised_target(close, horizon))
    n_windows = min(n_scored + 250, last_row - 79 - horizon + 1)
    predicted: list[float] = []
    half_widths: list[float] = []
    scores: list[float] = []
    ends: list[tuple[float, ...]] = []
    miscoverage = 0.1
    for window, row in enumerate(range(last_row - n_windows + 1, last_row + 1)):
        stop = row - horizon + 1
        train = slice(max(20, stop - 504) if kind == "sliding" else 20, stop)
        model = spec.make().fit(features[train], learnt[train])
        predicted.append(float(model.predict(features[[row]])[0]))
        volatility = float(volatilities[row])
        scores.append(abs(float(target[row]) - predicted[-1]) / volatility)
        last = window - horizon  # the window whose close has become known at this cutoff
        if last >= 0 and not math.isnan(half_widths[last]):
            miscoverage += rate * (0.1 - (scores[last] > half_widths[last]))
        half_widths.append(_slow_quantile(scores[: max(0, last + 1)][-250:], miscoverage))
        half_width = half_widths[-1] * volatility
        ends.append(tuple(close[row] * math.exp(predicted[-1] + sign * half_width) for sign in (0, -1, 1)))
    return ends[-n_scored:]


def _slow_quantile(scores: list[float], miscoverage: float) -> float:
    if len(scores) < 20:
        return math.nan
    rank = math.ceil(round((len(scores) + 1) * (1 - miscoverage), 9))
    return sorted(scores)[min(max(rank, 1), len(scores)) - 1]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("horizon", [1, 5])
@pytest.mark.parametrize("spec", TWO, ids=lambda spec: spec.name)
def test_it_equals_a_slow_loop(spec: ModelSpec, horizon: int, kind: WindowKind) -> None:
    bars = simulated.volatility_clusters(210, seed=1)
    run = run_walk_forward(simulated.history(bars), [spec], walk_forward_windows(210, horizon, 40, kind), [90])
    expected = np.array(_slow(bars, spec, horizon, kind, 40))
    arrays = np.column_stack([run.predicted[0], run.intervals[0].lower[0], run.intervals[0].upper[0]])
    np.testing.assert_allclose(arrays, expected, rtol=0, atol=1e-8)


@pytest.mark.parametrize("horizon", [1, 5, 20])
def test_the_sessions_are_those_of_the_windows(horizon: int) -> None:
    bars = simulated.random_walk(300, seed=1)
    windows = walk_forward_windows(300, horizon, 50)
    run = run_walk_forward(simulated.history(bars), [MODELS["persistence"]], windows, [90])
    close = bars["close"].tolist()
    assert run.actual.tolist() == close[-50:]
    assert run.last_close.tolist() == run.predicted[0].tolist() == close[-50 - horizon : -horizon]


def test_a_close_on_either_end_is_inside() -> None:
    ones = np.array([[1.0, 1, 1, 1]])
    intervals = Intervals(90, ones, ones * 2, ones[0], ones[0], ones[:, 0])
    run = WalkForward(ones[0], np.array([0.9, 1.0, 2.0, 2.1]), ones, (intervals,), seconds=np.zeros(1))
    assert run.is_inside(intervals).tolist() == [[False, True, True, False]]


@pytest.mark.parametrize(("horizon", "rate"), [(1, 0.005), (2, 0.005), (5, 0.0008), (20, 0.00005)])
def test_further_ahead_intervals_follow_their_misses_more_slowly(horizon: int, rate: float) -> None:
    assert learning_rate(horizon) == pytest.approx(rate, rel=1e-12)


def test_each_level_has_intervals_as_if_it_were_the_only_one() -> None:
    history, windows = simulated.history(BARS), walk_forward_windows(N_BARS, 5, 100)
    together = run_walk_forward(history, TWO, windows, [50, 95]).intervals
    for intervals in together:
        (alone,) = run_walk_forward(history, TWO, windows, [intervals.level]).intervals
        np.testing.assert_array_equal(alone.upper, intervals.upper)
        np.testing.assert_array_equal(alone.next_half_width, intervals.next_half_width)
    assert [intervals.level for intervals in together] == [50, 95]


def test_most_closes_lie_inside_as_one_counts() -> None:
    run = run_walk_forward(
        simulated.history(simulated.heavy_tails(800, seed=1)), SPECS, walk_forward_windows(800, 5, 250), [80]
    )
    for model in range(len(SPECS)):
        rows = zip(run.intervals[0].lower[model], run.actual, run.intervals[0].upper[model], strict=True)
        n_inside = sum(bool(lower <= actual <= upper) for lower, actual, upper in rows)
        assert run.score_intervals(run.intervals[0], model).coverage == n_inside / 250
        assert 175 < n_inside < 225


N_BARS = 300
BARS = simulated.volatility_clusters(N_BARS, seed=2)


def _run(bars: pd.DataFrame, horizon: int, kind: WindowKind) -> WalkForward:
    return run_walk_forward(simulated.history(bars), SPECS, walk_forward_windows(N_BARS, horizon, 150, kind), [90])


@cache
def _before(horizon: int, kind: WindowKind) -> WalkForward:
    return _run(BARS, horizon, kind)


def _later(bars: pd.DataFrame, first: int, change: str) -> pd.DataFrame:
    """Return the bars with all of them from row `first` on changed."""
    bars = bars.copy()
    prices = ["open", "high", "low", "close", "volume"]
    if change == "tenfold":
        bars.loc[first:, prices] *= 10
    else:
        bars.loc[first:, prices] = np.exp(np.random.default_rng(first).normal(3, 2, (len(bars) - first, 5)))
    return bars


@pytest.mark.parametrize("change", ["tenfold", "random prices"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("horizon", [1, 5])
@settings(max_examples=4, deadline=None)
@given(data=st.data())
def test_bars_after_a_cutoff_change_no_bit_of_its_prediction(
    horizon: int, kind: WindowKind, change: str, data: st.DataObject
) -> None:
    windows = walk_forward_windows(N_BARS, horizon, 150, kind)
    last = data.draw(st.integers(0, len(windows.scored_rows) - 1), "the last unchanged window")
    before = _before(horizon, kind)
    after = _run(_later(BARS, int(windows.scored_rows[last]) + 1, change), horizon, kind)
    for name in ("predicted", "last_close"):
        unchanged = [getattr(run, name)[..., : last + 1] for run in (before, after)]
        assert unchanged[0].tobytes() == unchanged[1].tobytes(), name
    for name in ("lower", "upper", "plain_lower", "plain_upper"):
        unchanged = [getattr(run.intervals[0], name)[..., : last + 1] for run in (before, after)]
        assert unchanged[0].tobytes() == unchanged[1].tobytes(), name


@pytest.mark.parametrize("horizon", [1, 5])
def test_prices_that_stood_still_and_then_jump_give_finite_numbers(horizon: int) -> None:
    """After a calm the first move has a huge score, which widens the next intervals accordingly."""
    bars = BARS.copy()
    bars.loc[:150, ["open", "high", "low", "close"]] = 1e6
    run = run_walk_forward(simulated.history(bars), SPECS, walk_forward_windows(N_BARS, horizon, 150), [99])
    (intervals,) = run.intervals
    for array in (run.predicted, intervals.lower, intervals.upper, intervals.next_half_width):
        assert np.isfinite(array).all()


@dataclass
class Fits:
    """The rows and targets that an estimator was fitted on, and the rows that it predicted."""

    trained: list[tuple[Array, Array]] = field(default_factory=list)
    predicted_rows: list[Array] = field(default_factory=list)


class Recording(RegressorMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    def __init__(self, fits: Fits) -> None:
        self.fits = fits

    def fit(self, features: Array, target: Array) -> Self:
        self.fits.trained.append((features, target))
        return self

    def predict(self, features: Array) -> Array:
        self.fits.predicted_rows.append(features)
        return np.zeros(len(features))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("horizon", [1, 5])
@pytest.mark.parametrize("refit_every", [7, 125])
def test_a_costly_model_is_refitted_at_every_kth_window_on_rows_known_then(
    refit_every: int, horizon: int, kind: WindowKind
) -> None:
    fits = Fits()
    spec = ModelSpec(
        "gradient_boosting", "model", "Records.", lambda: Recording(fits), ("log_range",), refit_every=refit_every
    )
    history, windows = simulated.history(BARS), walk_forward_windows(N_BARS, horizon, 100, kind)
    learnt = training_set(history, ("log_range",), horizon)
    ranges, target = learnt.features, learnt.target
    run_walk_forward(history, [spec], windows, [90])
    assert len(fits.trained) == math.ceil(len(windows) / refit_every)
    assert np.concatenate(fits.predicted_rows).tolist() == ranges[windows.rows].tolist()
    for fit, (features, trained) in enumerate(fits.trained):
        first = windows.rows[fit * refit_every]
        assert features.tolist() == ranges[20 : first - horizon + 1].tolist()
        assert trained.tolist() == target[20 : first - horizon + 1].tolist()
