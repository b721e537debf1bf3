"""Forecasts of few, odd, constant or badly scaled bars: they warn or refuse."""

import json
from datetime import date, timedelta
from functools import cache

import numpy as np
import pandas as pd
import pytest

from services.prediction.forecasting.forecast import compute_forecast
from services.prediction.walk_forward.windows import bars_needed
from shared.errors import NotEnoughBars
from shared.schemas.arrow import BarFrame, encode_with_revision
from shared.schemas.forecasts import Forecast, ForecastQuery
from tests.support.prediction import simulated
from tests.support.prediction.forecasts import ASKED, forecast, forecast_sample, session

N_BARS = 180


def _warnings(answer: Forecast) -> dict[str, str]:
    return {warning.code: warning.detail for warning in answer.warnings}


def _refuse(constant: str) -> float:
    raise AssertionError(f"{constant} in JSON")


@pytest.mark.parametrize("horizon", [1, 20])
def test_it_takes_as_many_bars_as_it_says(horizon: int) -> None:
    required = bars_needed(horizon)
    bars = simulated.random_walk(required, 1)
    answer = forecast(bars, model="auto", horizon=horizon)
    assert [step.windows for step in answer.steps][-1] == 20
    with pytest.raises(NotEnoughBars) as caught:
        forecast(bars[1:], model="auto", horizon=horizon)
    assert caught.value.status == 409
    assert caught.value.extras == {"required": required, "available": required - 1}


@pytest.mark.parametrize(("n_bars", "as_of"), [(30, None), (300, date(2010, 1, 1)), (300, date(2010, 1, 4))])
def test_too_few_bars_are_a_conflict(n_bars: int, as_of: date | None) -> None:
    with pytest.raises(NotEnoughBars) as caught:
        forecast(simulated.random_walk(n_bars, 1), horizon=1, as_of=as_of)
    available = {None: 30, date(2010, 1, 1): 0, date(2010, 1, 4): 1}[as_of]
    assert caught.value.extras == {"required": 122, "available": available}
    bars = "1 complete bar" if available == 1 else f"{available} complete bars"
    until = f" up to {as_of}" if as_of else ""
    assert caught.value.detail.startswith(f"AAPL has {bars}{until} to learn from; at least 122 are ")
    assert caught.value.detail.endswith(" Load earlier bars.")  # no horizon is shorter


def test_long_sound_bars_have_no_warnings() -> None:
    assert forecast_sample("IBM", "persistence").warnings == []


def test_bars_on_days_without_a_session_are_reported() -> None:
    bars = simulated.random_walk(N_BARS, 1)  # until 2010-09-10, on Labor Day and the Monday after Independence Day too
    assert _warnings(forecast(bars, horizon=1, model="drift"))["off_calendar"] == (
        "2 of the last 60 bars are on days when XNYS was closed, so the sessions ahead may be dated wrongly. "
        "Set the calendar of AAPL (PATCH /api/stocks/AAPL)."
    )
    assert "off_calendar" not in _warnings(forecast(bars, horizon=1, model="drift", calendar=""))
    one = _warnings(forecast(bars[:-5], horizon=1, model="drift"))["off_calendar"]
    assert one.startswith("1 of the last 60 bars is on a day when XNYS was closed, so ")


@pytest.mark.parametrize("every_day", [True, False])
def test_a_symbols_own_calendar_dates_its_forecast(every_day: bool) -> None:
    bars = simulated.random_walk(N_BARS, 1)
    if every_day:  # as the bars show
        bars["session"] = pd.date_range("2021-05-01", periods=N_BARS, unit="s")
    answer = forecast(bars, horizon=3, model="drift", own_calendar=None if every_day else "24/7")
    last = bars["session"].iloc[-1].date()
    assert [step.session for step in answer.steps] == [last + timedelta(days=ahead) for ahead in (1, 2, 3)]
    assert "off_calendar" not in _warnings(answer)


def test_adjusted_prices_of_a_past_day_are_reported() -> None:
    bars = simulated.random_walk(N_BARS, 1)
    assert _warnings(forecast(bars, model="drift", horizon=1, adjusted=True, as_of=date(2010, 9, 1)))[
        "adjusted_later"
    ] == ("Adjusted prices of a past day include later splits and dividends; returns are not affected.")
    assert "adjusted_later" not in _warnings(forecast(bars, model="drift", horizon=1, adjusted=True))


def test_few_windows_are_reported() -> None:
    warnings = _warnings(forecast_sample("FB", "persistence"))
    assert warnings["few_windows"] == "The bars allow only 51 test sessions, so the scores may be far off by chance."


def test_a_split_is_reported() -> None:
    bars = simulated.random_walk(400, 1)
    bars.loc[:199, ["open", "high", "low", "close"]] *= 7
    assert _warnings(forecast(bars, horizon=1, model="drift"))["split_like_jump"].startswith(
        f"Prices jump between sessions as at an unadjusted split: once, on {session(bars, 200)}. "
    )


def test_a_gap_of_a_year_is_reported() -> None:
    bars = simulated.random_walk(400, 1)
    bars.loc[200:, "session"] += timedelta(days=364)
    answer = forecast(bars, horizon=1, model="linear_regression")
    assert _warnings(answer)["long_gap"].startswith("Gaps of more than 10 days between sessions: 1; the longest is 36")


