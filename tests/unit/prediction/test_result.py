"""The result against an independent computation, and what it must never do: break time order, hide a lack of skill."""

import math

import numpy as np
import pandas as pd
import pytest
from bokeh_sampledata.stocks import data as sample
from hypothesis import given, settings
from hypothesis import strategies as st

from services.prediction.result import result_of
from shared.arrow import BarFrame, encode
from shared.clients.data import BarsPayload
from shared.errors import NotEnoughBars, UpstreamFailed
from shared.predictions import Result
from tests.support.bars import make_bars


def _result(bars: pd.DataFrame, skipped: int = 0, *, adjusted: bool = False) -> Result:
    payload = BarsPayload("0" * 16, encode(BarFrame("AAPL", bars, skipped).columns(), "0" * 16))
    return result_of(payload, "AAPL", adjusted=adjusted)


def _random_walk(n: int, seed: int = 1) -> pd.DataFrame:
    return make_bars(100 + np.random.default_rng(seed).normal(0, 1, n).cumsum())


def _codes(result: Result) -> list[str]:
    return [warning.code for warning in result.warnings]


@pytest.mark.parametrize("symbol", ["AAPL", "FB"])
def test_it_equals_an_independent_least_squares_fit(symbol: str) -> None:
    rows = sample[sample["ticker"] == symbol].sort_values("date")
    bars = rows.rename(columns={"date": "session"}).drop(columns="ticker").reset_index(drop=True)
    found = _result(bars.astype(dict.fromkeys(bars.columns[1:], "float64")))
    first = int(0.8 * len(rows))
    x = np.column_stack([np.ones(len(rows)), rows[["open", "high", "low"]].to_numpy()])
    y = rows["close"].to_numpy()
    beta = np.linalg.pinv(x[:first]) @ y[:first]
    errors = x[first:] @ beta - y[first:]
    assert found.model.intercept == pytest.approx(beta[0], abs=1e-6)
    assert found.model.coefficients == pytest.approx(beta[1:].tolist(), abs=1e-6)
    assert found.predictions.predicted == pytest.approx((x[first:] @ beta).tolist())
    assert found.metrics.mae == pytest.approx(np.abs(errors).mean())
    assert found.mse == found.metrics.mse == pytest.approx((errors**2).mean())
    assert found.baseline.mae == pytest.approx(np.abs(np.diff(y)[first - 1 :]).mean())
    assert found.skill == pytest.approx(1 - np.abs(errors).mean() / np.abs(np.diff(y)[first - 1 :]).mean())


@settings(max_examples=20, deadline=None)
@given(st.integers(7, 60))
def test_train_lies_wholly_before_test_and_together_they_are_all(n_bars: int) -> None:
    found = _result(_random_walk(n_bars))
    assert found.split.train.bars + found.split.test.bars == found.data.bars == n_bars
    assert found.split.train.last_session < found.split.test.first_session
    assert found.predictions.session[0] == found.split.test.first_session
    assert found.predictions.session == sorted(found.predictions.session)
    assert len(found.predictions.actual) == len(found.predictions.predicted) == found.split.test.bars


def test_changing_test_bars_changes_neither_the_model_nor_earlier_predictions() -> None:
    bars = _random_walk(100)
    before = _result(bars)
    bars.loc[90:, ["open", "high", "low", "close"]] *= 3
    after = _result(bars)
    assert after.model == before.model
    assert after.predictions.predicted[:10] == before.predictions.predicted[:10]


def test_no_skill_is_shown_and_said() -> None:
    """Closes step from 100 to 200 at the split, where opens tell nothing: the model extrapolates badly."""
    bars = make_bars([100 + (n % 2) for n in range(80)] + [200] * 20)
    bars["open"], bars["high"], bars["low"] = 50.0, 300.0, 1.0
    found = _result(bars)
    assert found.skill is not None
    assert found.skill < 0
    assert "no_skill" in _codes(found)


def test_it_always_says_that_it_looks_back() -> None:
    assert _codes(_result(_random_walk(200))) == ["look_ahead"]


def test_constant_closes_leave_nothing_undefined_but_null() -> None:
    found = _result(make_bars([5.0] * 50))
    assert (found.skill, found.metrics.r2, found.metrics.directional_accuracy) == (None, None, None)
    assert "NaN" not in found.model_dump_json()


def test_bars_without_a_price_are_left_out_and_counted() -> None:
    bars = _random_walk(200)
    bars.loc[[3, 190], "open"] = math.nan
    bars.loc[5, "volume"] = math.nan
    found = _result(bars, skipped=2)
    assert found.data.bars == 198
    assert _codes(found) == ["look_ahead", "incomplete_bars", "unreadable_rows"]
    assert "2 bars without" in found.warnings[1].detail


def _split(n: int, *, adj_close: float = math.nan) -> pd.DataFrame:
    """Return a random walk whose prices halve at sessions 100 and, for n over 150, 150."""
    bars = _random_walk(n)
    for first in (100, 150):
        bars.loc[first:, ["open", "high", "low", "close"]] /= 2
    return bars.assign(adj_close=adj_close)


@pytest.mark.parametrize(
    ("bars", "seen", "remedy"),
    [
        (_split(140), "once, on 2024-04-10,", "Load adjusted bars"),
        (_split(200), "2 times, first on 2024-04-10,", "Load adjusted bars"),
        (_split(200, adj_close=10.0), "2 times, first on 2024-04-10,", "Ask with adjusted=true"),
    ],
)
def test_prices_that_jump_as_at_a_split_are_pointed_out_with_the_way_out(
    bars: pd.DataFrame, seen: str, remedy: str
) -> None:
    warning = next(found for found in _result(bars).warnings if found.code == "split_like_jump")
    assert seen in warning.detail
    assert remedy in warning.detail


def test_adjusted_prices_are_marked_and_not_warned_of() -> None:
    adjusted, as_is = _result(_split(200), adjusted=True), _result(_split(200))
    assert (adjusted.data.adjusted, as_is.data.adjusted) == (True, False)
    assert "split_like_jump" not in _codes(adjusted)
    assert adjusted.metrics == as_is.metrics


def test_bars_that_cannot_be_adjusted_are_left_out_and_it_is_said_why() -> None:
    bars = _random_walk(200)
    bars.loc[:9, ["open", "high", "low", "close"]] = math.nan
    found = _result(bars, adjusted=True)
    assert found.data.bars == 190
    assert "10 bars without an open, high, low, close or adjusted close" in found.warnings[1].detail


def test_few_test_sessions_are_pointed_out() -> None:
    assert "few_test_sessions" in _codes(_result(_random_walk(100)))


@pytest.mark.parametrize("n_bars", [0, 1, 4, 6])
def test_too_few_bars_say_how_many_are_needed(n_bars: int) -> None:
    with pytest.raises(NotEnoughBars, match=f"has {n_bars} complete bars; at least 7 are needed") as refused:
        _result(_random_walk(n_bars))
    assert refused.value.extras == {"required": 7, "available": n_bars}


def test_seven_bars_are_enough() -> None:
    assert _result(_random_walk(7)).split.test.bars == 2


def test_bytes_that_are_no_bars_are_the_upstream_s_failure() -> None:
    with pytest.raises(UpstreamFailed):
        result_of(BarsPayload("0" * 16, b"garbage"), "AAPL")
