"""Parses times of day, with an offset from UTC if one is written. Pure."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Deltas = npt.NDArray[np.timedelta64]
Mask = npt.NDArray[np.bool_]
NONE = np.timedelta64("NaT", "s")
_WORDS = r"^[^\d]*$"  # such as the day of the week
_TIME = (
    r"^[T ,:]*(?P<hour>\d{1,2})(?::?(?P<minute>\d{2})(?::?(?P<second>\d{2}))?)?(?:[.,]\d+)?"
    r"\s*(?:(?P<half>[AaPp])(?:\.?[Mm])?\b\.?)?"  # not the A of America
    r"\s*(?P<utc>Z|UTC|GMT)?(?:(?P<hours>[+-]\d{1,2}):?(?P<minutes>\d{2})?)?(?:[^\d:.]*|\s*\[.*\]|\s*\(.*\))$"
)


def parse_times(texts: pa.StringArray) -> tuple[Deltas, Deltas | None]:
    """Return the time of day of each text in seconds, and its offset from UTC, NaT if it has none.

    A text without digits is 0:00, and any other text that is not a time is NaT. The offsets are None if no text has
    one. A zone by name, such as EST, is not an offset.
    """
    texts = pc.fill_null(texts, "")
    fields = pc.extract_regex(texts, _TIME)
    hour, minute, second = (_to_integers(fields, name) for name in ("hour", "minute", "second"))
    half = pc.utf8_lower(pc.fill_null(fields.field("half"), ""))
    is_pm, is_am = (_to_mask(pc.equal(half, letter)) for letter in ("p", "a"))
    hour = np.where(is_pm & (hour < 12), hour + 12, np.where(is_am & (hour == 12), 0, hour))
    seconds = hour * 3600 + minute * 60 + second
    seconds[hour == 24] = 0  # the end of the day that is written
    is_time = _to_mask(fields.is_valid()) & (hour <= 24) & (minute < 60) & (second <= 60)
    is_time |= _to_mask(pc.match_substring_regex(texts, _WORDS))
    times = np.where(is_time, seconds.astype("timedelta64[s]"), NONE)
    hours, utc = (pc.fill_null(fields.field(name), "") for name in ("hours", "utc"))
    has_offset = _to_mask(pc.not_equal(pc.binary_join_element_wise(utc, hours, ""), ""))
    if not has_offset.any():
        return times, None
    west = np.where(_to_mask(pc.starts_with(hours, "-")), -1, 1)
    offset = west * (np.abs(_to_integers(fields, "hours")) * 3600 + _to_integers(fields, "minutes") * 60)
    return times, np.where(has_offset, offset.astype("timedelta64[s]"), NONE)


def _to_mask(values: pa.Array) -> Mask:
    return np.asarray(values.to_numpy(zero_copy_only=False)).astype(bool)


def _to_integers(fields: pa.StructArray, name: str) -> npt.NDArray[np.int64]:
    text = pc.replace_substring(pc.fill_null(fields.field(name), ""), "+", "")
    text = pc.if_else(pc.equal(pc.binary_length(text), 0), "0", text)
    return np.asarray(pc.cast(text, pa.int64()).to_numpy(zero_copy_only=False))