def test_bars_that_are_left_out_are_reported() -> None:
    bars = simulated.random_walk(N_BARS, 1)
    bars.loc[[50, 51], "high"] = np.nan
    bars.loc[52, "open"] = 0.0
    answer = forecast(bars, horizon=1, model="drift", skipped=4)
    assert answer.data.bars == N_BARS - 3
    warnings = _warnings(answer)
    assert warnings["incomplete_bars"] == (
        "3 bars were left out because an open, high, low or close is missing, not above zero or absurdly large."
    )
    assert warnings["unreadable_rows"] == "4 stored rows were left out because their date is unreadable or a duplicate."


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("factor", [1e-6, 1e6])
def test_the_unit_of_the_prices_changes_nothing_else(asked: str, factor: float) -> None:
    bars = simulated.random_walk(N_BARS, 1)
    prices = ["open", "high", "low", "close", "adj_close"]
    scaled = bars.assign(**{name: bars[name] * factor for name in prices})
    answer, expected = (forecast(rows, model=asked, horizon=2) for rows in (scaled, bars))
    json.loads(answer.model_dump_json(), parse_constant=_refuse)
    for step, plain in zip(answer.steps, expected.steps, strict=True):
        ends = [plain.lower, plain.point, plain.upper]
        assert [step.lower, step.point, step.upper] == pytest.approx([end * factor for end in ends], rel=1e-6)
        assert step.skill.skill == pytest.approx(plain.skill.skill, abs=1e-6)


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("price", [1e-6, 100.0, 1e6])
def test_closes_that_never_change_have_nothing_to_beat(asked: str, price: float) -> None:
    bars = simulated.random_walk(N_BARS, 1)
    for name in ("open", "high", "low", "close"):
        bars[name] = price
    answer = forecast(bars, model=asked, horizon=2)
    json.loads(answer.model_dump_json(), parse_constant=_refuse)
    assert _warnings(answer)["constant_prices"].startswith("The close has not changed in the last 20 sessions. ")
    assert answer.skill.skill is None
    assert "There was nothing to beat: " in answer.verdict
    for step in answer.steps:
        assert [step.lower, step.point, step.upper] == pytest.approx([price] * 3, rel=1e-6)


@pytest.mark.parametrize("asked", ASKED)
def test_prices_that_stood_still_and_then_move_give_finite_numbers(asked: str) -> None:
    """After a calm the first move has a huge score, which widens the next intervals accordingly."""
    bars = simulated.random_walk(400, 1)
    bars.loc[:349, ["open", "high", "low", "close"]] = 100.0
    answer = forecast(bars, model=asked, horizon=2)
    json.loads(answer.model_dump_json(), parse_constant=_refuse)
    assert all(step.lower <= step.point <= step.upper for step in answer.steps)


@cache
def _constant_volume(model: str) -> Forecast:
    return forecast(simulated.random_walk(N_BARS, 1).assign(volume=5.0), model=model, horizon=2)


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("volume", [0.0, 1e6, np.nan])
def test_features_that_are_constant_do_no_harm(asked: str, volume: float) -> None:
    bars = simulated.random_walk(N_BARS, 1).assign(volume=volume)
    answer = forecast(bars, model=asked, horizon=2)
    json.loads(answer.model_dump_json(), parse_constant=_refuse)
    assert answer.steps == _constant_volume(asked).steps


def test_absurd_prices_are_left_out() -> None:
    bars = simulated.random_walk(N_BARS, 1)
    bars.loc[60, ["open", "high", "low", "close"]] = 1e200
    answer = forecast(bars, horizon=1, model="drift")
    assert answer.data.bars == N_BARS - 1
    assert "incomplete_bars" in _warnings(answer)


def test_a_newer_row_that_was_rejected_is_a_warning_from_its_day_on() -> None:
    bars = simulated.random_walk(N_BARS, 1)
    last: date = bars["session"].iloc[-1].date()
    encoded = encode_with_revision(BarFrame("AAPL", bars, newest_rejected=last + timedelta(days=1)).columns())

    def warn(as_of: date | None) -> list[str]:
        query = ForecastQuery(horizon=1, model="drift", as_of=as_of)
        answer = compute_forecast(encoded, "AAPL", query, calendar="", store=None)
        return [each.detail for each in answer.warnings if each.code == "newest_row_rejected"]

    sentence = (
        f"The newest row ({last + timedelta(days=1)}) was rejected when it was loaded, so the bars end on {last}. "
    )
    assert warn(None) == warn(last + timedelta(days=1)) == [sentence + "Load it again."]
    assert warn(last) == []


@pytest.mark.parametrize("seed", range(1, 5))
def test_an_end_at_a_known_close_is_that_close(seed: int) -> None:
    """Otherwise the same close would count as a miss in the ledger."""
    bars = simulated.pegged(800, seed)
    closes = bars["close"].to_numpy()
    for step in forecast(bars, model="persistence", horizon=5).steps:
        for end in (step.lower, step.upper):
            nearest = closes[np.abs(closes - end).argmin()]
            assert end == nearest or abs(end - nearest) > 1e-12
