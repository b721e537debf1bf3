"""Reads JSON in batches: rows as objects, in an array, one per line or under `bars`; or one object of columns."""

from collections.abc import Iterator
from itertools import chain
from typing import Any, BinaryIO

import pyarrow as pa

from services.data.files.columns import MAX_COLUMNS, find_columns, quote_text
from services.data.files.json_scanner import BLOCK, EXPECTED_SHAPES, JsonScanner
from shared.errors import UnreadableFile

MAX_COLUMNAR = 16 << 20  # characters of an object of columns, which is held in memory

Row = dict[str, Any]


def read_json_batches(stream: BinaryIO) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a JSON file, all cells as text, its columns named by field.

    A key that a row lacks is null.

    Raises:
        UnreadableFile: The file is not JSON, or not of a supported shape.
    """
    scanner = JsonScanner(stream)
    if scanner.peek() == "[":
        yield from _batch_rows(scanner, _read_array(scanner))
    else:
        yield from _read_object(scanner)
    if scanner.peek():
        raise UnreadableFile(f"Unexpected content after the end: {scanner.preview()}. {EXPECTED_SHAPES}")


def _batch_rows(scanner: JsonScanner, rows: Iterator[Row]) -> Iterator[pa.RecordBatch]:
    names: dict[str, None] = {}
    batch: list[Row] = []
    end = scanner.position + BLOCK
    for row in rows:
        batch.append(row)
        if scanner.position > end or len(batch) == BLOCK // 64:
            yield _build_batch(batch, names)
            batch, end = [], scanner.position + BLOCK
    if batch:
        yield _build_batch(batch, names)


def _build_batch(rows: list[Row], names: dict[str, None]) -> pa.RecordBatch:
    """Build a batch; `names` collects the keys of all rows so far."""
    for row in rows:
        if not row.keys() <= names.keys():
            names |= dict.fromkeys(row)
        if len(names) > MAX_COLUMNS:
            break
    name_list = list(names)
    return pa.RecordBatch.from_pydict(
        {
            field: pa.array([_to_text(row.get(name_list[index])) for row in rows], pa.string())
            for field, index in find_columns(name_list).items()
        }
    )


def _to_text(cell: object) -> str | None:
    if isinstance(cell, str):
        return cell if cell.isascii() else cell.encode(errors="replace").decode()  # half of a surrogate pair
    return None if cell is None else "?"  # true, or something nested


def _read_array(scanner: JsonScanner) -> Iterator[Row]:
    scanner.take("[")
    if scanner.peek() == "]":
        scanner.take("]")
        return
    yield _read_row(scanner)
    while scanner.take(",]") == ",":
        yield _read_row(scanner)


def _read_row(scanner: JsonScanner) -> Row:
    if scanner.peek() != "{":
        raise UnreadableFile(f"A row is not an object: {scanner.preview()}. {EXPECTED_SHAPES}")
    row: Row = scanner.value(BLOCK)
    return row


def _read_object(scanner: JsonScanner) -> Iterator[pa.RecordBatch]:
    """Yield the rows under `bars` or in columns; if the object is itself a row, yield all lines."""
    members: Row = {}
    has_bars = False
    mark = scanner.take("{")
    while mark != "}" and not (mark == "{" and scanner.peek() == "}"):
        key = str(scanner.value(BLOCK))
        if key in members or (has_bars and key == "bars"):
            raise UnreadableFile(f"The object has the key {quote_text(key)} twice.")
        scanner.take(":")
        if key == "bars" and scanner.peek() == "[":
            has_bars = True
            symbol = {"symbol": members["symbol"]} if "symbol" in members else {}
            yield from _batch_rows(scanner, (symbol | row for row in _read_array(scanner)))
        elif has_bars and key == "symbol":
            raise UnreadableFile("Put the symbol before the bars.")
        else:
            members[key] = _read_column(scanner) if scanner.peek() == "[" else scanner.value(BLOCK)
        mark = scanner.take(",}")
    if not has_bars:
        yield from _read_lines_or_columns(scanner, members)


def _read_column(scanner: JsonScanner) -> pa.ChunkedArray:
    parts = [pa.array([], pa.string())]
    for cells in scanner.parts():
        parts.append(pa.array(map(_to_text, cells), pa.string()))
        if scanner.position > MAX_COLUMNAR:
            raise UnreadableFile(
                f"An object of columns must not exceed {MAX_COLUMNAR:,} characters. Write rows instead."
            )
    return pa.chunked_array(parts)


def _read_lines_or_columns(scanner: JsonScanner, members: Row) -> Iterator[pa.RecordBatch]:
    names = list(members)
    used = {field: members[names[index]] for field, index in find_columns(names).items()}
    columns = {field: cells for field, cells in used.items() if isinstance(cells, pa.ChunkedArray)}
    if not columns:
        yield from _batch_rows(scanner, chain([members], _read_lines(scanner)))
    elif len({len(cells) for cells in columns.values()}) > 1:
        raise UnreadableFile("The columns must have the same length.")
    else:
        same = {field: pa.scalar(_to_text(used[field]), pa.string()) for field in used.keys() - columns.keys()}
        for batch in pa.table(columns).to_batches(BLOCK // 64):
            arrays = {field: pa.repeat(text, batch.num_rows) for field, text in same.items()}
            yield pa.RecordBatch.from_pydict(arrays | {field: batch.column(field) for field in columns})


def _read_lines(scanner: JsonScanner) -> Iterator[Row]:
    while scanner.peek():
        yield _read_row(scanner)
