"""The result against an independent computation: it keeps time order and never hides a lack of skill."""

import math

import numpy as np
import pandas as pd
import pytest
from bokeh_sampledata.stocks import data as sample
from hypothesis import given, settings
from hypothesis import strategies as st

from services.prediction.same_session.result import compute_result
from shared.errors import NotEnoughBars, UpstreamFailed
from shared.schemas.arrow import BarFrame, encode
from shared.schemas.bars import EncodedBars
from shared.schemas.results import Result
from tests.support.data.bars import make_bars
from tests.support.prediction import simulated


def _result(bars: pd.DataFrame, skipped: int = 0, *, adjusted: bool = False) -> Result:
    payload = EncodedBars("0" * 16, encode(BarFrame("AAPL", bars, skipped).columns(), "0" * 16))
    return compute_result(payload, "AAPL", adjusted=adjusted)


def _random_walk(n: int) -> pd.DataFrame:
    return make_bars(100 + np.random.default_rng(1).normal(0, 1, n).cumsum())


def _codes(result: Result) -> list[str]:
    return [warning.code for warning in result.warnings]


def _sample(symbol: str) -> pd.DataFrame:
    rows = sample[sample["ticker"] == symbol].sort_values("date")
    bars = rows.rename(columns={"date": "session"}).drop(columns="ticker").reset_index(drop=True)
    return bars.astype(dict.fromkeys(bars.columns[1:], "float64"))


@pytest.mark.parametrize("symbol", ["AAPL", "FB"])
def test_it_equals_an_independent_least_squares_fit(symbol: str) -> None:
    rows = _sample(symbol)
    result = _result(rows)
    first = int(0.8 * len(rows))
    x, y = np.column_stack([np.ones(len(rows)), rows[["open", "high", "low"]].to_numpy()]), rows["close"].to_numpy()
    beta = np.linalg.pinv(x[:first]) @ y[:first]
    errors = x[first:] @ beta - y[first:]
    assert result.model.intercept == pytest.approx(beta[0], abs=1e-6)
    assert result.model.coefficients == pytest.approx(beta[1:].tolist(), abs=1e-6)
    assert result.predictions.predicted == pytest.approx((x[first:] @ beta).tolist())
    assert result.metrics.mae == pytest.approx(np.abs(errors).mean())
    assert result.mse == result.metrics.mse == pytest.approx((errors**2).mean())
    assert result.baseline.mae == pytest.approx(np.abs(np.diff(y)[first - 1 :]).mean())
    assert result.skill == pytest.approx(1 - np.abs(errors).mean() / np.abs(np.diff(y)[first - 1 :]).mean())


@settings(max_examples=20, deadline=None)
@given(st.integers(7, 60))
def test_train_lies_wholly_before_test_and_together_they_are_all(n_bars: int) -> None:
    result = _result(_random_walk(n_bars))
    assert result.split.train.bars + result.split.test.bars == result.data.bars == n_bars
    assert result.split.train.last_session < result.split.test.first_session
    assert result.predictions.session[0] == result.split.test.first_session
    assert result.predictions.session == sorted(result.predictions.session)
    assert len(result.predictions.actual) == len(result.predictions.predicted) == result.split.test.bars
    assert (result.interval, result.predictions.lower, result.predictions.upper) == (None, None, None)
    assert "no_interval" in _codes(result)
    assert "NaN" not in result.model_dump_json()


def test_the_midrange_is_scored_as_by_a_loop() -> None:
    bars = simulated.random_walk(300, seed=1)
    result = _result(bars)
    predictions = [(high + low) / 2 for high, low in zip(bars["high"][240:], bars["low"][240:], strict=True)]
    errors = [predicted - close for predicted, close in zip(predictions, bars["close"][240:], strict=True)]
    mae = sum(abs(error) for error in errors) / 60
    assert result.midrange.mae == pytest.approx(mae, abs=1e-9)
    assert result.midrange.mse == pytest.approx(sum(error**2 for error in errors) / 60, abs=1e-9)
    assert result.midrange_skill == pytest.approx(1 - result.metrics.mae / mae, abs=1e-9)


