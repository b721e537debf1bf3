"""Warnings about the bars, each with a code and a sentence."""

from datetime import UTC, date, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

from services.prediction.types import Array
from shared.market.exchange_sessions import count_sessions_behind, exchange_sessions
from shared.market.price_jumps import find_price_jumps
from shared.schemas.wire import Warning

ONE_DAY = timedelta(days=1)
STALE_SESSIONS = 5  # a week: more, and the last bar is old
N_CALENDAR_CHECKED = 60  # sessions, a quarter: enough to tell whether the calendar is the right one
LONG_STANDSTILL = 60  # sessions: after fewer, intervals are about right soon
N_WIDENING = 40  # sessions after a standstill, until about nine of ten closes lie inside intervals of 90 % again
LONG_GAP_DAYS = 10  # since 1960 XNYS was never closed for more than 6 days (September 2001)


def incomplete_bars(n_left_out: int, *, adjusted: bool, above_zero: bool = True) -> list[Warning]:
    """Warn about bars that were left out for a missing or, if prices must be above zero, an unusable price."""
    if not n_left_out:
        return []
    prices = "open, high, low, close or adjusted close" if adjusted else "open, high, low or close"
    problem = "missing, not above zero or absurdly large" if above_zero else "missing or absurdly large"
    bars = "1 bar was" if n_left_out == 1 else f"{n_left_out} bars were"
    detail = f"{bars} left out because an {prices} is {problem}."
    return [Warning(code="incomplete_bars", detail=detail)]


def unreadable_rows(n_skipped: int) -> list[Warning]:
    """Warn about stored rows that are not bars."""
    if not n_skipped:
        return []
    rows = "1 stored row was" if n_skipped == 1 else f"{n_skipped} stored rows were"
    detail = f"{rows} left out because {'its' if n_skipped == 1 else 'their'} date is unreadable or a duplicate."
    return [Warning(code="unreadable_rows", detail=detail)]


def rejected_newest(session: date | None, last: date) -> list[Warning]:
    """Warn about a row that is newer than the last bar and was not stored."""
    if session is None:
        return []
    detail = f"The newest row ({session}) was rejected when it was loaded, so the bars end on {last}. Load it again."
    return [Warning(code="newest_row_rejected", detail=detail)]


def price_jumps(
    sessions: NDArray[np.datetime64], opens: Array, closes: Array, *, adjusted: bool, can_adjust: bool
) -> list[Warning]:
    """Warn about price jumps that no market makes; arrays of shape `(n_bars,)`."""
    jumps = find_price_jumps(sessions, opens, closes)
    warnings = []
    if len(at := jumps.lasting):
        if adjusted:
            remedy = "The bars before are on another basis: reload the whole history (mode=replace)."
        elif can_adjust:
            remedy = "Use adjusted prices (adjusted=true)."
        else:
            remedy = "Load adjusted bars, or load bars with an adjusted close and use adjusted prices (adjusted=true)."
        kind = "Adjusted prices" if adjusted else "Prices"
        detail = f"{kind} jump between sessions as at an unadjusted split: {_say_when(sessions, at)}. {remedy}"
        warnings.append(Warning(code="split_like_jump", detail=detail))
    if len(at := jumps.wrong_rows):
        bars = "1 bar has prices" if len(at) == 1 else f"{len(at)} bars have prices"
        detail = (
            f"{bars} on another scale than the bars before and after, first on "
            f"{sessions[at[0]].item()}. Correct or remove what is wrong."
        )
        warnings.append(Warning(code="wrong_rows", detail=detail))
    if len(at := jumps.over_gaps):
        detail = (
            f"Prices jump over a gap, further than they move in that time: {_say_when(sessions, at)}. The bars "
            "before may be on another scale, or of another company."
        )
        warnings.append(Warning(code="jump_over_gap", detail=detail))
    return warnings


def _say_when(sessions: NDArray[np.datetime64], jumps: NDArray[np.intp]) -> str:
    first: date = sessions[jumps[0]].item()
    return f"once, on {first}" if len(jumps) == 1 else f"{len(jumps)} times, first on {first}"


