"""What the models said of each window against a slow loop, and that nothing of a window knows what came later."""

import math
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
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
from services.prediction.types import Array
from services.prediction.walk_forward.run import Walk, walk
from services.prediction.walk_forward.windows import Kind, plan
from tests.support.prediction import simulated

SPECS = list(MODELS.values())
KINDS: list[Kind] = ["expanding", "sliding"]
TWO = [MODELS[name] for name in ("ridge", "moving_average")]


def _slow(bars: pd.DataFrame, spec: ModelSpec, horizon: int, kind: Kind, n_scored: int) -> list[tuple[float, ...]]:
    """Return what the model said, lower and upper of each scored window, from plain lists and refits."""
    known = simulated.history(bars)
    close, features = known.close.tolist(), matrix(known, spec.feature_names)
    target, last_row = log_return_ahead(known.close, horizon), len(close) - 1 - horizon
    n_windows = min(n_scored + 250, last_row - 79 - horizon + 1)
    said: list[float] = []
    reach: list[float] = []
    scores: list[float] = []
    found: list[tuple[float, ...]] = []
    outside = 0.1
    for window, row in enumerate(range(last_row - n_windows + 1, last_row + 1)):
        stop = row - horizon + 1
        train = slice(max(20, stop - 504) if kind == "sliding" else 20, stop)
        model = spec.make().fit(features[train], target[train])
        said.append(float(model.predict(features[[row]])[0]))
        volatility = _slow_volatility(close[: row + 1]) * math.sqrt(horizon)
        scores.append(abs(float(target[row]) - said[-1]) / volatility)
        arrived = window - horizon  # the window whose close has come at this cutoff
        if arrived >= 0 and not math.isnan(reach[arrived]):
            outside += 0.02 * (0.1 - (scores[arrived] > reach[arrived]))
        reach.append(_slow_quantile(scores[: max(0, arrived + 1)][-250:], outside))
        half = reach[-1] * volatility
        found.append(tuple(close[row] * math.exp(said[-1] + way * half) for way in (0, -1, 1)))
    return found[-n_scored:]


def _slow_quantile(scores: list[float], outside: float) -> float:
    if len(scores) < 20:
        return math.nan
    rank = math.ceil(round((len(scores) + 1) * (1 - outside), 9))
    return sorted(scores)[min(max(rank, 1), len(scores)) - 1]


def _slow_volatility(close: list[float]) -> float:
    squares = [math.log(after / before) ** 2 for before, after in pairwise(close)]
    variance = sum(squares[:20]) / 20
    for square in squares[20:]:
        variance = 0.94 * variance + 0.06 * square
    return math.sqrt(variance)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("horizon", [1, 5])
@pytest.mark.parametrize("spec", TWO, ids=lambda spec: spec.name)
def test_it_equals_a_slow_loop(spec: ModelSpec, horizon: int, kind: Kind) -> None:
    bars = simulated.volatility_clusters(210, seed=1)
    found = walk(simulated.history(bars), [spec], plan(210, horizon, 40, kind), 90)
    expected = np.array(_slow(bars, spec, horizon, kind, 40))
    arrays = np.column_stack([found.predicted[0], found.lower[0], found.upper[0]])
    np.testing.assert_allclose(arrays, expected, rtol=0, atol=1e-8)


@pytest.mark.parametrize("horizon", [1, 5, 20])
def test_the_sessions_are_those_of_the_windows(horizon: int) -> None:
    bars = simulated.random_walk(300, seed=1)
    found = walk(simulated.history(bars), [MODELS["persistence"]], plan(300, horizon, 50), 90)
    close = bars["close"].tolist()
    assert found.actual.tolist() == close[-50:]
    assert found.last_close.tolist() == found.predicted[0].tolist() == close[-50 - horizon : -horizon]


def test_a_close_on_either_end_is_inside() -> None:
    one = np.array([[1.0, 1, 1, 1]])
    found = Walk(one[0], np.array([0.9, 1.0, 2.0, 2.1]), one, one, one * 2, one[:, 0])
    assert found.is_inside.tolist() == [[False, True, True, False]]


