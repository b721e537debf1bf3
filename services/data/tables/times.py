"""Parses times of day, with an offset from UTC if one is written. Pure."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Deltas = npt.NDArray[np.timedelta64]
_TIME = (
    r"^[T ,]*(?P<hour>\d{1,2})(?::?(?P<minute>\d{2})(?::?(?P<second>\d{2}))?)?(?:[.,]\d+)?"
    r"\s*(?P<half>[AaPp])?(?:\.?[Mm]\.?)?\s*(?:UTC|GMT)?(?P<zone>Z|UTC|GMT|[+-]\d{2})?:?(?P<minutes>\d{2})?"
)


def parse_times(texts: pa.StringArray) -> tuple[Deltas, Deltas | None]:
    """Return the time of day of each text in seconds, 0 if it has none, and its offset from UTC, NaT if it has none.

    The offsets are None if no text has one. A zone by name, such as EST, is not an offset.
    """
    fields = pc.extract_regex(pc.fill_null(texts, ""), _TIME)
    hour, minute, second = (_to_integers(fields, name) for name in ("hour", "minute", "second"))
    half = pc.utf8_lower(pc.fill_null(fields.field("half"), ""))
    is_pm, is_am = (np.asarray(pc.equal(half, letter).to_numpy(zero_copy_only=False)) for letter in ("p", "a"))
    hour = np.where(is_pm & (hour < 12), hour + 12, np.where(is_am & (hour == 12), 0, hour))
    is_time = (hour < 24) & (minute < 60) & (second < 60)
    seconds = np.where(is_time, hour * 3600 + minute * 60 + second, 0)
    zone = pc.fill_null(fields.field("zone"), "")
    has_zone = np.asarray(pc.greater(pc.binary_length(zone), 0).to_numpy(zero_copy_only=False))
    if not has_zone.any():
        return seconds.astype("timedelta64[s]"), None
    is_name = pc.is_in(zone, pa.array(["Z", "UTC", "GMT", ""]))
    hours = np.asarray(
        pc.cast(pc.if_else(is_name, "0", pc.replace_substring(zone, "+", "")), pa.int64()).to_numpy(
            zero_copy_only=False
        )
    )
    west = np.asarray(pc.starts_with(zone, "-").to_numpy(zero_copy_only=False))
    offset = hours * 3600 + np.where(west, -1, 1) * _to_integers(fields, "minutes") * 60
    return seconds.astype("timedelta64[s]"), np.where(has_zone, offset, np.iinfo(np.int64).min).astype("timedelta64[s]")


def _to_integers(fields: pa.StructArray, name: str) -> npt.NDArray[np.int64]:
    text = pc.fill_null(fields.field(name), "")
    text = pc.if_else(pc.equal(pc.binary_length(text), 0), "0", text)
    return np.asarray(pc.cast(text, pa.int64()).to_numpy(zero_copy_only=False))
