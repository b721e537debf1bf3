"""Concludes the sessions of one symbol's moments: dates as written, or days in the exchange's time zone. Pure.

Moments that are not daily are refused: several on a day, or one a week or a month.
"""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from services.data.tables.notes import NAME_COLUMN, SUNDAYS, Notes, name_option
from services.data.tables.resample import describe_intraday, is_intraday
from services.data.tables.stamps import MIN_DAYS, Seconds, Stamps, find_days, iter_parts, skips_fridays, skips_mondays
from shared.errors import UnreadableFile

Deltas = npt.NDArray[np.timedelta64]
Days = npt.NDArray[np.datetime64]
DAY = 86_400
FEW, MANY = 0.02, 0.1  # shares of days on weekends
END_OF_DAY = DAY - 120
MIN_GAPS = 2  # between bars; two alone must agree
MOST = 0.8  # of the gaps
MIN_RUN = 8  # bars of one span in a row, which days with gaps do not show by chance
SPANS = {  # days from one bar to the next
    "weekly": (6, 8),
    "two-weekly": (13, 15),
    "monthly": (26, 35),
    "quarterly": (85, 98),
    "yearly": (355, 375),
}
# Where an exchange is, one for each rule of summer time. The first that fits names the others.
ZONES = (
    *("America/New_York", "America/Chicago", "America/Sao_Paulo", "Europe/London", "Europe/Paris", "Europe/Helsinki"),
    *("Africa/Johannesburg", "Asia/Jerusalem", "Europe/Moscow", "Asia/Tehran", "Asia/Dubai", "Asia/Karachi"),
    *("Asia/Kolkata", "Asia/Kathmandu", "Asia/Dhaka"),
    *("Asia/Jakarta", "Asia/Shanghai", "Asia/Tokyo", "Australia/Brisbane", "Australia/Sydney", "Pacific/Auckland"),
)
MIDNIGHTS = (
    "The times are 00:00 in UTC, and each was read as the beginning of its day. If they are the ends of days, "
    f"name their column, close_time=… {NAME_COLUMN}"
)
HOW_TO_ZONE = f"Give the time zone of the exchange, for example Europe/Paris {name_option('timezone')}"
HOW_TO_RESAMPLE = f"Combine hours or minutes into daily bars {name_option('resample', 'daily')}"


@dataclass(frozen=True)
class Sessions:
    """The session of each moment, NaT where there is none; and whether they are parts of days."""

    days: Days
    is_intraday: bool = False


