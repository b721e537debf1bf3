"""Reads JSON in batches: rows as objects, in an array, one per line or under a key; or another usual layout."""

import io
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, BinaryIO

import pyarrow as pa

from services.data.files.formats.csv_reader import SymbolBatch
from services.data.files.formats.json_layouts import (
    MIN_FIELDS,
    JsonTable,
    find_symbol,
    find_tables,
    symbol_of_key,
    to_text,
)
from services.data.files.formats.json_scanner import BLOCK, EXPECTED_SHAPES, JsonScanner
from services.data.files.rows import Reading
from services.data.tables.columns import MAX_COLUMNS, Columns, count_fields, find_columns
from services.data.tables.header import KLINES, NAMELESS
from services.data.tables.notes import list_names, quote_text
from shared.errors import UnreadableFile

MAX_COLUMNAR = 16 << 20  # characters of an object of columns, which is held in memory
MAX_NESTED = 8 << 20  # characters of another layout, whose objects take ten times as much
SAMPLE_ROWS = 20
NO_NAMES = (
    "The rows are arrays, whose columns are not named. Put their names first, as many as a row has cells, for example "
    '[["date", "open", "high", "low", "close", "volume"], …].'
)
NO_BARS = "There are no bars of {}."
SEVERAL = "The object has several {}, also under {}: split it."

Row = dict[str, Any]


def read_json_batches(stream: BinaryIO, reading: Reading) -> Iterator[SymbolBatch]:
    """Yield the rows of a JSON file, all cells as text, its columns named by field.

    A key that a row lacks is null.

    Raises:
        UnreadableFile: The file is not JSON, or not of a supported shape.
    """
    scanner = JsonScanner(stream)
    rows = _Rows(reading)
    if scanner.peek() == '"':  # JSON that was written as a text of JSON
        text = str(scanner.value(MAX_NESTED))
        yield from read_json_batches(io.BytesIO(text.encode(errors="replace")), reading)
    elif scanner.starts_with("[", "{") or scanner.starts_with("[", "]"):
        yield from _read_rows_or_tables(scanner, rows, {}, "")
    elif scanner.peek() == "[":
        yield from _read_tables(scanner.value(MAX_NESTED), reading)
    else:
        yield from _read_object(scanner, rows)
    if scanner.peek():
        raise UnreadableFile(f"Unexpected content after the end: {scanner.preview()}. {EXPECTED_SHAPES}")


