"""The intervals of the same-session task against an independent computation, and what they may know and must hold."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression

from services.prediction.same_session.intervals import Intervals, build_intervals, n_calibration, ranges
from services.prediction.scoring.conformal import adaptive_half_widths
from services.prediction.types import Array
from tests.support.data.bars import make_bars
from tests.support.prediction.simulated import heavy_tails, random_walk, volatility_clusters

FEW = 119  # bars: the last number that leaves 19 sessions for calibration


def _arrays(bars: pd.DataFrame) -> tuple[Array, Array, Array]:
    features, closes = bars[["open", "high", "low"]].to_numpy(), bars["close"].to_numpy()
    return features, closes, ranges(features[:, 1], features[:, 2])


def _intervals(bars: pd.DataFrame) -> Intervals | None:
    features, closes, widths = _arrays(bars)
    first = int(0.8 * len(bars))
    model = LinearRegression().fit(features[:first], closes[:first])
    return build_intervals(features, closes, widths, model.predict(features[first:]))


def _known_intervals(bars: pd.DataFrame) -> Intervals:
    intervals = _intervals(bars)
    assert intervals is not None
    return intervals


def _least_squares(features: Array, closes: Array, asked: Array) -> Array:
    beta = np.linalg.pinv(np.column_stack([np.ones(len(features)), features])) @ closes
    return np.asarray(np.column_stack([np.ones(len(asked)), asked]) @ beta)


def test_it_equals_an_independent_computation() -> None:
    bars = random_walk(1000, seed=3)
    features, closes, _ = _arrays(bars)
    before = _least_squares(features[:640], closes[:640], features[640:800])
    predicted = _least_squares(features[:800], closes[:800], features[800:])
    sizes = [high - low for high, low in zip(bars["high"][640:], bars["low"][640:], strict=True)]
    shares = np.abs(np.concatenate([before, predicted]) - closes[640:]) / sizes
    half_width = adaptive_half_widths(shares[np.newaxis], 90, delay=1, learning_rate=0.02).rows[0, 160:] * sizes[160:]
    intervals = _known_intervals(bars)
    assert intervals.n_calibration == 160
    assert intervals.lower == pytest.approx(predicted - half_width, abs=1e-9)
    assert intervals.upper == pytest.approx(predicted + half_width, abs=1e-9)
    assert intervals.mean_width == pytest.approx(2 * half_width.mean(), abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.integers(801, 999), st.sampled_from([0.1, 1.5, 10.0]))
def test_an_interval_knows_no_later_bar_and_not_its_own_close(changed: int, factor: float) -> None:
    bars = random_walk(1000, seed=4)
    before = _known_intervals(bars)
    bars.loc[changed:, "close"] *= factor
    bars.loc[changed + 1 :, ["open", "high", "low"]] *= factor
    after = _known_intervals(bars)
    n_same = changed - 800 + 1
    assert after.lower[:n_same].tolist() == before.lower[:n_same].tolist()
    assert after.upper[:n_same].tolist() == before.upper[:n_same].tolist()


def test_too_few_sessions_to_calibrate_on_give_no_intervals() -> None:
    assert n_calibration(FEW) == 19
    assert _intervals(random_walk(FEW, seed=1)) is None


def test_from_twenty_sessions_on_each_test_session_has_an_interval() -> None:
    intervals = _known_intervals(random_walk(FEW + 1, seed=1))
    assert intervals.n_calibration == 20
    assert len(intervals.lower) == len(intervals.upper) == 24
    assert np.isfinite(intervals.lower).all()
    assert np.isfinite(intervals.upper).all()


@pytest.mark.parametrize("kind", [random_walk, heavy_tails, volatility_clusters])
def test_nine_in_ten_closes_lie_inside(kind: Callable[[int, int], pd.DataFrame]) -> None:
    inside = []
    for seed in range(20):
        bars = kind(600, seed)
        inside.append(_known_intervals(bars).coverage(bars["close"].to_numpy()[480:]))
    assert np.mean(inside) == pytest.approx(0.9, abs=0.02)


def test_the_coverage_counts_both_ends_as_inside() -> None:
    intervals = Intervals(np.array([1.0, 1, 1]), np.array([2.0, 2, 2]), 20)
    assert intervals.coverage(np.array([1.0, 2.0, 2.5])) == pytest.approx(2 / 3)
    assert intervals.mean_width == 1


def test_the_range_is_high_minus_low_but_never_zero() -> None:
    highs, lows = np.array([12.0, 10, 10, 0, 9]), np.array([10.0, 10, 9.995, 0, 10])
    assert ranges(highs, lows).tolist() == pytest.approx([2.0, 0.01, 0.01, 0.001, 0.01])


@pytest.mark.parametrize("price", [0.0, 1e-6, 5.0, 1e6])
def test_prices_that_never_move_give_intervals_without_a_width(price: float) -> None:
    bars = make_bars([price] * 200).assign(high=price, low=price)
    intervals = _known_intervals(bars)
    assert intervals.mean_width == pytest.approx(0, abs=1e-9 * max(price, 1))
    assert np.isfinite(intervals.lower).all()


def test_sessions_without_a_range_do_not_widen_those_of_the_others() -> None:
    """Every fourth session is one trade at one price, as of stocks that are hardly traded."""
    bars = random_walk(1000, seed=5)
    usual = _known_intervals(bars).mean_width
    for name in ("open", "high", "low"):
        bars[name] = bars[name].where(bars.index % 4 > 0, bars["close"])
    assert _known_intervals(bars).mean_width < 1.5 * usual
