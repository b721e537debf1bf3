"""Reads documents of layouts that other tools use: other names of fields, other forms of dates and numbers. Pure.

The layout is that of the whole collection: one document may be ambiguous where all of them are not.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from services.data.mongo.bar_documents import DATE, FIELDS, Document, build_bars
from services.data.mongo.foreign.values import may_be_shifted, parse_columns, parse_dates, skips_weekdays
from services.data.tables.names import ALIASES, Field, normalise, rank
from services.data.tables.resample import MANY_A_DAY
from shared.schemas.arrow import PRICES, BarColumns

N_SAMPLED = 5  # documents whose fields show the layout
SESSION: Field = "session"
OWN_NAMES = {SESSION: DATE, **FIELDS}
SHOWN = 8  # names of a field, of those that are looked for


@dataclass(frozen=True)
class Layout:
    """The name of each field that a collection's documents have, by our names of the fields."""

    names: Mapping[str, str]


def choose_layout(bars: BarColumns, sample: Sequence[Document]) -> Layout | None:
    """Return the layout in which the documents must be read; None if our own fits them.

    Args:
        bars: What was read in our own layout.
        sample: Some of the documents, with all of their fields.
    """
    layout = find_layout(sample)
    if SESSION not in layout.names or not layout.names.keys() & {*PRICES}:
        return None
    if not len(bars.sessions):
        return layout
    unknown = [name for name in FIELDS if name in layout.names and np.isnan(bars.numbers[name]).all()]
    has_other_names = any(layout.names[name] != OWN_NAMES[name] for name in unknown)
    has_text = any(isinstance(document.get(layout.names[name]), str) for name in unknown for document in sample)
    is_shifted = any(may_be_shifted(bars.sessions, document.get(DATE)) for document in sample)
    return layout if has_other_names or has_text or is_shifted or _has_many_a_day(bars) else None


def find_layout(documents: Iterable[Document]) -> Layout:
    """Find the fields by their names; our own names come first."""
    found = {name for document in documents for name in document if isinstance(name, str)}
    names: dict[str, str] = {}
    for field in (SESSION, *FIELDS):
        ranked = [(_rank(cast(Field, field), name), name) for name in found]
        best = min(((rank, name) for rank, name in ranked if rank is not None), default=None)
        if best is not None:
            names[field] = best[1]
    return Layout(names)


def read_layout(symbol: str, documents: Sequence[Document], layout: Layout) -> BarColumns:
    """Build the columns of documents of this layout.

    Raises:
        NoBars: Dates or numbers may mean two things, and nothing in the collection settles which; or the bars are not
            daily ones.
    """
    sessions = parse_dates(
        symbol, layout.names[SESSION], [document.get(layout.names[SESSION]) for document in documents]
    )
    values = {name: [document.get(layout.names.get(name, "")) for document in documents] for name in FIELDS}
    return build_bars(symbol, sessions, parse_columns(symbol, values))


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
    return f"{symbol} is stored, but none of its documents is a bar: {reason}. Found: {', '.join(map(repr, found))}."


def is_complete(bars: BarColumns) -> bool:
    """Say whether there are bars, one a day, each number of each is known, and their weekdays are an exchange's."""
    is_known = not any(np.isnan(column).any() for column in bars.numbers.values())
    return len(bars.sessions) > 0 and is_known and not skips_weekdays(bars.sessions) and not _has_many_a_day(bars)


def _has_many_a_day(bars: BarColumns) -> bool:
    """Return whether the documents may be parts of days, of which the last of each was read as the day."""
    return bars.skipped > (MANY_A_DAY - 1) * len(bars.sessions)


def _rank(field: Field, name: str) -> int | None:
    return -1 if name == OWN_NAMES[field] else rank(field, normalise(name))
