"""The sessions of an exchange, from the package exchange_calendars."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache

import exchange_calendars
import numpy as np
import numpy.typing as npt

START = "1960-01-04"  # the package's own default is only 20 years back
EVERY_DAY = "24/7"
N_CONCLUDED_FROM = 60  # bars: two months, so that a pause years ago does not count
MIN_CONCLUDED_FROM = 14  # bars: two weekends at least
SHARE_OF_WEEKENDS = 0.8  # with bars; currencies, which open on Sunday evening, have half of them
_NONE: npt.NDArray[np.datetime64] = np.array([], "datetime64[D]")


@cache
def exchange_sessions(calendar: str) -> npt.NDArray[np.datetime64]:
    """Return every session of the exchange from 1960 to a year from now, ascending, as `datetime64[D]`.

    Args:
        calendar: A name of `shared.market.calendar_names`, for example "XNYS".
    """
    sessions: npt.NDArray[np.datetime64] = _open_calendar(calendar).sessions.to_numpy().astype("datetime64[D]")
    return sessions


def conclude_calendar(sessions: npt.NDArray[np.datetime64]) -> str | None:
    """Conclude from the latest bars that a symbol trades every day of the week, as cryptocurrencies do.

    Args:
        sessions: Shape `(n_bars,)`, `datetime64[D]`, ascending.

    Returns:
        EVERY_DAY, or None if the bars do not show it.
    """
    latest = sessions[-N_CONCLUDED_FROM:]
    if len(latest) < MIN_CONCLUDED_FROM:
        return None
    days = np.arange(latest[0], latest[-1] + 1)
    weekend = days[~np.is_busday(days)]
    return EVERY_DAY if np.isin(weekend, latest).mean() >= SHARE_OF_WEEKENDS else None


def choose_calendar(own: str | None, sessions: npt.NDArray[np.datetime64], default: str | None) -> str | None:
    """Choose the calendar of a symbol: its own, else the one that its bars show, else the default."""
    return own or conclude_calendar(sessions) or default or None


def exchange_time_zone(calendar: str) -> str:
    """Return the time zone of the exchange, such as America/New_York."""
    return str(exchange_calendars.get_calendar(calendar).tz)


def count_sessions_behind(
    lasts: npt.NDArray[np.datetime64], calendar: str | None, now: datetime
) -> npt.NDArray[np.int64]:
    """Count the sessions after each of `lasts` that are over; weekdays if there is no calendar.

    Args:
        lasts: Sessions of last bars, `datetime64[D]`, in any order.
        calendar: A name of `shared.market.calendar_names`, or None.
        now: The current time, timezone-aware.

    Returns:
        Numbers from 0, of the same shape.
    """
    if calendar:
        sessions, over = exchange_sessions(calendar), np.datetime64(last_session_over(calendar, now), "D")
        behind = sessions.searchsorted(over, side="right") - sessions.searchsorted(lasts, side="right")
    else:
        behind = np.busday_count(lasts + 1, np.datetime64(now.astimezone(UTC).date(), "D"))
    counts: npt.NDArray[np.int64] = np.maximum(behind, 0)
    return counts


def last_session_over(calendar: str, now: datetime) -> date:
    """Return the last session of the exchange that has closed by `now`, which must be timezone-aware."""
    closes = exchange_calendars.get_calendar(calendar).closes
    session: date = closes[closes <= now].index[-1].date()
    return session


def session_close(calendar: str | None, session: date) -> datetime:
    """Return when the session closes, in UTC: the end of its day if the calendar does not know it.

    >>> session_close("XNYS", date(2024, 7, 3)).isoformat()
    '2024-07-03T17:00:00+00:00'
    """
    close = _closes(calendar).get(session) if calendar else None
    return close or datetime.combine(session + timedelta(days=1), time(), UTC)


@cache
def _closes(calendar: str) -> dict[date, datetime]:
    closes = _open_calendar(calendar).closes
    return dict(zip(closes.index.date, closes.dt.to_pydatetime(), strict=True))


@cache
def _open_calendar(calendar: str) -> exchange_calendars.ExchangeCalendar:
    try:
        return exchange_calendars.get_calendar(calendar, start=START)
    except ValueError:  # some calendars do not go back that far
        return exchange_calendars.get_calendar(calendar, start=exchange_calendars.get_calendar(calendar).bound_min())


def next_sessions(calendar: str, after: date, n: int) -> list[date]:
    """Return the next `n` sessions after a day, ascending. Weekdays, if the calendar is empty or ends.

    >>> [str(session) for session in next_sessions("XNYS", date(2024, 7, 3), 2)]
    ['2024-07-05', '2024-07-08']
    """
    day, sessions = np.datetime64(after, "D"), exchange_sessions(calendar) if calendar else _NONE
    first = int(sessions.searchsorted(day, side="right"))
    upcoming = sessions[first : first + n] if first else _NONE  # nothing is known before the first session
    last = upcoming[-1] if len(upcoming) else day
    weekdays = np.busday_offset(last, np.arange(1, n - len(upcoming) + 1), roll="backward")
    return [*upcoming.tolist(), *weekdays.tolist()]