class _Rows:
    """Builds batches of rows; the names are the keys of all rows so far."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self._names: dict[str, None] = {}
        self._columns: Columns | None = None

    def batch(self, scanner: JsonScanner, rows: Iterator[Row]) -> Iterator[SymbolBatch]:
        batch: list[Row] = []
        end = scanner.position + BLOCK
        for row in rows:
            batch.append(row)
            if scanner.position > end or len(batch) == BLOCK // 64:
                yield from self._build(batch)
                batch, end = [], scanner.position + BLOCK
        if batch:
            yield from self._build(batch)

    def _build(self, rows: list[Row]) -> Iterator[SymbolBatch]:
        n_names = len(self._names)
        for row in rows:
            if not row.keys() <= self._names.keys():
                self._names |= dict.fromkeys(row)
            if len(self._names) > MAX_COLUMNS:
                break
        names = list(self._names)
        if self._columns is None or len(names) > n_names:
            sample = [[to_text(row.get(name)) or "" for name in names] for row in rows[:SAMPLE_ROWS]]
            self._columns = find_columns(names, self.reading.options, self.reading.notes, sample=sample)
        arrays = {
            str(index): pa.array([to_text(row.get(names[index])) for row in rows], pa.string())
            for index in self._columns.positions
        }
        yield from self._columns.split(pa.RecordBatch.from_pydict(arrays))


def _read_rows_or_tables(scanner: JsonScanner, rows: _Rows, symbol: Row, key: str) -> Iterator[SymbolBatch]:
    """Yield the rows of an array of objects; if they are not bars, the tables in them."""
    scanner.take("[")
    if scanner.peek() == "]":
        scanner.take("]")
        return
    first = _read_row(scanner)
    if count_fields(list(first), rows.reading.options) >= MIN_FIELDS or not any(
        isinstance(v, dict | list) for v in first.values()
    ):
        yield from rows.batch(scanner, (symbol | row for row in chain([first], _read_more_rows(scanner))))
        return
    start = scanner.position
    objects = [first]
    for row in _read_more_rows(scanner):
        objects.append(row)
        if scanner.position - start > MAX_NESTED:
            raise UnreadableFile(f"Nested JSON must not exceed {MAX_NESTED:,} characters. {EXPECTED_SHAPES}")
    yield from _read_tables({**symbol, key or "rows": objects}, rows.reading)


def _read_more_rows(scanner: JsonScanner) -> Iterator[Row]:
    while scanner.take(",]") == ",":
        yield _read_row(scanner)


def _read_row(scanner: JsonScanner) -> Row:
    if scanner.peek() != "{":
        raise UnreadableFile(f"A row is not an object: {scanner.preview()}. {EXPECTED_SHAPES}")
    row: Row = scanner.value(BLOCK)
    return row


def _read_object(scanner: JsonScanner, rows: _Rows) -> Iterator[SymbolBatch]:
    """Yield the rows under a key, in columns or in another layout; if the object is itself a row, yield all lines."""
    members: Row = {}
    has_rows = False
    mark = scanner.take("{")
    while mark != "}" and not (mark == "{" and scanner.peek() == "}"):
        key = str(scanner.value(BLOCK))
        if key in members:
            raise UnreadableFile(f"The object has the key {quote_text(key)} twice.")
        scanner.take(":")
        if scanner.starts_with("[", "{") or (key == "bars" and scanner.starts_with("[", "]")):
            symbol = find_symbol(members) or symbol_of_key(key)
            if has_rows and not symbol:
                raise UnreadableFile(SEVERAL.format("arrays of rows", quote_text(key)))
            members[key] = None
            has_rows = True
            yield from _read_rows_or_tables(scanner, rows, {"symbol": symbol} if symbol else {}, key)
        else:
            members[key] = _read_member(scanner)
            if isinstance(members[key], pa.ChunkedArray) and not len(members[key]) and symbol_of_key(key):
                rows.reading.notes.add(NO_BARS.format(quote_text(key)))
            if has_rows:
                rows.reading.symbol = find_symbol({key: members[key]}) or rows.reading.symbol
        mark = scanner.take(",}")
    if not has_rows:
        yield from _read_lines_or_tables(scanner, members, rows)


def _read_member(scanner: JsonScanner) -> Any:
    if scanner.peek() == "{" or scanner.starts_with("[", "["):
        return scanner.value(MAX_NESTED)
    return _read_column(scanner) if scanner.peek() == "[" else scanner.value(BLOCK)


def _read_column(scanner: JsonScanner) -> pa.ChunkedArray:
    parts = [pa.array([], pa.string())]
    for cells in scanner.parts():
        parts.append(pa.array(map(to_text, cells), pa.string()))
        if scanner.position > MAX_COLUMNAR:
            raise UnreadableFile(
                f"An object of columns must not exceed {MAX_COLUMNAR:,} characters. Write rows instead."
            )
    return pa.chunked_array(parts)


def _read_lines_or_tables(scanner: JsonScanner, members: Row, rows: _Rows) -> Iterator[SymbolBatch]:
    is_row = not any(isinstance(value, dict | list | pa.ChunkedArray) for value in members.values())
    if is_row and not scanner.peek() and not count_fields(list(members), rows.reading.options):
        message = max((str(value) for value in members.values()), key=len, default="")
        raise UnreadableFile(f"The JSON has no bars. It says {quote_text(message, 200)}.")
    if is_row or scanner.peek() == "{":
        yield from rows.batch(scanner, chain([members], _read_lines(scanner)))
        return
    yield from _read_tables(members, rows.reading)


def _read_tables(value: Any, reading: Reading) -> Iterator[SymbolBatch]:
    tables = list(find_tables(value))
    if not tables:
        named = value if isinstance(value, dict) else {}
        names = list(next((rows[0] for rows in named.values() if _are_objects(rows)), named))
        if _has_arrays(value):
            raise UnreadableFile(NO_NAMES)
        find_columns(names, reading.options)  # says which columns are missing
        raise UnreadableFile(f"The JSON has no table of bars. {EXPECTED_SHAPES}")
    _note_lost(value, tables, reading)
    # A document may have other tables, such as that of its pages.
    bars = [table for table in tables if count_fields(table.names, reading.options) >= MIN_FIELDS]
    places: dict[str | None, tuple[str, ...]] = {}
    for table in bars:
        if places.setdefault(table.symbol, table.place) != table.place:
            what, where = f"tables of {table.symbol or 'bars'}", ".".join(table.place)
            raise UnreadableFile(SEVERAL.format(what, quote_text(where, 40)))
    for table in bars or tables:
        yield from _build_batches(table, reading)


def _note_lost(value: Any, tables: Sequence[JsonTable], reading: Reading) -> None:
    """Say which symbols of an object of symbols have something else than a table, such as an error."""
    read = {table.place[0] if table.place else None for table in tables}
    if isinstance(value, dict) and None not in read:
        lost = [key for key, member in value.items() if key not in read and isinstance(member, dict | None)]
        if lost := list(filter(symbol_of_key, lost)):
            reading.notes.add(NO_BARS.format(list_names(lost)))


def _are_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _has_arrays(value: Any) -> bool:
    """Return whether there are rows as arrays, or as texts with commas, at any depth."""
    if isinstance(value, dict):
        return any(map(_has_arrays, value.values()))
    first = value[0] if isinstance(value, list) and value else None
    return isinstance(first, list) or (isinstance(first, str) and first.count(",") > MIN_FIELDS)


def _build_batches(table: JsonTable, reading: Reading) -> Iterator[SymbolBatch]:
    sample = [
        [str(cell.as_py() or "") for cell in row] for row in zip(*(c[:SAMPLE_ROWS] for c in table.columns), strict=True)
    ]
    if tuple(table.names) == KLINES:
        reading.notes.add(NAMELESS)
    columns = find_columns(table.names, reading.options, reading.notes, sample=sample)
    data = pa.table([table.columns[index] for index in columns.positions], names=[str(i) for i in columns.positions])
    for batch in data.to_batches(BLOCK // 64):
        for symbol, part in columns.split(batch):
            own = symbol or table.symbol
            has_symbol = not own or "symbol" in part.schema.names
            yield symbol, part if has_symbol else part.append_column("symbol", pa.repeat(own, part.num_rows))


def _read_lines(scanner: JsonScanner) -> Iterator[Row]:
    while scanner.peek():
        yield _read_row(scanner)