def bars_and_today(sessions: NDArray[np.datetime64], calendar: str | None, today: date) -> list[Warning]:
    """Warn if the last bar is old, or if bars are dated in the future; shape `(n_bars,)`.

    Args:
        sessions: The sessions, ascending.
        calendar: Code of the symbol's exchange; None for every weekday.
        today: The date in UTC. A response with it ends with the day: see `services.prediction.api.responder`.
    """
    last: date = sessions[-1].item()
    n_ahead = int((sessions > np.datetime64(today + ONE_DAY, "D")).sum())  # one day for the time zones that are ahead
    if n_ahead:
        bars = "1 bar is" if n_ahead == 1 else f"{n_ahead} bars are"
        detail = f"{bars} dated after today ({today}), up to {last}. Check the dates."
        return [Warning(code="future_bars", detail=detail)]
    midnight = datetime.combine(today, time(), UTC)
    behind = int(count_sessions_behind(sessions[-1:], calendar, midnight)[0])
    if behind <= STALE_SESSIONS:
        return []
    detail = f"The last bar is from {last}, {behind} sessions ago. Load newer bars: the forecast starts from that day."
    return [Warning(code="stale", detail=detail)]


def off_calendar(sessions: NDArray[np.datetime64], calendar: str | None, symbol: str) -> list[Warning]:
    """Warn if recent bars do not fit the calendar, so that the next sessions may be dated wrongly; shape `(n_bars,)`.

    Args:
        sessions: The sessions, ascending.
        calendar: Code of the symbol's exchange; None for every weekday.
        symbol: The symbol.
    """
    if not calendar:
        return []
    known = exchange_sessions(calendar)
    recent = sessions[-N_CALENDAR_CHECKED:]
    recent = recent[(recent >= known[0]) & (recent <= known[-1])]
    n_others = int((~np.isin(recent, known)).sum())
    if not n_others:
        return []
    days = "is on a day" if n_others == 1 else "are on days"
    detail = (
        f"{n_others} of the last {len(recent)} bars {days} when {calendar} was closed, so the sessions ahead may be "
        f"dated wrongly. Set the calendar of {symbol} (PATCH /api/stocks/{symbol})."
    )
    return [Warning(code="off_calendar", detail=detail)]


def volatility_from_closes(is_from_closes: bool) -> list[Warning]:
    """Warn if the volatility is estimated from closes alone."""
    if not is_from_closes:
        return []
    detail = (
        "Many of the last bars have no usable high and low, so volatility is estimated from closes alone, and the "
        "prediction intervals follow it less closely."
    )
    return [Warning(code="volatility_from_closes", detail=detail)]


def constant_prices(sessions: NDArray[np.datetime64], closes: Array, lookback: int) -> list[Warning]:
    """Warn about a close that has not changed, or has only just begun to change again; arrays of shape `(n_bars,)`.

    Args:
        sessions: The sessions, ascending.
        closes: The closes.
        lookback: Sessions without a change that are worth a warning.
    """
    changes = np.flatnonzero(np.diff(closes)) + 1
    n_unchanged = np.diff(changes, prepend=0) - 1  # sessions before each change
    if not len(changes) or len(closes) - changes[-1] > lookback:
        detail = f"The close has not changed in the last {lookback} sessions. The bars may be stale or not market data."
        return [Warning(code="constant_prices", detail=detail)]
    ends = np.flatnonzero((n_unchanged >= LONG_STANDSTILL) & (changes >= len(closes) - N_WIDENING))
    if not len(ends):
        return []
    detail = (
        f"The close did not change for {n_unchanged[ends[-1]]} sessions before {sessions[changes[ends[-1]]].item()}. "
        "Intervals and ranges learn from those, too, so they may be far too narrow, whatever share of closes they held."
    )
    return [Warning(code="constant_prices", detail=detail)]


def long_gap(sessions: NDArray[np.datetime64]) -> list[Warning]:
    """Warn about sessions too far apart to be consecutive; shape `(n_bars,)`."""
    days = np.diff(sessions).astype(np.int64)
    gaps = np.flatnonzero(days > LONG_GAP_DAYS)
    if not len(gaps):
        return []
    longest = gaps[days[gaps].argmax()]
    detail = (
        f"Gaps of more than {LONG_GAP_DAYS} days between sessions: {len(gaps)}; the longest is {days[longest]} "
        f"days, after {sessions[longest].item()}. The sessions on either side are treated as consecutive."
    )
    return [Warning(code="long_gap", detail=detail)]
