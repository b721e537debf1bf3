"""The sessions of an exchange, from the package exchange_calendars."""

from datetime import date, datetime
from functools import cache

import exchange_calendars
import numpy as np
import numpy.typing as npt

START = "1960-01-04"  # the package's own default is only 20 years back
NAMES = frozenset(exchange_calendars.get_calendar_names())


@cache
def exchange_sessions(calendar: str) -> npt.NDArray[np.datetime64]:
    """Return every session of the exchange from 1960 to a year from now, ascending, as `datetime64[D]`.

    Args:
        calendar: A name of `NAMES`, "XNYS" for one.
    """
    try:
        found = exchange_calendars.get_calendar(calendar, start=START)
    except ValueError:  # some exchanges are not known as far back
        earliest = exchange_calendars.get_calendar(calendar).bound_min()
        found = exchange_calendars.get_calendar(calendar, start=earliest)
    sessions: npt.NDArray[np.datetime64] = found.sessions.to_numpy().astype("datetime64[D]")
    return sessions


def last_session_over(calendar: str, now: datetime) -> date:
    """Return the last session of the exchange that has closed by `now`, which is timezone-aware."""
    closes = exchange_calendars.get_calendar(calendar).closes
    session: date = closes[closes <= now].index[-1].date()
    return session
