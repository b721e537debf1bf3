"""Parses numbers as moments: seconds to nanoseconds or days since 1970, or the days of a spreadsheet. Pure."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from services.data.tables.notes import HOW_TO_WRITE
from services.data.tables.stamps import Stamps, limit_years, skips_fridays, skips_mondays

EPOCH = r"^[+-]?\d{1,20}(\.\d*)?([eE]\+?\d{1,2})?$"
MAX_SECONDS = 1e10  # the year 2286; milliseconds of the same day have three more digits
RECENT = 1e9  # seconds until September 2001
MAX_DAYS = 100_000  # the year 2173 of a spreadsheet
SECONDS_PER_DAY = 86_400
SHEET_EPOCH = 25_569  # 1970-01-01 in a spreadsheet, which counts from 1899-12-30
SHEET_1904 = 1_462  # days from the epoch of a spreadsheet to that of an old one of a Macintosh
ONE_DAY = "The numbers in the column of dates are not dates: {}. " + HOW_TO_WRITE
ROUNDED = (
    "The dates were rounded, for example {}. Format the column as a number without decimals and save the file again."
)
SINCE_1960 = (
    "Dates such as {:g} may be days since 1970, with Sundays and without Fridays, or since 1960, as SAS and Stata "
    "count them. Write the dates as 2024-01-31."
)
_MANTISSA = r"^[+-]?(?P<mantissa>\d{1,20}(?:\.\d*)?)[eE]\+?\d{1,2}$"
_UNITS = {1.0: "seconds", 1e3: "milliseconds", 1e6: "microseconds", 1e9: "nanoseconds"}


def parse_epochs(texts: pa.StringArray) -> Stamps:
    """Parse each number, NaT where a text is not one.

    All have one unit, by their size: days around 1970 are small numbers in milliseconds, too. Two units are read if
    every number is a moment since 2001 in its own, as in files that Binance wrote before 2025 and since. Numbers of
    days from 25,569 on are those of a spreadsheet, as days since 1970 they would be in the future; smaller ones are
    days since 1970. A count of rows, from 0 or 1 on, is not a date. Numbers with an exponent and too few digits for a
    second, or a day, were rounded, unless all are whole minutes, which may have few.
    """
    is_number = pc.match_substring_regex(texts, EPOCH)
    column = pc.cast(pc.if_else(is_number, texts, pa.scalar(None, texts.type)), pa.float64())
    numbers = np.asarray(column.to_numpy(zero_copy_only=False))
    finite = numbers[np.isfinite(numbers)]
    if not len(finite):
        return Stamps.none(len(texts))
    size = float(np.median(np.abs(finite)))
    n_digits = _count_digits(texts.filter(is_number))
    if size < MAX_DAYS:
        is_rounded = 0 < n_digits < len(f"{size:.0f}")
        return _say_rounded(texts) if is_rounded else _parse_days(numbers, finite)
    own = _choose_units(np.abs(numbers))
    is_recent = (np.abs(finite) >= RECENT * own[np.isfinite(numbers)]).all()
    units = own if is_recent else np.full(len(numbers), _choose_units(np.array([size]))[0])
    seconds = numbers / units
    known = seconds[np.isfinite(seconds)]
    if 0 < n_digits < len(f"{np.median(np.abs(known)):.0f}") and (known % 60).any():
        return _say_rounded(texts)
    stamps = _from_seconds(np.floor(seconds))
    days = stamps.local[stamps.is_valid].astype("datetime64[D]")
    names = " and ".join(_UNITS[unit] for unit in np.unique(units[np.isfinite(numbers)]).tolist())
    is_one_day = len(days) > 2 and (days == days[0]).all()
    if is_one_day and ((np.abs(finite) < RECENT).all() or np.ptp(finite) == 0):  # others are parts of a day
        return Stamps.none(len(texts), ONE_DAY.format(f"in {names}, all fall on {days[0]}"))
    return Stamps(stamps.local, stamps.local, f"Dates such as {_first(texts)} were read as {names} since 1970.")


def _count_digits(texts: pa.StringArray) -> int:
    """Return the most digits of numbers with an exponent, 0 if not most numbers have one."""
    mantissas = pc.extract_regex(texts, _MANTISSA)
    if mantissas.null_count * 2 >= len(texts):
        return 0
    mantissas = mantissas.filter(mantissas.is_valid()).field("mantissa")
    return int(pc.max(pc.utf8_length(pc.replace_substring(mantissas, ".", ""))).as_py() or 0)


def _say_rounded(texts: pa.StringArray) -> Stamps:
    example = texts.filter(pc.match_substring_regex(texts, _MANTISSA))[0].as_py()
    return Stamps.none(len(texts), ROUNDED.format(example[:20]))


def _choose_units(sizes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the fewest units in a second with which a number is a moment before 2286."""
    return np.select([sizes <= MAX_SECONDS * unit for unit in (1.0, 1e3, 1e6)], [1.0, 1e3, 1e6], 1e9)


def _parse_days(numbers: npt.NDArray[np.float64], finite: npt.NDArray[np.float64]) -> Stamps:
    typical = float(np.median(finite))
    if float(np.min(finite)) <= 1 or typical < SECONDS_PER_DAY / 24:  # rows are counted from 0 or 1
        return Stamps.none(len(numbers), ONE_DAY.format("they are small, as if rows were counted"))
    is_sheet = float(np.quantile(finite, 0.95)) >= SHEET_EPOCH
    first = SHEET_EPOCH if is_sheet else 0
    kind = "the days of a spreadsheet" if is_sheet else "days since 1970"
    days = np.floor(finite - first).astype(np.int64).astype("datetime64[D]")
    if not is_sheet and skips_fridays(days):
        return Stamps.none(len(numbers), SINCE_1960.format(finite[0]))
    if is_sheet and skips_mondays(days) and not skips_mondays(days + SHEET_1904):
        first, kind = first - SHEET_1904, "the days of a spreadsheet since 1904: since 1900, bars would be on Saturdays"
    seconds = (numbers - first) * SECONDS_PER_DAY
    stamps = _from_seconds(np.round(seconds))
    return Stamps(stamps.local, note=f"Dates such as {finite[0]:g} were read as {kind}.")


def _first(texts: pa.StringArray) -> str:
    return next((text[:20] for text in texts[:100].to_pylist() if text), "")


def _from_seconds(seconds: npt.NDArray[np.float64]) -> Stamps:
    is_moment = np.isfinite(seconds) & (np.abs(seconds) < 1e11)
    moments = np.where(is_moment, seconds, 0).astype(np.int64).astype("datetime64[s]")
    return Stamps(limit_years(np.where(is_moment, moments, np.datetime64("NaT", "s"))))
