"""Encodes the screener as JSON, CSV, Parquet or an Arrow stream. Pure.

The columns are those of `shared.schemas.screener.ScreenerColumns`, in its order.
"""

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from services.data.files.export import escape_formulas
from shared.schemas.runs import Universe
from shared.schemas.screener import ScreenerColumns, ScreenerFormat
from shared.schemas.stored.screener import LEVEL_COLUMNS, StoredScreener

MEDIA_TYPES: dict[ScreenerFormat, str] = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "arrow": "application/vnd.apache.arrow.stream",
}
COLUMNS = tuple(ScreenerColumns.model_fields)
TEXTS = ("symbol", "name", "sector")  # from outside, so a spreadsheet could run them as formulas
_CATALOGUE_TYPES = {
    "name": pa.string(),
    "sector": pa.string(),
    "n_findings": pa.int32(),
    "sessions_behind": pa.int32(),
    "is_current": pa.bool_(),
}


def join(stored: StoredScreener, level: int, described: dict[str, list[object]]) -> pa.Table:
    """Build the table of an answer: the columns of this level, with those of the catalogue.

    Args:
        stored: The screener of the run.
        level: One of the stored levels.
        described: The columns of the catalogue, in the order of the rows.
    """
    arrays = {}
    for name in COLUMNS:
        if name in described:
            arrays[name] = pa.array(described[name], _CATALOGUE_TYPES[name])
        else:
            arrays[name] = stored.table[f"{name}_{level}" if name in LEVEL_COLUMNS else name]
    return pa.table(arrays)


def render(table: pa.Table, stored: StoredScreener, answer_format: ScreenerFormat) -> bytes:
    """Encode the table; the universe and the sentence are in the JSON, and in the metadata of Parquet and Arrow."""
    match answer_format:
        case "json":
            return _render_json(table, stored)
        case "csv":
            return _render_csv(table)
        case "parquet":
            sink = BytesIO()
            pq.write_table(_with_metadata(table, stored), sink, compression="zstd")
            return sink.getvalue()
        case "arrow":
            return _render_arrow(_with_metadata(table, stored))


def _render_json(table: pa.Table, stored: StoredScreener) -> bytes:
    columns = {name: _to_json(table[name]) for name in table.column_names}
    universe: dict[str, Any] = stored.universe.model_dump(mode="json")
    return orjson.dumps({"universe": universe, "sentence": stored.sentence, "columns": columns})


def _to_json(column: pa.ChunkedArray) -> list[object]:
    values: list[object] = (column.cast(pa.string()) if pa.types.is_date(column.type) else column).to_pylist()
    return values


def _render_csv(table: pa.Table) -> bytes:
    """Encode as RFC 4180 text; the steps of the spark are separated by spaces, and no text is a formula."""
    for position, field in enumerate(table.schema):
        if pa.types.is_list(field.type):
            table = table.set_column(position, field.name, _map(table[field.name], _join))
        elif field.name in TEXTS:
            table = table.set_column(position, field.name, _map(table[field.name], escape_formulas))
    sink = BytesIO()
    sink.write((",".join(table.column_names) + "\n").encode())
    pyarrow.csv.write_csv(table, sink, pyarrow.csv.WriteOptions(include_header=False, quoting_style="needed"))
    return sink.getvalue()


def _map(column: pa.ChunkedArray, change: Callable[[Any], str]) -> pa.Array:
    return pa.array([None if value is None else change(value) for value in column.to_pylist()], pa.string())


def _join(values: list[int]) -> str:
    return " ".join(map(str, values))


def _render_arrow(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def _with_metadata(table: pa.Table, stored: StoredScreener) -> pa.Table:
    universe: Universe = stored.universe
    metadata = {"universe": universe.model_dump(mode="json"), "sentence": stored.sentence}
    return table.replace_schema_metadata({b"bellwether": json.dumps(metadata).encode()})
