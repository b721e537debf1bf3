import numpy as np
import pytest

from services.data.exchange_sessions import NAMES, exchange_sessions


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
