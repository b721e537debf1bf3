"""Bars as MongoDB documents in the layout that people already have, and back to a frame. Pure.

A document has `Date` (text that begins with an ISO date, or a BSON date), `Open`, `High`, `Low`, `Close` and perhaps
`Volume` and `Adj Close`; other tools write numbers as text, leave fields out and add fields of their own.
"""

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd

from shared.arrow import NUMBERS, BarFrame

FIELDS = {
    "open": "Open",
    "high": "High",
    "low": "Low",
    "close": "Close",
    "volume": "Volume",
    "adj_close": "Adj Close",
}
DATE = "Date"


def frame_of(symbol: str, documents: Iterable[Mapping[str, Any]]) -> BarFrame:
    """Return the documents as a frame: ascending by session, of two with one session the later, unreadable numbers NaN.

    `skipped` counts the documents that are not in it: without a readable date, or with the session of another.
    """
    rows: dict[date, list[float]] = {}
    n_documents = 0
    for document in documents:
        n_documents += 1
        session = _session(document.get(DATE))
        if session is not None:
            rows[session] = [_number(document.get(field)) for field in FIELDS.values()]
    sessions = sorted(rows)
    bars = pd.DataFrame([rows[session] for session in sessions], columns=list(NUMBERS), dtype="float64")
    bars.insert(0, "session", pd.Series(sessions, dtype="object").astype("datetime64[s]"))
    return BarFrame(symbol=symbol, bars=bars, skipped=n_documents - len(rows))


def documents_of(frame: BarFrame) -> list[dict[str, Any]]:
    """Return the frame's bars as documents; a number that is not known is left out."""
    sessions = frame.bars["session"].dt.strftime("%Y-%m-%d")
    columns = [frame.bars[name].tolist() for name in FIELDS]
    return [
        {DATE: session}
        | {field: value for field, value in zip(FIELDS.values(), values, strict=True) if not math.isnan(value)}
        for session, *values in zip(sessions, *columns, strict=True)
    ]


def _session(value: object) -> date | None:
    if isinstance(value, datetime):
        return (value if value.tzinfo is None else value.astimezone(UTC)).date()
    if not isinstance(value, str):
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def _number(value: object) -> float:
    if value is None or isinstance(value, bool):
        return math.nan
    try:
        number = float(str(value))  # Decimal128 and text too
    except ValueError:
        return math.nan
    return number if math.isfinite(number) else math.nan
