"""Converts bars to MongoDB documents in the original project's layout, and back. Pure.

A document has `Date` (text that begins with an ISO date, or a BSON date), `Open`, `High`, `Low`, `Close` and perhaps
`Volume` and `Adj Close`; other tools write numbers as text, leave fields out and add fields of their own.
"""

import math
import struct
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import bson
import numpy as np
import numpy.typing as npt
from bson.codec_options import CodecOptions, DatetimeConversion
from bson.raw_bson import RawBSONDocument

from services.data.mongo.bson_columns import columns_from_bson, documents_from_columns
from shared.schemas.arrow import BarColumns, BarFrame

FIELDS = {
    "open": "Open",
    "high": "High",
    "low": "Low",
    "close": "Close",
    "volume": "Volume",
    "adj_close": "Adj Close",
}
DATE = "Date"
PART_BYTES = 1 << 20  # decoded at once: the decoder does not let other threads run meanwhile
Document = Mapping[str, Any]
NewDocuments = list[dict[str, Any]] | list[RawBSONDocument]
# Text or a date of another tool that Python cannot represent must not fail the other documents.
_CODEC: CodecOptions[Document] = CodecOptions(
    unicode_decode_error_handler="replace", datetime_conversion=DatetimeConversion.DATETIME_AUTO
)


def decode(raw: bytes) -> Document:
    """Decode one BSON document; none if `raw` is empty."""
    return bson.decode(raw, _CODEC) if raw else {}


def build_frame(symbol: str, documents: Sequence[Document]) -> BarFrame:
    """Build a frame, ascending by session; of two documents with one session the later wins, invalid numbers are NaN.

    `skipped` counts the documents left out: without a readable date, or with a repeated session.
    """
    return build_columns(symbol, documents).frame()


def build_columns(symbol: str, documents: Sequence[Document]) -> BarColumns:
    """Build the columns; see `build_frame`."""
    return build_bars(symbol, *_parse_documents(documents))


def bars_from_bson(symbol: str, raw: bytes) -> BarColumns:
    """Build the columns from concatenated BSON documents; equal to `build_frame` of the decoded ones.

    If all documents have one layout, as after a load, this takes a tenth of the time.
    """
    columns = columns_from_bson(raw)
    if columns is not None and DATE in columns:
        sessions = _parse_session_column(columns[DATE])
        numbers = {name: _parse_number_column(columns.get(field), len(columns[DATE])) for name, field in FIELDS.items()}
        if sessions is not None and all(column is not None for column in numbers.values()):
            return build_bars(symbol, sessions, numbers)
    parts = [_parse_documents(bson.decode_all(part, _CODEC)) for part in _split_bson(raw)]
    return build_bars(
        symbol,
        np.concatenate([sessions for sessions, _ in parts]),
        {name: np.concatenate([numbers[name] for _, numbers in parts]) for name in FIELDS},
    )


def parse_sessions(documents: Sequence[Document]) -> npt.NDArray[np.datetime64]:
    """Parse each document's session, in order; NaT where it cannot be read."""
    dates = [document.get(DATE) for document in documents]
    if all(type(value) is str and len(value) == 10 and value[4] == value[7] == "-" for value in dates):
        try:
            sessions = np.array(dates, dtype="datetime64[D]")  # one call for the dates that our loads write
        except ValueError:
            pass
        else:
            if not len(sessions) or sessions.min() >= np.datetime64(date.min, "D"):  # NumPy has a year 0
                return sessions
    return np.array([_parse_session(value) for value in dates], dtype="datetime64[D]")


def to_documents(frame: BarFrame) -> list[dict[str, Any]]:
    """Convert the frame's bars to documents; missing numbers are left out."""
    sessions = np.datetime_as_string(frame.bars["session"].to_numpy("datetime64[D]")).tolist()
    columns = [frame.bars[name].tolist() for name in FIELDS]
    if not frame.bars[list(FIELDS)].isna().to_numpy().any():
        names = (DATE, *FIELDS.values())
        return [dict(zip(names, row, strict=True)) for row in zip(sessions, *columns, strict=True)]
    return [
        {DATE: session}
        | {field: value for field, value in zip(FIELDS.values(), values, strict=True) if not math.isnan(value)}
        for session, *values in zip(sessions, *columns, strict=True)
    ]


def to_new_documents(frame: BarFrame) -> NewDocuments:
    """Convert the frame's bars to documents that are only to be inserted: encoded already, if each has the same fields.

    This takes a third of the time of `to_documents` and of encoding what it returns.
    """
    bars = frame.columns()
    known = {field: bars.numbers[name] for name, field in FIELDS.items() if not np.isnan(bars.numbers[name]).all()}
    if not len(bars) or any(np.isnan(column).any() for column in known.values()):
        return to_documents(frame)
    return documents_from_columns({DATE: np.datetime_as_string(bars.sessions).astype("S10"), **known})