def conclude_sessions(
    stamps: Stamps, timezone: str | None, resample: bool, notes: Notes, *, is_end: bool = False
) -> Sessions:
    """Return the session of each moment of one symbol, in days, or in seconds as its midnight.

    Args:
        stamps: The moments.
        timezone: The exchange's time zone; None to conclude it.
        resample: Whether several moments on a day are wanted.
        notes: Receive what was concluded.
        is_end: Whether they are the last seconds of bars.

    Raises:
        UnreadableFile: The moments are not daily, or their days cannot be concluded.
    """
    local = _in_zone(stamps, timezone) if timezone else stamps.local
    has_times = any(_seconds_of_day(part[~np.isnat(part)]).any() for part in iter_parts(local))
    if has_times and is_intraday(known := local[~np.isnat(local)]):
        if not resample:
            raise UnreadableFile(f"These are {describe_intraday(known)}, not daily ones. {HOW_TO_RESAMPLE}")
        if stamps.utc is None:
            _note_no_zone(timezone, bool(np.ptp(_seconds_of_day(known)) > DAY // 2), notes)
        elif timezone is None:
            _require_weekdays(find_days(known), bool((local == stamps.utc)[~np.isnat(local)].all()), notes)
        return Sessions(local.astype("datetime64[D]"), is_intraday=True)
    days: Days = local.astype("datetime64[D]") if has_times else local  # no copy of what are midnights already
    distinct = find_days(local)
    if timezone is None and (has_times or stamps.utc is not None or skips_mondays(distinct)):
        shift = _shift(stamps, local, notes)
        if is_end and stamps.utc is not None and not shift[~np.isnat(local)].astype(bool).any():
            _require_own_day(local[~np.isnat(local)])
        days = np.asarray(days + shift, days.dtype)
        distinct = find_days(days)
    refuse_longer(distinct)
    _note_doubts(stamps, timezone, distinct, has_times, notes)
    return Sessions(days)


def _note_doubts(stamps: Stamps, timezone: str | None, distinct: Days, has_times: bool, notes: Notes) -> None:
    if skips_fridays(distinct):
        notes.add(SUNDAYS)
    if stamps.utc is None and (has_times or stamps.has_clock):
        _note_no_zone(timezone, not _skips_weekends(distinct, has_times), notes)
    elif timezone is None and stamps.utc is not None and not (has_times or _skips_weekends(distinct, has_times)):
        notes.add(MIDNIGHTS)


def _require_own_day(ends: Seconds) -> None:
    """Refuse ends in the morning in UTC, which may be midnight west of Greenwich, unless weekends show the day."""
    days, last = ends.astype("datetime64[D]"), int(_seconds_of_day(ends).max(initial=0))
    distinct = find_days(days)
    is_told = len(distinct) >= MIN_DAYS and _weekend_share(distinct) <= FEW and _weekend_share(distinct - 1) > MANY
    if last < DAY // 2 and not is_told:
        clock = f"{(last + 1) // 3600:02}:{(last + 1) % 3600 // 60:02}"
        raise UnreadableFile(f"Bars end at {clock} in UTC, which may be midnight west of Greenwich. {HOW_TO_ZONE}")


def _note_no_zone(timezone: str | None, is_doubtful: bool, notes: Notes) -> None:
    """Say that the days are those of a clock whose zone is not written, unless weekends without bars show it."""
    if timezone:
        notes.add(f"The times name no offset from UTC, so they were read as times in {timezone}.")
    elif is_doubtful:
        notes.add("The times name no offset from UTC, so each bar was given the date as written.")


def _skips_weekends(distinct: Days, has_times: bool) -> bool:
    """Return whether the days are those of an exchange without any conversion; few show it only without times."""
    return _weekend_share(distinct) <= MANY if len(distinct) >= MIN_DAYS else not has_times


def _in_zone(stamps: Stamps, timezone: str) -> Seconds:
    """Return the moments in a zone; those without an offset are in it already."""
    if stamps.utc is None:
        return stamps.local
    return np.where(np.isnat(stamps.utc), stamps.local, _to_zone(stamps.utc, timezone))


def _to_zone(utc: Seconds, timezone: str) -> Seconds:
    try:
        zone = ZoneInfo(timezone)
    except (ValueError, OSError) as error:  # ZoneInfoNotFoundError is a KeyError
        raise UnreadableFile(f"There is no time zone {timezone}.") from error
    except KeyError as error:
        raise UnreadableFile(f"There is no time zone {timezone}. Write one such as Europe/Paris.") from error
    moments = pd.DatetimeIndex(utc).tz_localize("UTC").tz_convert(zone).tz_localize(None)
    return np.asarray(moments.to_numpy("datetime64[s]"))


def _require_weekdays(distinct: Days, is_utc: bool, notes: Notes) -> None:
    """Refuse bars in UTC that fall on weekends, as in another zone they would not; few days without are a note."""
    is_few = len(distinct) < MIN_DAYS
    weekend = np.unique(distinct[~np.is_busday(distinct)].astype(np.int64) % 7)
    if (is_few and is_utc and len(weekend) == 1) or (not is_few and 0 < _weekend_share(distinct) < 0.25):
        raise UnreadableFile(f"The bars are in UTC, where some fall on weekends. {HOW_TO_ZONE}")
    if is_few and is_utc:
        notes.add(f"The times are in UTC, and each bar was given its date in UTC. {HOW_TO_ZONE}")


def _shift(stamps: Stamps, local: Seconds, notes: Notes) -> Deltas:
    """Return by how many days the session of each moment differs from the date that is written."""
    shift = np.zeros(len(local), "timedelta64[D]")
    known = np.zeros(len(local), bool) if stamps.utc is None else ~np.isnat(stamps.utc)
    if stamps.utc is None or not known.any():
        known = ~np.isnat(local)
        shift[known] = _shift_moments(local[known], local[known], False, notes)
        return shift
    utc, written = stamps.utc[known], _seconds_of_day(local[known])
    is_midnight = written.any() and not _seconds_of_day(utc).any()  # in UTC, written in another zone
    if is_midnight and not skips_mondays(utc):
        shift[known] = utc.astype("datetime64[D]") - local[known].astype("datetime64[D]")
        if shift.astype(np.int64).any():
            notes.add("The times are midnight in UTC: sessions are the dates in UTC.")
    elif written.any() or skips_mondays(local[known]):
        shift[known] = _shift_moments(utc, local[known], True, notes)
    return shift


def _shift_moments(instants: Seconds, local: Seconds, is_known: bool, notes: Notes) -> Deltas:
    """Return whether each session is the date as written, a day later or, for evenings west of Greenwich, earlier.

    Args:
        instants: Moments in UTC, or those that may be.
        local: The same moments as written.
        is_known: Whether `instants` are known to be in UTC.
        notes: Receive what was concluded.

    Raises:
        UnreadableFile: Neither weekends nor summer time settle it.
    """
    days, seconds = local.astype("datetime64[D]"), _seconds_of_day(local)
    none = np.zeros(len(local), "timedelta64[D]")
    has_summer_time = len(np.unique(seconds)) > 1
    zones = [zone for zone in ZONES if _is_midnight(instants, zone)] if is_known or has_summer_time else []
    # New Zealand's midnight is 11:00 in summer.
    is_late = _to_zone(instants, zones[0]) >= days + 1 if zones else seconds >= DAY // 2
    side = 1 if is_late.any() else -1
    # Evenings west of Greenwich are just after midnight in UTC, in summer perhaps on it.
    is_early = (seconds > 0) | skips_mondays(days)
    shift = np.where(is_late if side > 0 else is_early, side, 0).astype("timedelta64[D]")
    is_long = len(find_days(days)) >= MIN_DAYS
    as_written, shifted = _weekend_share(find_days(days)), _weekend_share(find_days(days + shift))
    if is_long and as_written <= FEW and shifted > MANY:
        return none
    if is_long and shifted <= FEW < as_written:
        where = f"midnight in {zones[0]}" if zones and side > 0 else "in another time zone, or at the end of each day"
        words = "a day later" if side > 0 else "a day earlier"
        notes.add(f"The times are {where} (as written, bars would be on weekends): sessions are up to {words}.")
        return shift
    if not zones or side < 0 or int(seconds.min()) >= END_OF_DAY:
        return none  # opening or close, midnight west of Greenwich, or the end of the day in UTC
    if has_summer_time and is_long:
        notes.add(f"The times are midnight in {zones[0]}, summer time included: sessions are the dates there.")
        return shift
    clock = f"{int(seconds.max()) // 3600:02}:{int(seconds.max()) % 3600 // 60:02}"
    raise UnreadableFile(f"The times, {clock} in UTC, may be midnight of the next day somewhere east. {HOW_TO_ZONE}")


def _seconds_of_day(moments: Seconds) -> npt.NDArray[np.int64]:
    return np.asarray((moments - moments.astype("datetime64[D]")).astype(np.int64))


def _is_midnight(utc: Seconds, zone: str) -> bool:
    local = _to_zone(utc, zone)
    return not _seconds_of_day(local).any()


def _weekend_share(days: Days) -> float:
    return float((~np.is_busday(days)).mean()) if len(days) else 0.0


def refuse_longer(distinct: Days) -> None:
    """Raise `UnreadableFile` for weeks, months and longer, also before or after days."""
    gaps = np.diff(distinct).astype(np.int64)
    if len(gaps) < MIN_GAPS:
        return
    for kind, (least, most) in SPANS.items():
        is_long = (gaps >= least) & (gaps <= most)
        if is_long.mean() >= (MOST if len(gaps) > MIN_GAPS + 1 else 1):
            raise UnreadableFile(f"These are {kind} bars. Only daily bars are forecast: load daily ones.")
        start, end = _find_run(is_long)
        if end - start >= MIN_RUN:
            raise UnreadableFile(
                f"From {distinct[start]} to {distinct[end]} these are {kind} bars. Only daily bars are forecast: "
                "load daily ones, or remove the others."
            )


def _find_run(is_long: npt.NDArray[np.bool_]) -> tuple[int, int]:
    """Return the start and the end of the longest run."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], is_long, [False]))))
    if not len(edges):
        return 0, 0
    starts, ends = edges[::2], edges[1::2]
    at = int(np.argmax(ends - starts))
    return int(starts[at]), int(ends[at])
