"""Parses dates and numbers of other tools' documents: text as in a file, and what BSON has a type for. Pure."""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from services.data.mongo.bar_documents import parse_number
from services.data.tables.dates import DateReader
from services.data.tables.days import refuse_longer
from services.data.tables.notes import without_options
from services.data.tables.numbers import NumberReader
from services.data.tables.resample import describe_intraday, is_intraday
from services.data.tables.stamps import find_days, skips_mondays
from shared.errors import NoBars, UnreadableFile

Days = npt.NDArray[np.datetime64]
Floats = npt.NDArray[np.float64]
EVENING = 10  # hours in UTC, from which on it may be midnight east of Greenwich
ISO = "YYYY-MM-DD"
SHARE_OF_SUNDAYS = 0.1  # of bars: a fifth of them are of Mondays, which are Sunday evening in UTC east of it


def parse_dates(symbol: str, field: str, values: Sequence[object]) -> Days:
    """Parse each value, NaT where it is not a date.

    Raises:
        NoBars: The dates may be read in two ways, or most of those that are text or numbers in none; or they are not
            one a day.
    """
    texts = pa.array(list(map(_write, values)), pa.string())
    moments: Days = np.full(len(values), np.datetime64("NaT", "s"))
    if texts.null_count < len(texts):
        with _explained(symbol, f"its dates in the field {field!r} cannot be read", "Write them as YYYY-MM-DD."):
            moments = _read_dates(texts)
    for at, value in enumerate(values):
        if isinstance(value, datetime):
            aware = value if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)
            moments[at] = np.datetime64(aware, "s")
    _require_daily(symbol, moments[~np.isnat(moments)])
    return _shift(moments)


def _require_daily(symbol: str, moments: npt.NDArray[np.datetime64]) -> None:
    if is_intraday(moments):
        raise NoBars(f"{symbol} is stored, but as {describe_intraday(moments)}. Store daily ones.")
    try:
        refuse_longer(find_days(moments))
    except UnreadableFile as error:
        raise NoBars(f"{symbol} is stored, but not by the day. {error.detail}") from error


def skips_fridays(days: Days) -> bool:
    """Return whether there are bars of Sundays and none of Fridays."""
    weekdays = (days.astype("datetime64[D]").astype(np.int64) + 3) % 7  # 0 is Monday
    return len(days) > 0 and bool((weekdays == 6).mean() >= SHARE_OF_SUNDAYS) and not (weekdays == 4).any()


def skips_weekdays(days: Days) -> bool:
    """Return whether days in UTC may be those before or after the days of an exchange."""
    return skips_fridays(days) or skips_mondays(days)


def may_be_shifted(days: Days, value: object) -> bool:
    """Return whether days are not those of an exchange, and one of their dates has a time that may explain it."""
    if isinstance(value, datetime):
        return skips_fridays(days) if value.hour >= EVENING else skips_mondays(days)
    return isinstance(value, str) and len(value) > len(ISO) and skips_weekdays(days)


def parse_columns(symbol: str, values: Mapping[str, Sequence[object]]) -> dict[str, Floats]:
    """Parse each column, NaN where a value is not a number.

    Args:
        symbol: The symbol, for the sentence.
        values: By field, one value for each document.

    Raises:
        NoBars: A comma may be a decimal mark or separate thousands, and no number settles which.
    """
    reader = NumberReader()
    texts = {name: pa.array([_text(value) for value in column], pa.string()) for name, column in values.items()}
    with _explained(symbol, "its prices are text that cannot be read", "Write them as numbers."):
        reader.settle({name: column for name, column in texts.items() if name != "volume"})
        numbers = {name: reader.read(column, is_volume=name == "volume").values for name, column in texts.items()}
        reader.ticks.check()
    parsed = {}
    for name, column in values.items():
        read = numbers[name]
        typed = np.array([math.nan if isinstance(value, str) else parse_number(value) for value in column], np.float64)
        parsed[name] = np.where(np.isfinite(read), read, typed)
    return parsed


def _read_dates(texts: pa.StringArray) -> npt.NDArray[np.datetime64]:
    counts = np.ones(len(texts), np.int64)
    try:
        return DateReader().read(texts, counts).local
    except UnreadableFile:  # an exchange is closed on weekends
        likely = []
        for order in ("dmy", "mdy"):
            with suppress(UnreadableFile):
                moments = DateReader(order).read(texts, counts).local
                likely += [moments] if np.is_busday(moments.astype("datetime64[D]")).all() else []
        if len(likely) != 1:
            raise
        return likely[0]


@contextmanager
def _explained(symbol: str, problem: str, remedy: str) -> Iterator[None]:
    try:
        yield
    except UnreadableFile as error:
        raise NoBars(f"{symbol} is stored, but {problem}: {without_options(error.detail)} {remedy}") from error


def _write(value: object) -> str | None:
    """Write a date that is text or a number as in a file; None for anything else."""
    if isinstance(value, float):
        return f"{value:.0f}" if np.isfinite(value) else None
    return str(value) if isinstance(value, int | str) and not isinstance(value, bool) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _shift(moments: npt.NDArray[np.datetime64]) -> Days:
    """Return the days of moments: the next ones if they are midnights east of Greenwich, the ones before if west.

    Bars of Sundays and none of Fridays show the one, bars of Saturdays and none of Mondays the other.
    """
    days = moments.astype("datetime64[D]")
    known = ~np.isnat(days)
    hours = (moments[known] - days[known]).astype("timedelta64[h]").astype(np.int64)
    if (hours >= EVENING).all() and skips_fridays(days[known]):
        days[known] += 1
    elif (hours < EVENING).all() and skips_mondays(days[known]):
        days[known] -= 1
    return days
