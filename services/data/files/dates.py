"""Parses the dates of a file as sessions. Pure.

A file has one date format, detected from all its dates; a date in another format is invalid.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from services.data.files.columns import quote_text
from shared.errors import UnreadableFile
from shared.schemas.loads import DateFormat

Days = npt.NDArray[np.datetime64]
Counts = npt.NDArray[np.int64]

YEARS = range(1600, 2200)  # the first stock exchange opened in 1602
_TIME = r"(?:[T ,].*)?"
_DAY_AND_MONTH = r"^(?P<{}>\d{{1,2}})[-/.](?P<{}>\d{{1,2}})[-/.](?P<year>\d{{4}})" + _TIME + "$"
PATTERNS: dict[DateFormat, str] = {
    "iso": r"^(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})" + _TIME + "$",
    "dmy": _DAY_AND_MONTH.format("day", "month"),
    "mdy": _DAY_AND_MONTH.format("month", "day"),
    "ymd": r"^(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?:\.0*)?$",
    "epoch": r"^[+-]?\d{1,20}(\.\d*)?([eE]\+?\d{1,2})?$",
}
MAX_EPOCH_SECONDS = 1e10  # the year 2286; milliseconds of the same day have three more digits
SECONDS_PER_DAY = 86_400
CHUNK_SIZE = 1 << 16  # texts; their parsed parts take ten times their memory


def read_sessions(texts: pa.StringArray, counts: Counts, date_format: DateFormat | None = None) -> Days:
    """Parse the session of each text, `datetime64[D]`, NaT where it is not in the format of most.

    A time of day is ignored: the session is the written date, or the UTC date of an epoch.

    Args:
        texts: The distinct dates of a file; null or empty is no date.
        counts: How often each occurs.
        date_format: Their format; None to detect it.

    Raises:
        UnreadableFile: No format fits at least half of them, or day and month are ambiguous.
    """
    texts = pc.utf8_trim_whitespace(texts)
    n_present = int(counts[_is_present(texts)].sum())
    if date_format is not None:
        return _choose_format(texts, counts, n_present, {date_format: _parse_days(texts, date_format)})
    days = {"iso": _parse_days(texts, "iso")}
    if counts[~np.isnat(days["iso"])].sum() < n_present:
        days |= {other: _parse_days(texts, other) for other in PATTERNS if other != "iso"}
        _resolve_day_or_month(texts, counts, days)
        _resolve_ymd_or_epoch(counts, days)
    return _choose_format(texts, counts, n_present, days)


def _is_present(texts: pa.StringArray) -> npt.NDArray[np.bool_]:
    return np.asarray(pc.greater(pc.fill_null(pc.binary_length(texts), 0), 0).to_numpy(zero_copy_only=False))


def _choose_format(texts: pa.StringArray, counts: Counts, n_present: int, days: dict[str, Days]) -> Days:
    n_read = {name: int(counts[~np.isnat(whole_days)].sum()) for name, whole_days in days.items()}
    best = max(n_read, key=n_read.__getitem__)
    if n_read[best] * 2 < n_present:
        example = texts[int(np.flatnonzero(_is_present(texts) & np.isnat(days[best]))[0])].as_py()
        candidates = f"the date format {best}" if len(days) == 1 else f"any date format ({', '.join(PATTERNS)})"
        raise UnreadableFile(f"Most dates do not match {candidates}, for example {quote_text(example)}.")
    return days[best]


def _resolve_day_or_month(texts: pa.StringArray, counts: Counts, days: dict[str, Days]) -> None:
    """Drop one of `dmy` and `mdy`."""
    is_dmy, is_mdy = ~np.isnat(days["dmy"]), ~np.isnat(days["mdy"])
    only_dmy, only_mdy = counts[is_dmy & ~is_mdy].sum(), counts[is_mdy & ~is_dmy].sum()
    if (is_dmy | is_mdy).any() and bool(only_dmy) == bool(only_mdy):
        order = "only" if only_dmy else "either"
        example = texts[int(np.flatnonzero(is_dmy & is_mdy if order == "either" else is_mdy & ~is_dmy)[0])].as_py()
        problem = (
            f"The dates may be day first or month first, for example {quote_text(example)}."
            if order == "either"
            else f"Some dates can only be day first and others only month first, for example {quote_text(example)}."
        )
        raise UnreadableFile(f"{problem} Choose one with --date-format dmy or mdy (date_format= over HTTP).")
    del days["mdy" if only_dmy else "dmy"]


def _resolve_ymd_or_epoch(counts: Counts, days: dict[str, Days]) -> None:
    """Drop one of `ymd` and `epoch`: few epochs are valid YYYYMMDD dates by chance."""
    n_ymd, n_epoch = (counts[~np.isnat(days[name])].sum() for name in ("ymd", "epoch"))
    del days["epoch" if n_ymd * 2 > n_epoch else "ymd"]


def _parse_days(texts: pa.StringArray, date_format: DateFormat) -> Days:
    if date_format == "epoch":
        return _parse_epoch_days(texts)
    starts = range(0, max(1, len(texts)), CHUNK_SIZE)
    return np.concatenate(
        [_parse_calendar_days(texts.slice(start, CHUNK_SIZE), PATTERNS[date_format]) for start in starts]
    )


def _parse_calendar_days(texts: pa.StringArray, pattern: str) -> Days:
    fields = pc.extract_regex(texts, pattern)
    year, month, day = (_to_integers(fields.field(name), fields) for name in ("year", "month", "day"))
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + (day - 1)
    is_day = (month >= 1) & (month <= 12) & (day >= 1) & (days.astype("datetime64[M]") == months)
    return limit_years(np.where(is_day, days, np.datetime64("NaT", "D")))


def _to_integers(field: pa.StringArray, fields: pa.StructArray) -> npt.NDArray[np.int64]:
    """Convert to integers, 0 where the pattern does not match."""
    text = pc.if_else(fields.is_valid(), field, "0")
    return np.asarray(pc.cast(text, pa.int64()).to_numpy(zero_copy_only=False))


def _parse_epoch_days(texts: pa.StringArray) -> Days:
    is_number = pc.match_substring_regex(texts, PATTERNS["epoch"])
    numbers = pc.cast(pc.if_else(is_number, texts, None), pa.float64()).to_numpy(zero_copy_only=False)
    finite = numbers[np.isfinite(numbers)]
    # One unit for all, from their median: days around 1970 are small numbers in milliseconds, too.
    size = float(np.median(np.abs(finite))) if len(finite) else 0.0
    unit = next((power for power in (1.0, 1e3, 1e6) if size <= MAX_EPOCH_SECONDS * power), 1e9)
    days = np.floor(numbers / (unit * SECONDS_PER_DAY))
    is_day = np.isfinite(days) & (np.abs(days) < 1e6)
    whole_days = np.where(is_day, days, 0).astype(np.int64).astype("datetime64[D]")
    return limit_years(np.where(is_day, whole_days, np.datetime64("NaT", "D")))


def limit_years(days: Days) -> Days:
    """Replace days outside `YEARS` by NaT."""
    first, end = (np.datetime64(f"{year}-01-01", "D") for year in (YEARS.start, YEARS.stop))
    return np.where((days >= first) & (days < end), days, np.datetime64("NaT", "D"))