def parse_number(value: object) -> float:
    """Parse the number in a field, which may be text or Decimal128; NaN if it is invalid or infinite."""
    if value is None or isinstance(value, bool):
        return math.nan
    try:
        number = float(str(value))
    except ValueError:
        return math.nan
    return number if math.isfinite(number) else math.nan


def _parse_documents(documents: Sequence[Document]) -> tuple[npt.NDArray[np.datetime64], dict[str, Any]]:
    numbers = {name: _parse_numbers([document.get(field) for document in documents]) for name, field in FIELDS.items()}
    return parse_sessions(documents), numbers


def _split_bson(raw: bytes) -> Iterator[bytes]:
    """Split concatenated documents into parts; at least one, which may be empty."""
    start = end = 0
    while end < len(raw):
        end += max(1, struct.unpack_from("<i", raw, end)[0])
        if end - start > PART_BYTES:
            yield raw[start:end]
            start = end
    if start == 0 or start < end:
        yield raw[start:]


def build_bars(symbol: str, sessions: npt.NDArray[np.datetime64], numbers: Mapping[str, Any]) -> BarColumns:
    """Build the columns, ascending by session, each session once, of values in the order of the documents."""
    positions = _find_last_per_session(sessions)
    columns = {name: column[positions] for name, column in numbers.items()}
    return BarColumns(symbol, sessions[positions], columns, skipped=len(sessions) - len(positions))


def _find_last_per_session(sessions: npt.NDArray[np.datetime64]) -> npt.NDArray[np.intp]:
    """Return the positions of the last document of each session, ascending by session."""
    if (sessions[1:] > sessions[:-1]).all() and not np.isnat(sessions).any():
        return np.arange(len(sessions))
    order = np.argsort(sessions, kind="stable")  # NaT comes last
    order = order[~np.isnat(sessions[order])]
    ordered = sessions[order]
    is_last = np.ones(len(order), dtype=bool)
    is_last[:-1] = ordered[1:] != ordered[:-1]
    positions: npt.NDArray[np.intp] = order[is_last]
    return positions


def _parse_numbers(values: list[object]) -> npt.NDArray[np.float64]:
    if {type(value) for value in values} <= {float, int}:
        numbers = np.array(values, dtype=np.float64)
    else:
        numbers = np.array([parse_number(value) for value in values], dtype=np.float64)
    numbers[np.isinf(numbers)] = np.nan
    return numbers


def _parse_session_column(column: npt.NDArray[Any]) -> npt.NDArray[np.datetime64] | None:
    """Parse a column of ISO dates or BSON dates; None if a value is neither or is outside the range of `date`."""
    if column.dtype.kind == "M":
        sessions = column.astype("datetime64[D]")
    elif column.dtype == "S10":
        characters = np.ascontiguousarray(column).view(np.uint8).reshape(-1, 10)
        if (characters[:, [4, 7]] != ord("-")).any():
            return None
        sessions = _parse_digits(characters[:, [0, 1, 2, 3, 5, 6, 8, 9]].astype(np.int64) - ord("0"))
    else:
        return None
    earliest, latest = np.datetime64(date.min, "D"), np.datetime64(date.max, "D")
    return sessions if ((sessions >= earliest) & (sessions <= latest)).all() else None  # NaT is outside


def _parse_digits(digits: npt.NDArray[np.int64]) -> npt.NDArray[np.datetime64]:
    """Parse rows of digits, YYYYMMDD, as dates; NaT where the date does not exist."""
    years, months, days = digits[:, :4] @ [1000, 100, 10, 1], digits[:, 4:6] @ [10, 1], digits[:, 6:] @ [10, 1]
    month = ((years - 1970) * 12 + months - 1).astype("datetime64[M]")
    sessions = month.astype("datetime64[D]") + (days - 1)
    are_digits = ((digits >= 0) & (digits <= 9)).all(axis=1)
    is_real = are_digits & (months >= 1) & (months <= 12) & (sessions.astype("datetime64[M]") == month)
    return np.where(is_real, sessions, np.datetime64("NaT", "D"))


def _parse_number_column(column: npt.NDArray[Any] | None, n_documents: int) -> npt.NDArray[np.float64] | None:
    """Convert a column to numbers, all NaN if the field is absent or not numeric; None if it must be parsed as text."""
    if column is None or column.dtype.kind == "b" or column.dtype.itemsize == 0:
        return np.full(n_documents, np.nan)
    if column.dtype.kind not in "fi":
        return None
    numbers = column.astype(np.float64)
    numbers[np.isinf(numbers)] = np.nan
    return numbers


def _parse_session(value: object) -> date | None:
    if isinstance(value, datetime):
        return (value if value.tzinfo is None else value.astimezone(UTC)).date()
    if not isinstance(value, str) or (value[:9].isdecimal() and len(value) > 8):  # an epoch
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None
