"""Parses dates of other tools' documents: BSON dates, epochs, and text in any order that its days settle. Pure."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime

import numpy as np
import numpy.typing as npt

from shared.errors import NoBars

Days = npt.NDArray[np.datetime64]
NAT = np.datetime64("NaT", "D")
_DAY_AND_MONTH = re.compile(r"\s*(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})(?!\d)")
_NUMBER = re.compile(r"\s*-?\d{8,19}(\.0*)?\s*")
_NAMED = ("%b %d, %Y", "%d-%b-%Y", "%d %b %Y", "%d.%b.%Y", "%B %d, %Y", "%d %B %Y")
_UNITS = ((1e11, "s"), (1e14, "ms"), (1e17, "us"), (float("inf"), "ns"))  # by size: until the year 5138 in seconds
_FIRST_YMD, _LAST_YMD = 19_000_101, 21_001_231
SHARE_OF_SUNDAYS = 0.1  # of bars: a fifth of them are of Mondays, which are Sunday evening in UTC east of it


def parse_dates(symbol: str, field: str, values: Sequence[object]) -> Days:
    """Parse each value, NaT where it is no date.

    Raises:
        NoBars: All dates may be day first or month first.
    """
    moments = np.full(len(values), np.datetime64("NaT", "s"))
    texts: list[tuple[int, re.Match[str]]] = []
    for at, value in enumerate(values):
        if isinstance(value, datetime):
            aware = value if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)
            moments[at] = np.datetime64(aware, "s")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            moments[at] = _parse_epoch(float(value))
        elif isinstance(value, str) and (match := _DAY_AND_MONTH.match(value)):
            texts.append((at, match))
        elif isinstance(value, str):
            moments[at] = _parse_text(value)
    days = _shift_evenings(moments)
    if texts:
        days[[at for at, _ in texts]] = _settle_order(symbol, field, [match for _, match in texts])
    return days


def _parse_epoch(number: float) -> np.datetime64:
    if not np.isfinite(number):
        return np.datetime64("NaT", "s")
    if number == int(number) and _FIRST_YMD <= number <= _LAST_YMD:
        return _to_seconds(str(int(number)))
    unit = next(unit for limit, unit in _UNITS if abs(number) < limit)
    if unit == "s" and abs(number) < 1e8:  # before 1973: rather a count of something else
        return np.datetime64("NaT", "s")
    if abs(number) >= 2.0**63:
        return np.datetime64("NaT", "s")
    (moment,) = np.array([int(number)], f"datetime64[{unit}]").astype("datetime64[s]")
    return np.datetime64(moment)


def _parse_text(text: str) -> np.datetime64:
    if _NUMBER.fullmatch(text):
        return _parse_epoch(float(text))
    try:
        return np.datetime64(date.fromisoformat(text[:10]), "s")
    except ValueError:
        pass
    for form in _NAMED:
        try:
            return np.datetime64(datetime.strptime(text.strip()[:18], form), "s")  # a date only
        except ValueError:
            continue
    return np.datetime64("NaT", "s")


def _to_seconds(digits: str) -> np.datetime64:
    try:
        return np.datetime64(datetime.strptime(digits, "%Y%m%d"), "s")  # a date only
    except ValueError:
        return np.datetime64("NaT", "s")


def _shift_evenings(moments: npt.NDArray[np.datetime64]) -> Days:
    """Return the days of moments; midnights east of Greenwich, which are evenings in UTC, belong to the next day.

    That they are midnights is concluded from bars of Sundays and none of Fridays.
    """
    days = moments.astype("datetime64[D]")
    known = ~np.isnat(days)
    hours = (moments[known] - days[known]).astype("timedelta64[h]").astype(np.int64)
    weekdays = (days[known].astype(np.int64) + 3) % 7  # 0 is Monday
    if len(hours) and (hours >= 10).all() and (weekdays == 6).mean() >= SHARE_OF_SUNDAYS and not (weekdays == 4).any():
        days[known] += 1
    return days


def _settle_order(symbol: str, field: str, matches: Sequence[re.Match[str]]) -> Days:
    """Parse dates that are all day first or all month first."""
    first, second, year = (np.array([int(match[group]) for match in matches]) for group in (1, 2, 3))
    day_first, month_first = _to_days(year, second, first), _to_days(year, first, second)
    n_day_first, n_month_first = (int((~np.isnat(days)).sum()) for days in (day_first, month_first))
    if n_day_first != n_month_first:
        return day_first if n_day_first > n_month_first else month_first
    weekends = [int((~np.is_busday(days[~np.isnat(days)])).sum()) for days in (day_first, month_first)]
    if (weekends[0] == 0) != (weekends[1] == 0):  # an exchange is closed on weekends
        return day_first if weekends[0] == 0 else month_first
    example = matches[0].group(0).strip()
    raise NoBars(
        f"{symbol} is stored, but its dates may be day first or month first, for example {example!r} in the field "
        f"{field!r}, and no date in it settles which. Write them as YYYY-MM-DD."
    )


def _to_days(years: npt.NDArray[np.int64], months: npt.NDArray[np.int64], days: npt.NDArray[np.int64]) -> Days:
    """Build dates; NaT where one does not exist."""
    month = ((years - 1970) * 12 + months - 1).astype("datetime64[M]")
    built = month.astype("datetime64[D]") + (days - 1)
    exists = (months >= 1) & (months <= 12) & (days >= 1) & (built.astype("datetime64[M]") == month)
    return np.where(exists, built, NAT)
