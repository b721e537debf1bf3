"""The volatility against a slow loop over plain lists; one wrong price widens it a little; it never looks ahead."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.prediction.inputs.history import History
from services.prediction.models.volatility import COEFFICIENTS, Volatility, coefficients, has_usable_range
from services.prediction.types import Array
from tests.support.prediction import simulated

PRICES = ["open", "high", "low", "close"]
HORIZONS = [1, 2, 5, 12, 20]


def _clipped(squares: list[float]) -> tuple[list[float], list[float]]:
    """Return the clipped squares and their weighted mean, from the twentieth on."""
    first = squares[:20]
    others = sum(sorted(first)[:-1]) / 19
    clipped = [min(square, 16 * max(others, 1e-8)) for square in first]
    means = [sum(clipped) / 20]
    for square in squares[20:]:
        clipped.append(min(square, 16 * max(means[-1], 1e-8)))
        means.append(0.94 * means[-1] + 0.06 * clipped[-1])
    return clipped, means


def _slow(bars: pd.DataFrame, horizon: int) -> list[float]:
    opens, highs, lows, closes = (bars[name].tolist() for name in PRICES)
    rows = range(1, len(bars))
    realised, _ = _clipped(
        [
            max(
                math.log(opens[t] / closes[t - 1]) ** 2 + math.log(highs[t] / lows[t]) ** 2 / (4 * math.log(2)),
                1e-7,
            )
            for t in rows
        ]
    )
    _, weighted = _clipped([math.log(closes[t] / closes[t - 1]) ** 2 for t in rows])
    beta = [float(np.interp(math.log(horizon), np.log([1, 5, 20]), three)) for three in zip(*COEFFICIENTS.values())]  # noqa: B905  # of equal length
    expected = [math.nan] * 20
    for n_known in range(20, len(bars)):
        means = [sum(realised[:n_known][-k:]) / len(realised[:n_known][-k:]) for k in (1, 5, 22, 120)]
        x = [1.0, *(math.log(mean) for mean in means), math.log(weighted[n_known - 20])]
        exponent = sum(b * value for b, value in zip(beta, x, strict=True)) / 2
        expected.append(math.sqrt(horizon) * math.exp(exponent))
    return expected


@pytest.mark.parametrize("horizon", HORIZONS)
@pytest.mark.parametrize("symbol", ["AAPL", "FB"])
def test_it_equals_a_slow_loop(symbol: str, horizon: int) -> None:
    bars = simulated.sample_bars(symbol)
    found = Volatility(simulated.history(bars)).ahead(horizon)
    np.testing.assert_allclose(found, _slow(bars, horizon), rtol=1e-9)


@pytest.mark.parametrize("horizon", COEFFICIENTS)
def test_at_the_horizons_that_were_fitted_the_constants_are_those(horizon: int) -> None:
    assert coefficients(horizon).tolist() == pytest.approx(COEFFICIENTS[horizon], rel=1e-15)


def test_between_them_they_move_with_the_logarithm_of_the_horizon() -> None:
    share = math.log(2) / math.log(5)
    expected = [(1 - share) * near + share * far for near, far in zip(COEFFICIENTS[1], COEFFICIENTS[5], strict=True)]
    assert coefficients(2).tolist() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("horizon", [1, 5, 20])
@pytest.mark.parametrize("make", [simulated.random_walk, simulated.volatility_clusters])
def test_on_simulated_bars_it_is_near_the_volatility_that_comes(make: object, horizon: int) -> None:
    histories = [simulated.history(make(600, seed)) for seed in range(20)]  # type: ignore[operator]  # of a seed
    squares = []
    for history in histories:
        ahead = np.log(history.close[200 + horizon :] / history.close[200:-horizon])
        squares.append((ahead / Volatility(history).ahead(horizon)[200:-horizon]) ** 2)
    assert 0.6 < np.sqrt(np.mean(squares)) < 1.4


def _after(bars: pd.DataFrame, n_sessions: int, horizon: int = 1) -> float:
    """Return the volatility at the end of bar 300 + `n_sessions`, as a multiple of that of unchanged bars."""
    row = 300 + n_sessions
    unchanged = simulated.random_walk(600, seed=5)
    volatilities = [Volatility(simulated.history(frame)).ahead(horizon)[row] for frame in (bars, unchanged)]
    return float(volatilities[0] / volatilities[1])


def _split() -> pd.DataFrame:
    bars = simulated.random_walk(600, seed=5)
    bars.loc[300:, PRICES] /= 2
    return bars


def _bad_tick(column: str, factor: float) -> pd.DataFrame:
    bars = simulated.random_walk(600, seed=5)
    bars.loc[300, [column, "high"] if factor > 1 else [column, "low"]] *= factor
    return bars


@pytest.mark.parametrize("horizon", [1, 5, 20])
def test_after_a_split_it_is_less_than_twice_as_high_and_soon_as_before(horizon: int) -> None:
    assert _after(_split(), 0, horizon) < 2
    assert _after(_split(), 5, horizon) < 1.5
    assert _after(_split(), 30, horizon) < 1.3


@pytest.mark.parametrize("factor", [10, 0.1])
@pytest.mark.parametrize("column", ["close", "open"])
def test_after_a_price_that_is_wrong_tenfold_it_is_soon_as_before(column: str, factor: float) -> None:
    assert max(_after(_bad_tick(column, factor), n_sessions) for n_sessions in (0, 1, 2)) < 3
    assert _after(_bad_tick(column, factor), 5) < 2


def test_a_wrong_price_in_the_first_sessions_is_clipped_too() -> None:
    bars = simulated.random_walk(300, seed=5)
    unchanged = Volatility(simulated.history(bars)).ahead(1)
    bars.loc[10:, PRICES] /= 2
    assert (Volatility(simulated.history(bars)).ahead(1)[20:] < 2 * unchanged[20:]).all()


def test_without_ranges_it_is_the_weighted_mean_of_squared_returns() -> None:
    bars = simulated.random_walk(300, seed=6)
    for column in ("open", "high", "low"):
        bars[column] = bars["close"]
    volatility = Volatility(simulated.history(bars))
    assert volatility.is_from_closes[20:].all()
    np.testing.assert_array_equal(volatility.ahead(4)[20:], 2 * np.sqrt(volatility.close_variance[20:]))


def test_a_few_bars_without_a_range_count_by_their_returns() -> None:
    bars = simulated.random_walk(300, seed=6)
    unchanged = Volatility(simulated.history(bars)).ahead(1)
    bars.loc[200:204, "high"] = bars.loc[200:204, "low"]
    volatility = Volatility(simulated.history(bars))
    assert not volatility.is_from_closes[150:].any()
    returns = np.log(bars["close"]).diff()[200:205].to_numpy()
    np.testing.assert_allclose(volatility.realised_variance[200:205], returns**2, rtol=1e-9)
    assert (volatility.ahead(1)[205:] < 1.5 * unchanged[205:]).all()


def test_a_high_below_the_close_is_not_usable_and_a_session_without_a_trade_is() -> None:
    history = simulated.history(simulated.random_walk(30, seed=1))
    close = history.close.copy()
    close[7] = close[6]
    flat = {name: np.where(np.arange(30) == 7, close[6], getattr(history, name)) for name in ("open", "high", "low")}
    high = np.where(np.arange(30) == 3, close * 0.99, flat["high"])
    changed = replace(history, **{**flat, "high": high, "close": close})
    assert np.flatnonzero(~has_usable_range(changed)).tolist() == [3]


@pytest.mark.parametrize("horizon", [1, 20])
def test_prices_that_do_not_move_have_a_floor(horizon: int) -> None:
    bars = simulated.random_walk(200, seed=1)
    bars[PRICES] = 10.0
    found = Volatility(simulated.history(bars)).ahead(horizon)
    assert (found[20:] >= 1e-4 * math.sqrt(horizon)).all()


def _bytes(history: History) -> list[bytes]:
    volatility = Volatility(history)
    arrays: list[Array] = [volatility.ahead(horizon) for horizon in HORIZONS]
    return [array[:150].tobytes() for array in [*arrays, volatility.realised_variance]]


@settings(max_examples=20, deadline=None)
@given(
    factor=st.sampled_from([0.01, 0.5, 3.0, 1000.0]), columns=st.lists(st.sampled_from(PRICES), min_size=1, unique=True)
)
def test_later_bars_change_no_bit(factor: float, columns: list[str]) -> None:
    bars = simulated.volatility_clusters(200, seed=1)
    before = _bytes(simulated.history(bars))
    bars.loc[150:, columns] *= factor
    assert _bytes(simulated.history(bars)) == before
    assert _bytes(simulated.history(bars[:150])) == before
