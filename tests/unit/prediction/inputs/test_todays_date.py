"""Warnings that depend on today's date, counted by the calendar of the exchange."""

from datetime import date

import numpy as np
import pytest
from numpy.typing import NDArray

from services.prediction.inputs import warnings
from shared.schemas.forecasts import Forecast
from tests.support.prediction import simulated
from tests.support.prediction.forecasts import forecast

LAST = np.array(["2024-03-27", "2024-03-28"], "datetime64[D]")  # Thursday before Easter: New York closes on Good Friday


def _codes(sessions: NDArray[np.datetime64], today: date, calendar: str | None = "XNYS") -> list[str]:
    return [warning.code for warning in warnings.bars_and_today(sessions, calendar, today)]


@pytest.mark.parametrize(
    ("today", "calendar", "expected"),
    [
        (date(2024, 3, 28), "XNYS", []),
        (date(2024, 4, 5), "XNYS", []),  # four sessions are over: Monday to Thursday
        (date(2024, 4, 8), "XNYS", []),  # five
        (date(2024, 4, 9), "XNYS", ["stale"]),
        (date(2024, 4, 8), None, ["stale"]),  # by weekdays Good Friday is the sixth
        (date(2024, 3, 27), "XNYS", []),  # a day ahead is a time zone ahead
        (date(2024, 3, 26), "XNYS", ["future_bars"]),
    ],
)
def test_the_last_bar_is_old_after_more_than_five_sessions(
    today: date, calendar: str | None, expected: list[str]
) -> None:
    assert _codes(LAST, today, calendar) == expected


def test_the_sentences_say_what_to_do() -> None:
    (stale,) = warnings.bars_and_today(LAST, "XNYS", date(2024, 4, 9))
    assert stale.detail.startswith("The last bar is from 2024-03-28, 6 sessions ago. Load newer bars:")
    (future,) = warnings.bars_and_today(LAST, "XNYS", date(2024, 3, 1))
    assert future.detail == "2 bars are dated after today (2024-03-01), up to 2024-03-28. Check the dates."


def _forecast_codes(answer: Forecast) -> list[str]:
    return [warning.code for warning in answer.warnings]


def test_a_forecast_warns_by_todays_date_first() -> None:
    bars = simulated.random_walk(180, 1)  # until September 2010
    assert _forecast_codes(forecast(bars, model="drift", horizon=1, today=date(2024, 1, 2)))[0] == "stale"
    assert "stale" not in _forecast_codes(forecast(bars, model="drift", horizon=1))


def test_a_forecast_says_that_volatility_is_that_of_closes_alone() -> None:
    bars = simulated.random_walk(180, 1)
    assert "volatility_from_closes" not in _forecast_codes(forecast(bars, model="drift", horizon=1))
    for name in ("open", "high", "low"):
        bars[name] = bars["close"]
    assert "volatility_from_closes" in _forecast_codes(forecast(bars, model="drift", horizon=1))
