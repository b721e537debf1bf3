"""Reads documents of layouts that other tools use: other names of fields, other forms of dates and numbers. Pure.

The layout is that of the whole collection: one document may be ambiguous where all of them are not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import numpy as np

from services.data.mongo.bar_documents import DATE, FIELDS, Document, build_bars
from services.data.mongo.foreign.values import (
    Days,
    Floats,
    may_be_shifted,
    parse_columns,
    parse_dates,
    skips_weekdays,
)
from services.data.tables.columns import DATE as DATE_START
from services.data.tables.names import ALIASES, Field, normalise, rank
from shared.errors import NoBars
from shared.schemas.arrow import PRICES, BarColumns

N_SAMPLED = 5  # documents at the start, and as many at the end, whose fields show the layout
SESSION: Field = "session"
OWN_NAMES = {SESSION: DATE, **FIELDS}
NEEDED = (SESSION, *PRICES)
KEY = "_id"
SHOWN = 8  # names of a field, of those that are looked for
MANY_REPEATED = 0.2  # of the days: more documents of the same days may not be corrections
SAME_CHANGE = 1e-3  # relative, of closes that were rounded
MAX_CORRECTED = 5  # days


@dataclass(frozen=True)
class Layout:
    """The names of the fields of a collection's documents, by our names of the fields.

    Attributes:
        names: The names in most documents.
        others: Those in documents that have other names for their date or prices.
    """

    names: Mapping[str, str]
    others: Sequence[Mapping[str, str]] = ()

    def names_in(self, document: Document) -> Mapping[str, str]:
        """Return the first names under which a document has a date and prices."""
        return next((names for names in (self.names, *self.others) if _has_needed(document, names)), self.names)

    @property
    def fields(self) -> list[str]:
        """Return the names of all fields that are read."""
        return [name for names in (self.names, *self.others) for name in names.values()]


def choose_layout(bars: BarColumns, sample: Sequence[Document]) -> Layout | None:
    """Return the layout in which the documents must be read; None if our own fits them.

    Args:
        bars: What was read in our own layout.
        sample: Some of the documents, with all of their fields.
    """
    layout = find_layout(sample)
    if SESSION not in layout.names or not layout.names.keys() & {*PRICES}:
        return None
    if not len(bars.sessions) or layout.others:
        return layout
    unknown = [name for name in FIELDS if name in layout.names and np.isnan(bars.numbers[name]).all()]
    has_other_names = any(layout.names[name] != OWN_NAMES[name] for name in unknown)
    has_text = any(isinstance(document.get(layout.names[name]), str) for name in unknown for document in sample)
    is_shifted = any(may_be_shifted(bars.sessions, document.get(DATE)) for document in sample)
    return layout if has_other_names or has_text or is_shifted or _has_many_a_day(bars) else None


def lost_any(bars: BarColumns) -> bool:
    """Return whether a document has no date that was read, or no price, so that its fields may have other names."""
    return not len(bars.sessions) or bars.skipped > 0 or any(np.isnan(bars.numbers[name]).any() for name in PRICES)


def needed_names(sample: Sequence[Document]) -> list[str]:
    """Return the names of the date and the prices in a sample; a document without one of them may have others."""
    names = find_layout(sample).names
    return [names[field] for field in NEEDED if field in names]


def find_layout(documents: Sequence[Document]) -> Layout:
    """Find the fields by their names; our own names come first."""
    names = _find_names([each for each in documents if _find_names([each]).keys() >= {*NEEDED}] or documents)
    others: list[Mapping[str, str]] = []
    for document in documents:
        own = _find_names([document])
        if own.keys() >= {*NEEDED} and not any(_has_needed(document, each) for each in (names, *others)):
            others.append(own)
    return Layout(names, others)


def _find_names(documents: Sequence[Document]) -> Mapping[str, str]:
    found = {name for document in documents for name in document if isinstance(name, str)}
    names: dict[str, str] = {}
    for field in (SESSION, *FIELDS):
        # Of "T" and "t", as of Polygon, the first is the ticker.
        ranked = [(_rank(cast(Field, field), name), not name.islower(), name) for name in found]
        best = min((each for each in ranked if each[0] is not None), default=None)
        if best is not None:
            names[field] = best[2]
    if SESSION not in names and documents and all(map(_has_dated_key, documents)):
        names[SESSION] = KEY
    return names


def _has_dated_key(document: Document) -> bool:
    key = document.get(KEY)
    return isinstance(key, datetime) or (isinstance(key, str) and DATE_START.match(key) is not None)


def _has_needed(document: Document, names: Mapping[str, str]) -> bool:
    return all(names.get(field) in document for field in NEEDED)


def read_layout(symbol: str, documents: Sequence[Document], layout: Layout) -> BarColumns:
    """Build the columns of documents of this layout.

    Raises:
        NoBars: Dates or numbers may mean two things, and nothing in the collection settles which; or the bars are not
            daily ones.
    """
    named = [(document, layout.names_in(document)) for document in documents]
    dates = [document.get(names.get(SESSION, "")) for document, names in named]
    sessions = parse_dates(symbol, layout.names[SESSION], dates)
    values = {field: [document.get(names.get(field, "")) for document, names in named] for field in FIELDS}
    numbers = parse_columns(symbol, values)
    bars = build_bars(symbol, sessions, numbers)
    if _has_many_a_day(bars):
        _require_one_version(symbol, sessions, numbers["close"])
    return bars


def _require_one_version(symbol: str, sessions: Days, closes: Floats) -> None:
    """Check that documents of one day are corrections, or the same history on another basis.

    Raises:
        NoBars: From one day to the next, their closes differ in other ways.
    """
    known = np.flatnonzero(~np.isnat(sessions) & (closes > 0))
    days, first, counts = np.unique(sessions[known], return_index=True, return_counts=True)
    last = len(known) - 1 - np.unique(sessions[known][::-1], return_index=True)[1]
    repeated = counts > 1
    ratios = np.log(closes[known[last]] / closes[known[first]])[repeated]
    is_other = np.abs(np.diff(ratios, prepend=0)) > SAME_CHANGE
    if is_other.sum() > max(MAX_CORRECTED, MANY_REPEATED * len(days)):
        raise NoBars(
            f"{symbol} is stored, but with several documents of one day and other prices, for example of "
            f"{days[repeated][is_other][0]}: they are of several instruments, or parts of days. If a field names the "
            "instrument, make a view of each (docs/mongodb-layouts.md). Store one document for each day."
        )


def describe_unreadable(symbol: str, sample: Sequence[Mapping[str, Any]]) -> str:
    """Say which fields a bar needs, and which were found in documents that are not bars."""
    names = find_layout(sample).names
    found = list(dict.fromkeys(str(name) for document in sample for name in document))[:20]
    fields: tuple[Field, ...] = (SESSION, "close")
    missing = [field for field in fields if field not in names]
    looked_for = "; ".join(
        f"for the {'date' if field == SESSION else field}: {OWN_NAMES[field]}, {', '.join(ALIASES[field][:SHOWN])}"
        for field in missing
    )
    reason = (
        f"fields are missing. Looked {looked_for}, and other names in any case that docs/files.md lists"
        if missing
        else f"no date in the field {names[SESSION]!r} can be read"
    )
    nested = [name for document in sample for name, value in document.items() if isinstance(value, dict | list)]
    view = f" {nested[0]!r} is nested: a view can take it apart (docs/mongodb-layouts.md)." if nested else ""
    return (
        f"{symbol} is stored, but none of its documents is a bar: {reason}. Found: {', '.join(map(repr, found))}.{view}"
    )


def is_complete(bars: BarColumns) -> bool:
    """Say whether there are bars, one a day, each number of each is known, and their weekdays are an exchange's."""
    is_known = not any(np.isnan(column).any() for column in bars.numbers.values())
    return len(bars.sessions) > 0 and is_known and not skips_weekdays(bars.sessions) and not _has_many_a_day(bars)


def _has_many_a_day(bars: BarColumns) -> bool:
    """Return whether the documents may be parts of days, of which the last of each was read as the day."""
    return bars.skipped > MANY_REPEATED * len(bars.sessions)


def _rank(field: Field, name: str) -> int | None:
    return -1 if name == OWN_NAMES[field] else rank(field, normalise(name))
