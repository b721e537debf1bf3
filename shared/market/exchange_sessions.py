"""The sessions of an exchange, from the package exchange_calendars."""

from datetime import date, datetime
from functools import cache
from typing import Annotated

import exchange_calendars
import numpy as np
import numpy.typing as npt
from pydantic import AfterValidator

START = "1960-01-04"  # the package's own default is only 20 years back
NAMES = frozenset(exchange_calendars.get_calendar_names())
_NONE: npt.NDArray[np.datetime64] = np.array([], "datetime64[D]")


def _is_a_calendar(value: str | None) -> str | None:
    if value and value not in NAMES:
        raise ValueError("use the code of an exchange, for example XNYS")
    return value or None


Calendar = Annotated[str | None, AfterValidator(_is_a_calendar)]  # as a setting; empty means None


@cache
def exchange_sessions(calendar: str) -> npt.NDArray[np.datetime64]:
    """Return every session of the exchange from 1960 to a year from now, ascending, as `datetime64[D]`.

    Args:
        calendar: A name of `NAMES`, for example "XNYS".
    """
    try:
        exchange = exchange_calendars.get_calendar(calendar, start=START)
    except ValueError:  # some calendars do not go back that far
        earliest = exchange_calendars.get_calendar(calendar).bound_min()
        exchange = exchange_calendars.get_calendar(calendar, start=earliest)
    sessions: npt.NDArray[np.datetime64] = exchange.sessions.to_numpy().astype("datetime64[D]")
    return sessions


def last_session_over(calendar: str, now: datetime) -> date:
    """Return the last session of the exchange that has closed by `now`, which must be timezone-aware."""
    closes = exchange_calendars.get_calendar(calendar).closes
    session: date = closes[closes <= now].index[-1].date()
    return session


def next_sessions(calendar: str, after: date, n: int) -> list[date]:
    """Return the next `n` sessions after a day, ascending. Weekdays, if the calendar is empty or ends.

    >>> [str(session) for session in next_sessions("XNYS", date(2024, 7, 3), 2)]
    ['2024-07-05', '2024-07-08']
    """
    day, sessions = np.datetime64(after, "D"), exchange_sessions(calendar) if calendar else _NONE
    first = int(sessions.searchsorted(day, side="right"))
    known = sessions[first : first + n] if first else _NONE  # nothing is known before the first session
    last = known[-1] if len(known) else day
    weekdays = np.busday_offset(last, np.arange(1, n - len(known) + 1), roll="backward")
    return [*known.tolist(), *weekdays.tolist()]
