from datetime import date, timedelta

import exchange_calendars
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.market.calendar_names import NAMES
from shared.market.exchange_sessions import (
    choose_calendar,
    conclude_calendar,
    exchange_sessions,
    exchange_time_zone,
    next_sessions,
)


def _is_session(calendar: str, day: str) -> bool:
    return np.datetime64(day, "D") in exchange_sessions(calendar)


@pytest.mark.parametrize("day", ["1960-01-04", "1987-10-19", "2012-10-31", "2024-07-03"])
def test_days_of_trading_are_sessions(day: str) -> None:
    assert _is_session("XNYS", day)


@pytest.mark.parametrize("day", ["2001-09-11", "2012-10-29", "2024-07-04", "2025-01-09", "2024-01-06"])
def test_holidays_mourning_and_weekends_are_not(day: str) -> None:
    assert not _is_session("XNYS", day)


def test_sessions_ascend_as_days() -> None:
    sessions = exchange_sessions("XNYS")
    assert sessions.dtype == np.dtype("datetime64[D]")
    assert (np.diff(sessions) > np.timedelta64(0, "D")).all()


def test_an_exchange_that_is_not_known_as_far_back_is_known_from_when_it_is() -> None:
    assert np.datetime64("1990-12-03") <= exchange_sessions("XSHG")[0] < np.datetime64("1991-01-01")


def test_names_are_codes_of_exchanges() -> None:
    assert {"XNYS", "XLON", "XTKS"} <= NAMES
    assert set(exchange_calendars.get_calendar_names()) == NAMES


@pytest.mark.parametrize(
    ("calendar", "after", "expected"),
    [
        ("XNYS", "2024-07-03", ["2024-07-05", "2024-07-08", "2024-07-09"]),  # Independence Day and a weekend
        ("XNYS", "2024-07-06", ["2024-07-08", "2024-07-09", "2024-07-10"]),  # after a Saturday
        ("XNYS", "2013-03-27", ["2013-03-28", "2013-04-01", "2013-04-02"]),  # Good Friday
        ("XLON", "2013-03-28", ["2013-04-02", "2013-04-03", "2013-04-04"]),  # Easter Monday too
        ("", "2013-03-28", ["2013-03-29", "2013-04-01", "2013-04-02"]),
        ("", "2024-07-06", ["2024-07-08", "2024-07-09", "2024-07-10"]),
        ("24/7", "2024-07-05", ["2024-07-06", "2024-07-07", "2024-07-08"]),
        ("XNYS", "1959-12-30", ["1959-12-31", "1960-01-01", "1960-01-04"]),  # before what is known: weekdays
        ("XNYS", "2100-01-01", ["2100-01-04", "2100-01-05", "2100-01-06"]),  # and after it
    ],
)
def test_the_next_sessions_are_those_of_the_exchange_or_weekdays(
    calendar: str, after: str, expected: list[str]
) -> None:
    assert [str(session) for session in next_sessions(calendar, date.fromisoformat(after), 3)] == expected


@given(after=st.dates(date(1960, 1, 4), date(2026, 6, 1)), n=st.integers(1, 20))
def test_the_next_sessions_are_those_that_the_package_gives(after: date, n: int) -> None:
    calendar = exchange_calendars.get_calendar("XNYS", start="1960-01-04")
    first = calendar.date_to_session(pd.Timestamp(after) + pd.Timedelta(days=1), direction="next")
    expected = calendar.sessions_window(first, n).date.tolist()
    assert next_sessions("XNYS", after, n) == expected


def test_where_the_calendar_ends_weekdays_go_on_without_a_gap_or_a_repeat() -> None:
    last = exchange_sessions("XNYS")[-1].item()
    found = next_sessions("XNYS", exchange_sessions("XNYS")[-4].item(), 20)
    assert found[:3] == exchange_sessions("XNYS")[-3:].tolist()
    assert found[3:] == [day.date() for day in pd.bdate_range(last + timedelta(days=1), periods=17)]


def _days(first: str, n: int, *, without: tuple[int, ...] = ()) -> np.ndarray:
    """Return days without these days of the week, 0 for Monday."""
    days = np.arange(np.datetime64(first, "D"), np.datetime64(first, "D") + n)
    return days[~np.isin((days.astype(np.int64) + 3) % 7, without)]


def test_bars_of_every_day_show_that_a_symbol_trades_every_day() -> None:
    every_day = _days("2022-01-03", 40)
    assert conclude_calendar(every_day) == "24/7"
    assert conclude_calendar(np.delete(every_day, [3, 12])) == "24/7"  # two bars are missing, one on a weekend
    assert conclude_calendar(every_day[:13]) is None


@pytest.mark.parametrize("without", [(5, 6), (5,), (4, 5)])
def test_bars_of_some_days_of_the_week_show_nothing(without: tuple[int, ...]) -> None:
    """Stocks; currencies, which open on Sunday evening; exchanges that are closed on Friday."""
    assert conclude_calendar(_days("2022-01-03", 400, without=without)) is None


def test_a_symbols_own_calendar_comes_before_what_its_bars_show_and_the_default() -> None:
    every_day, weekdays = _days("2022-01-03", 40), _days("2022-01-03", 40, without=(5, 6))
    assert choose_calendar("XLON", every_day, "XNYS") == "XLON"
    assert choose_calendar(None, every_day, "XNYS") == "24/7"
    assert choose_calendar(None, weekdays, "XNYS") == "XNYS"
    assert choose_calendar(None, weekdays, "") is None


def test_an_exchange_has_a_time_zone() -> None:
    assert (exchange_time_zone("XNYS"), exchange_time_zone("24/7")) == ("America/New_York", "UTC")
