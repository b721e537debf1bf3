"""Tells the moments when bars end from those when they begin: an end at midnight is the day before. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from services.data.tables.dates import parse_dates
from services.data.tables.names import Field
from services.data.tables.notes import NAME_COLUMN, Notes, quote_text
from services.data.tables.stamps import Seconds
from shared.errors import UnreadableFile

_DATE = re.compile(r"\d{4}[-/.]|\d{1,2}[-/.]|\d{8,}")
_EPOCH = re.compile(r"\d{9,}(\.\d*)?$")
_HAS_TIME = re.compile(r".*:|\d{9,}")


@dataclass(frozen=True)
class Cells:
    """The first rows of a table, and the names of its columns, unchanged."""

    names: Sequence[str]
    rows: Sequence[Sequence[str]]

    def column(self, index: int) -> list[str]:
        """Return the cells of a column that are not empty."""
        return [row[index].strip() for row in self.rows if index < len(row) and row[index].strip()]


def settle_moment(
    found: dict[Field, int], chosen: Mapping[Field, int], starts: Sequence[int], cells: Cells, notes: Notes
) -> None:
    """Leave one of `session` and `end` in `found`: the date, unless it is itself the end, or is not there.

    Args:
        found: The position of each field.
        chosen: Those that an option names.
        starts: The positions of columns of moments when bars begin.
        cells: The first rows.
        notes: Receive what was concluded.

    Raises:
        UnreadableFile: Dates without a time in a column of ends may be the day or the next one.
    """
    if "session" not in chosen and "end" not in chosen:
        _prefer_start(found, starts, cells, notes)
    if "end" not in found:
        return
    ends = cells.column(found["end"])
    days = cells.column(found["session"]) if "session" in found else []
    if "end" in chosen or ("session" not in chosen and ends == days and _are_instants(ends)):
        found.pop("session", None)
        name = quote_text(cells.names[found["end"]])
        notes.add(f"{name} was read as the end of each bar: one that ends at 00:00 is of the day before.")
    elif "session" in found or not all(_DATE.match(cell) for cell in ends):
        del found["end"]
    else:
        _require_time(ends)
        settle_moment(found, {"end": found["end"]}, starts, cells, notes)


def _prefer_start(found: dict[Field, int], starts: Sequence[int], cells: Cells, notes: Notes) -> None:
    """Take the moments when bars begin, if those under a plainer name are a day after them."""
    moment = found.get("session")
    if moment is None or not starts or moment in starts:
        return
    moments, begins = (_parse(cells.column(index)) for index in (moment, starts[0]))
    if moments is None or begins is None or len(moments) != len(begins):
        return
    is_midnight = (moments == moments.astype("datetime64[D]")).all()
    if is_midnight and (moments - begins == np.timedelta64(1, "D")).all():
        notes.add(f"{quote_text(cells.names[moment])} was not read: it is the end of each bar.")
        found["session"] = starts[0]


def _are_instants(cells: Sequence[str]) -> bool:
    """Return whether dates have a time of day other than midnight, or are epochs."""
    moments = _parse(cells)
    has_times = moments is not None and bool((moments != moments.astype("datetime64[D]")).any())
    return has_times or (bool(cells) and all(map(_EPOCH.match, cells)))


def _require_time(ends: Sequence[str]) -> None:
    if not all(_HAS_TIME.match(cell) for cell in ends):
        raise UnreadableFile(
            f"The dates are those of the end of each bar, for example {quote_text(ends[0])}, and may be its day or the "
            f"next one. Name their column as either, date=… or close_time=… {NAME_COLUMN}"
        )


def _parse(cells: Sequence[str]) -> Seconds | None:
    if not cells:
        return None
    try:
        stamps = parse_dates(pa.array(cells, pa.string()), np.ones(len(cells), np.int64))
    except UnreadableFile:
        return None
    return stamps.local if stamps.is_valid.all() else None