def test_most_closes_lie_inside_as_one_counts() -> None:
    found = walk(simulated.history(simulated.heavy_tails(800, seed=1)), SPECS, plan(800, 5, 250), 80)
    for model in range(len(SPECS)):
        rows = zip(found.lower[model], found.actual, found.upper[model], strict=True)
        n_inside = sum(bool(lower <= actual <= upper) for lower, actual, upper in rows)
        assert int(found.is_inside[model].sum()) == n_inside
        assert 175 < n_inside < 225


N_BARS = 300
BARS = simulated.volatility_clusters(N_BARS, seed=2)


def _walked(bars: pd.DataFrame, horizon: int, kind: Kind) -> Walk:
    return walk(simulated.history(bars), SPECS, plan(N_BARS, horizon, 150, kind), 90)


@cache
def _before(horizon: int, kind: Kind) -> Walk:
    return _walked(BARS, horizon, kind)


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
def test_what_comes_after_a_cutoff_changes_no_bit_of_what_was_said(
    horizon: int, kind: Kind, change: str, data: st.DataObject
) -> None:
    windows = plan(N_BARS, horizon, 150, kind)
    last = data.draw(st.integers(0, len(windows.scored) - 1), "the last window that is to stay")
    before = _before(horizon, kind)
    after = _walked(_later(BARS, int(windows.scored[last]) + 1, change), horizon, kind)
    for name in ("predicted", "lower", "upper", "last_close"):
        kept = [getattr(found, name)[..., : last + 1] for found in (before, after)]
        assert kept[0].tobytes() == kept[1].tobytes(), name


@pytest.mark.parametrize("horizon", [1, 5])
def test_prices_that_stood_still_and_then_jump_give_finite_numbers(horizon: int) -> None:
    """Seen from a calm, the first move is thousands of times too large, and the next intervals reach as far."""
    bars = BARS.copy()
    bars.loc[:150, ["open", "high", "low", "close"]] = 1e6
    found = walk(simulated.history(bars), SPECS, plan(N_BARS, horizon, 150), 99)
    for array in (found.predicted, found.lower, found.upper, found.next_reach):
        assert np.isfinite(array).all()


@dataclass
class Fits:
    """What an estimator was given: rows to learn from and their targets, then rows to predict."""

    learnt: list[tuple[Array, Array]] = field(default_factory=list)
    asked: list[Array] = field(default_factory=list)


class Recording(RegressorMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    def __init__(self, fits: Fits) -> None:
        self.fits = fits

    def fit(self, features: Array, target: Array) -> Self:
        self.fits.learnt.append((features, target))
        return self

    def predict(self, features: Array) -> Array:
        self.fits.asked.append(features)
        return np.zeros(len(features))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("horizon", [1, 5])
@pytest.mark.parametrize("refit_every", [7, 125])
def test_a_costly_model_is_refitted_at_every_kth_window_on_rows_known_then(
    refit_every: int, horizon: int, kind: Kind
) -> None:
    fits = Fits()
    spec = ModelSpec(
        "gradient_boosting", "model", "Records.", lambda: Recording(fits), ("log_range",), refit_every=refit_every
    )
    known, windows = simulated.history(BARS), plan(N_BARS, horizon, 100, kind)
    ranges, target = matrix(known, ("log_range",)), log_return_ahead(known.close, horizon)
    walk(known, [spec], windows, 90)
    assert len(fits.learnt) == math.ceil(len(windows) / refit_every)
    assert np.concatenate(fits.asked).tolist() == ranges[windows.rows].tolist()
    for fit, (features, learnt) in enumerate(fits.learnt):
        first = windows.rows[fit * refit_every]
        assert features.tolist() == ranges[20 : first - horizon + 1].tolist()
        assert learnt.tolist() == target[20 : first - horizon + 1].tolist()
