import math
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from services.prediction.forecasting.expected_range import compute_range
from shared.errors import NotEnoughBars
from shared.schemas.ranges import RangeForecast, RangeHorizon, RangeQuery
from tests.support.prediction import simulated
from tests.support.prediction.forecasts import forecast, session


def _range(n_bars: int = 700, horizon: int = 1, **asked: object) -> RangeForecast:
    bars = simulated.volatility_clusters(n_bars, seed=4)
    query = RangeQuery.model_validate({"horizon": horizon} | asked)
    return compute_range(simulated.to_payload(bars), "AAPL", query, calendar="XNYS")


@pytest.mark.parametrize("horizon", [1, 5])
def test_percent_and_price_are_the_same_range(horizon: int) -> None:
    answer = _range(horizon=horizon)
    expected = answer.range
    for size in (expected.lower, expected.expected, expected.upper, expected.as_last_time, expected.mean):
        high_over_low = 1 + size.percent / 100
        low = answer.last_close / math.sqrt(high_over_low)
        assert size.price == pytest.approx(low * high_over_low - low, rel=1e-12)
    assert expected.lower.percent < expected.expected.percent < expected.upper.percent
    assert len(expected.sessions) == horizon
    assert expected.sessions[0] > answer.as_of


def test_the_record_is_what_one_counts_in_the_windows() -> None:
    answer = _range(horizon=5)
    windows, record = answer.windows, answer.range.record
    to_log = {name: np.log1p(np.array(getattr(windows, name)) / 100) for name in ("actual", "expected", "as_last_time")}
    errors = np.abs(to_log["expected"] - to_log["actual"]).mean()
    last_errors = np.abs(to_log["as_last_time"] - to_log["actual"]).mean()
    assert record.skill.skill == pytest.approx(1 - errors / last_errors, abs=1e-9)
    inside = np.mean((np.array(windows.lower) <= windows.actual) & (np.array(windows.actual) <= windows.upper))
    assert record.coverage == pytest.approx(inside)


def test_a_range_of_a_past_day_is_that_of_the_bars_of_then() -> None:
    bars = simulated.volatility_clusters(700, seed=4)
    then = compute_range(simulated.to_payload(bars[:600]), "AAPL", RangeQuery(), calendar="XNYS")
    later = _range(as_of=session(bars, 599))
    assert later.range == then.range
    assert later.windows == then.windows


def test_the_same_request_gives_the_same_bytes() -> None:
    assert _range().model_dump_json() == _range().model_dump_json()


def test_a_forecast_has_the_same_ranges() -> None:
    bars = simulated.volatility_clusters(700, seed=4)
    assert forecast(bars, model="persistence", horizon=1).expected_ranges == [
        _range(horizon=horizon).range for horizon in (1, 5)
    ]


def test_too_few_bars_are_refused_with_the_number_needed() -> None:
    with pytest.raises(NotEnoughBars) as caught:
        _range(n_bars=60)
    assert caught.value.extras == {"required": 61, "available": 60}
    assert _range(n_bars=61).range.record.windows == 20
    assert [warning.code for warning in _range(n_bars=61).warnings] == ["off_calendar", "few_windows"]


def _close_only(n_bars: int = 300, n_with_ranges: int = 0) -> pd.DataFrame:
    """Return bars of a fund, whose open, high and low are its close, up to the last ones."""
    bars = simulated.random_walk(n_bars, seed=4)
    has_range = bars.index >= n_bars - n_with_ranges
    return bars.assign(**{name: bars[name].where(has_range, bars["close"]) for name in ("open", "high", "low")})


def test_closes_alone_have_no_range() -> None:
    bars = _close_only()
    with pytest.raises(NotEnoughBars, match="Only 0 of the 160 bars of NAV from") as caught:
        compute_range(simulated.to_payload(bars), "NAV", RangeQuery(), calendar="XNYS")
    assert caught.value.extras == {"required": 148, "available": 0}
    assert forecast(bars, model="persistence", horizon=1).expected_ranges == []


@pytest.mark.parametrize(("horizon", "required"), [(1, 148), (5, 156)])
def test_a_range_is_learnt_and_tested_on_bars_that_have_one(horizon: RangeHorizon, required: int) -> None:
    def answer(n_with_ranges: int) -> RangeForecast:
        bars = _close_only(700, n_with_ranges)
        return compute_range(simulated.to_payload(bars), "NAV", RangeQuery(horizon=horizon), calendar="XNYS")

    with pytest.raises(NotEnoughBars, match=f"Only {required - 1} of the {required + 12} bars") as caught:
        answer(required - 1)
    assert caught.value.extras == {"required": required, "available": required - 1}
    first, later = answer(required), answer(400)
    assert (first.range.record.windows, later.range.record.windows) == (20, 250)
    assert first.range.lower.percent > later.range.lower.percent / 2 > 0.3
    assert first.range.mean.percent == pytest.approx(later.range.mean.percent, rel=0.2)


@pytest.mark.parametrize("n_bars", [61, 100, 130])
def test_a_young_symbol_is_refused_for_those_of_its_bars_that_are_too_few(n_bars: int) -> None:
    """The first means are over fewer bars than 120, so fewer of them may lack a range."""
    bars = simulated.random_walk(n_bars, seed=4)
    traded_once = range(1, n_bars - 41, 8)
    is_traded_once = bars.index.isin(traded_once)
    bars = bars.assign(**{name: bars[name].mask(is_traded_once, bars["close"]) for name in ("open", "high", "low")})
    with pytest.raises(NotEnoughBars) as caught:
        compute_range(simulated.to_payload(bars), "IPO", RangeQuery(), calendar="XNYS")
    available = int(caught.value.extras["available"])
    assert caught.value.extras["required"] == available + 1
    n_named = available + len(traded_once)
    assert caught.value.detail.startswith(f"Only {available} of the {n_named} bars of IPO from 2010-01-05 to ")


def test_a_range_that_never_changes_leaves_nothing_to_beat() -> None:
    bars = simulated.random_walk(300, seed=4).assign(open=5.0, high=5.0, low=5.0, close=5.0)
    answer = compute_range(simulated.to_payload(bars), "PEG", RangeQuery(), calendar="XNYS")
    assert answer.range.sentence == (
        "Typical day ahead: 0.0 to 0.0 % between low and high; there is nothing to beat: “as yesterday” made no error."
    )


def test_old_bars_and_days_without_sessions_are_warned_about_as_in_a_forecast() -> None:
    bars = simulated.volatility_clusters(700, seed=4)
    day = session(bars, -1)
    old, new = (
        compute_range(simulated.to_payload(bars), "AAPL", RangeQuery(), calendar="XNYS", today=day + timedelta(days))
        for days in (60, 1)
    )
    assert [warning.code for warning in old.warnings] == ["stale", "off_calendar"]  # simulated days are all weekdays
    assert [warning.code for warning in new.warnings] == ["off_calendar"]