def test_the_coverage_is_what_one_counts_in_the_answer() -> None:
    result = Result.model_validate_json(_result(simulated.volatility_clusters(1000, seed=2)).model_dump_json())
    predictions = result.predictions
    assert result.interval is not None
    assert predictions.lower is not None
    assert predictions.upper is not None
    rows = list(zip(predictions.lower, predictions.predicted, predictions.upper, predictions.actual, strict=True))
    assert len(rows) == 200
    assert result.interval.coverage == sum(lower <= actual <= upper for lower, _, upper, actual in rows) / 200
    assert result.interval.mean_width == pytest.approx(sum(upper - lower for lower, _, upper, _ in rows) / 200)
    assert all(lower < predicted < upper for lower, predicted, upper, _ in rows)
    assert (result.interval.level, result.interval.n_calibration) == (90, 160)


@pytest.mark.parametrize(("symbol", "n_sessions"), [("AAPL", 654), ("GOOG", 430), ("IBM", 654), ("MSFT", 654)])
def test_the_intervals_of_the_sample_hold_as_often_as_they_say(symbol: str, n_sessions: int) -> None:
    result = _result(_sample(symbol))
    assert result.interval is not None
    assert result.split.test.bars == n_sessions
    assert 0.86 < result.interval.coverage < 0.94


def test_pure_chance_scores_as_well_as_the_answer_says() -> None:
    """The numbers in `weak_baseline`: 60 % and 25 % smaller errors although nothing can be predicted."""
    walks = (simulated.random_walk, simulated.walk_within_sessions)
    results = [_result(walk(600, seed)) for seed in range(30) for walk in walks]
    skills = np.array([(result.skill, result.midrange_skill) for result in results], dtype=float)
    assert skills[:, 0].min() > 0.4
    assert skills[:, 1].max() < 0.4
    assert skills.mean(axis=0) == pytest.approx([0.6, 0.25], abs=0.05)
    assert all("weak_baseline" in _codes(result) for result in results)


def test_changing_test_bars_changes_neither_the_model_nor_earlier_predictions() -> None:
    bars = _random_walk(100)
    before = _result(bars)
    bars.loc[90:, ["open", "high", "low", "close"]] *= 3
    after = _result(bars)
    assert after.model == before.model
    assert after.predictions.predicted[:10] == before.predictions.predicted[:10]


def test_changing_test_bars_changes_no_earlier_interval() -> None:
    bars = _random_walk(200)
    before = _result(bars).predictions
    bars.loc[190:, ["open", "high", "low", "close"]] *= 3
    after = _result(bars).predictions
    assert before.lower is not None
    assert after.lower is not None
    assert after.lower[:30] == before.lower[:30]
    assert after.lower[30:] != before.lower[30:]


def test_no_skill_is_shown_with_a_warning() -> None:
    """Closes step from 100 to 200 at the split, where opens carry no information: the model extrapolates badly."""
    bars = make_bars([100 + (n % 2) for n in range(80)] + [200] * 20)
    bars["open"], bars["high"], bars["low"] = 50.0, 300.0, 1.0
    result = _result(bars)
    assert result.skill is not None
    assert result.skill < 0
    assert "no_skill" in _codes(result)


def test_it_always_says_that_it_looks_back_and_that_chance_does_as_well() -> None:
    result = _result(_random_walk(200))
    assert _codes(result) == ["look_ahead", "weak_baseline"]
    assert "It says nothing about tomorrow" in result.warnings[0].detail
    assert "simulated random walks" in result.warnings[1].detail


def test_constant_closes_leave_nothing_undefined_but_null() -> None:
    result = _result(make_bars([5.0] * 50))
    assert (result.skill, result.metrics.r2, result.metrics.directional_accuracy) == (None, None, None)
    assert result.midrange_skill is None
    assert "weak_baseline" not in _codes(result)
    assert "NaN" not in result.model_dump_json()


@pytest.mark.parametrize("price", [0.0, 1e-6, 1e6])
def test_sessions_without_a_range_leave_nothing_undefined(price: float) -> None:
    result = _result(make_bars([price] * 200).assign(high=price, low=price))
    assert result.interval is not None
    assert result.interval.mean_width == pytest.approx(0, abs=1e-6 * price)


def test_bars_without_a_price_are_left_out_and_counted() -> None:
    bars = _random_walk(200)
    bars.loc[[3, 190], "open"] = math.nan
    bars.loc[5, "volume"] = math.nan
    result = _result(bars, skipped=2)
    assert result.data.bars == 198
    assert _codes(result) == ["look_ahead", "weak_baseline", "incomplete_bars", "unreadable_rows"]
    expected = "2 bars were left out because an open, high, low or close is missing or absurdly large."
    assert result.warnings[2].detail == expected


def _split(n: int, *, adj_close: float = math.nan) -> pd.DataFrame:
    """Return a random walk whose prices halve at sessions 100 and, for n over 150, 150."""
    bars = _random_walk(n)
    for first in (100, 150):
        bars.loc[first:, ["open", "high", "low", "close"]] /= 2
    return bars.assign(adj_close=adj_close)


@pytest.mark.parametrize(
    ("bars", "seen", "remedy"),
    [
        (_split(140), "once, on 2024-04-10.", "Load adjusted bars"),
        (_split(200), "2 times, first on 2024-04-10.", "Load adjusted bars"),
        (_split(200, adj_close=10.0), "2 times, first on 2024-04-10.", "Use adjusted prices (adjusted=true)"),
    ],
)
def test_prices_that_jump_as_at_a_split_are_pointed_out_with_the_way_out(
    bars: pd.DataFrame, seen: str, remedy: str
) -> None:
    warning = next(warning for warning in _result(bars).warnings if warning.code == "split_like_jump")
    assert seen in warning.detail
    assert remedy in warning.detail


def test_adjusted_prices_are_marked_and_warned_of_only_if_they_jump() -> None:
    adjusted = _result(_split(200), adjusted=True)
    assert "reload the whole history (mode=replace)" in adjusted.warnings[-1].detail
    assert "split_like_jump" not in _codes(_result(_random_walk(200), adjusted=True))
    assert (adjusted.data.adjusted, adjusted.metrics) == (True, _result(_split(200)).metrics)


def test_bars_that_cannot_be_adjusted_are_left_out_and_the_reason_is_given() -> None:
    bars = _random_walk(200)
    bars.loc[:9, ["open", "high", "low", "close"]] = math.nan
    result = _result(bars, adjusted=True)
    assert result.data.bars == 190
    warning = next(warning for warning in result.warnings if warning.code == "incomplete_bars")
    assert warning.detail.startswith("10 bars were left out because an open, high, low, close or adjusted close is")


def test_few_test_sessions_are_pointed_out() -> None:
    assert "few_test_sessions" in _codes(_result(_random_walk(100)))


def test_a_missing_interval_is_explained() -> None:
    warning = next(warning for warning in _result(_random_walk(119)).warnings if warning.code == "no_interval")
    assert warning.detail.endswith("they need at least 20 earlier errors, and there are only 19.")
    assert "no_interval" not in _codes(_result(_random_walk(120)))


@pytest.mark.parametrize("n_bars", [0, 1, 4, 6])
def test_too_few_bars_say_how_many_are_needed(n_bars: int) -> None:
    with pytest.raises(NotEnoughBars, match=f"has {n_bars} complete bars?; at least 7 are needed") as refused:
        _result(_random_walk(n_bars))
    assert refused.value.extras == {"required": 7, "available": n_bars}


def test_seven_bars_are_enough() -> None:
    assert _result(_random_walk(7)).split.test.bars == 2


def test_bytes_that_are_not_bars_are_an_upstream_failure() -> None:
    with pytest.raises(UpstreamFailed):
        compute_result(EncodedBars("0" * 16, b"garbage"), "AAPL")


def test_an_absurd_price_is_left_out_with_a_warning() -> None:
    bars = _random_walk(200)
    bars.loc[195, ["high", "close"]] = 1e160  # its square is infinite
    result = _result(bars)
    (warning,) = [one for one in result.warnings if one.code == "incomplete_bars"]
    assert warning.detail.startswith("1 bar was left out")
    assert result.metrics.mse < 1e6
