"""Reads JSON in batches: rows as objects, in an array, one per line or under `bars`; or one object of columns."""

import io
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

import pyarrow as pa

from services.data.files.columns import MAX_COLUMNS, find_columns, quote_text
from services.data.files.utf8_stream import Utf8Stream
from shared.errors import UnreadableFile

BLOCK = 1 << 20  # characters read at once; also the maximum length of a row
MAX_COLUMNAR = 16 << 20  # characters of an object of columns, which is held in memory
EXPECTED_SHAPES = (
    'Expected rows, [{"date": "2024-01-31", "open": 1, …}, …], one object per line, '
    'or columns, {"date": ["2024-01-31", …], "open": [1, …], …}.'
)
_SPACE = re.compile(r"[ \t\n\r]*")
# Numbers stay text: no overflow, and one number parser for all text formats.
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)

Row = dict[str, Any]


def read_json_batches(stream: BinaryIO) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a JSON file, all cells as text, its columns named by field.

    A key that a row lacks is null.

    Raises:
        UnreadableFile: The file is not JSON, or not of a supported shape.
    """
    scanner = _Scanner(stream)
    names: dict[str, None] = {}
    batch: list[Row] = []
    end = BLOCK
    for row in _read_rows(scanner):
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


def _read_rows(scanner: "_Scanner") -> Iterator[Row]:
    if scanner.peek() == "[":
        yield from _read_array(scanner)
    else:
        yield from _read_object(scanner)
    if scanner.peek():
        raise UnreadableFile(f"Unexpected content after the end: {scanner.preview()}. {EXPECTED_SHAPES}")


def _read_array(scanner: "_Scanner") -> Iterator[Row]:
    scanner.take("[")
    if scanner.peek() == "]":
        scanner.take("]")
        return
    yield _read_row(scanner)
    while scanner.take(",]") == ",":
        yield _read_row(scanner)


def _read_row(scanner: "_Scanner") -> Row:
    if scanner.peek() != "{":
        raise UnreadableFile(f"A row is not an object: {scanner.preview()}. {EXPECTED_SHAPES}")
    row: Row = scanner.value(BLOCK)
    return row


def _read_object(scanner: "_Scanner") -> Iterator[Row]:
    """Yield the rows under `bars` or in columns; if the object is itself a row, yield all lines."""
    members: Row = {}
    has_bars = False
    mark = scanner.take("{")
    while mark != "}" and not (mark == "{" and scanner.peek() == "}"):
        key = str(scanner.value(BLOCK))
        scanner.take(":")
        if key == "bars" and scanner.peek() == "[":
            has_bars = True
            symbol = {"symbol": members["symbol"]} if "symbol" in members else {}
            for row in _read_array(scanner):
                yield symbol | row
        elif has_bars and key == "symbol":
            raise UnreadableFile("Put the symbol before the bars.")
        elif not has_bars and scanner.position > MAX_COLUMNAR:
            raise UnreadableFile(
                f"An object of columns must not exceed {MAX_COLUMNAR:,} characters. Write rows instead."
            )
        else:
            members[key] = scanner.value(MAX_COLUMNAR)
        mark = scanner.take(",}")
    if not has_bars:
        yield from _read_lines_or_columns(scanner, members)


def _read_lines_or_columns(scanner: "_Scanner", members: Row) -> Iterator[Row]:
    names = list(members)
    used = {names[index]: members[names[index]] for index in find_columns(names).values()}
    columns = {name: cells for name, cells in used.items() if isinstance(cells, list)}
    if not columns:
        yield members
        while scanner.peek():
            yield _read_row(scanner)
    elif len({len(cells) for cells in columns.values()}) > 1:
        raise UnreadableFile("The columns must have the same length.")
    else:
        for cells in zip(*columns.values(), strict=True):
            yield used | dict(zip(columns, cells, strict=True))


class _Scanner:
    """Reads JSON values from a stream one by one; `position` is the number of characters read."""

    def __init__(self, stream: BinaryIO) -> None:
        self._text = io.TextIOWrapper(io.BufferedReader(Utf8Stream(stream)), "utf-8", newline="")
        self._buffer = ""
        self._at = 0
        self._dropped = 0

    @property
    def position(self) -> int:
        return self._dropped + self._at

    def peek(self) -> str:
        """Return the next non-space character, "" at the end."""
        while True:
            space = _SPACE.match(self._buffer, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._read_more():
                return ""

    def take(self, marks: str) -> str:
        """Return the next character, one of `marks`, and advance."""
        character = self.peek()
        if not character or character not in marks:
            raise UnreadableFile(
                f"This is not JSON: expected {' or '.join(marks)} before {self.preview()}. {EXPECTED_SHAPES}"
            )
        self._at += 1
        return character

    def value(self, limit: int) -> Any:
        """Return the next value, of at most about `limit` characters, and advance."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._buffer, self._at)
            except RecursionError as error:
                raise UnreadableFile(f"The JSON is nested too deeply. {EXPECTED_SHAPES}") from error
            except ValueError as error:
                if len(self._buffer) - self._at > limit or not self._read_more():
                    raise UnreadableFile(
                        f"This is not JSON, or a value is longer than {limit:,} characters, at {self.preview()}. "
                        f"{EXPECTED_SHAPES}"
                    ) from error
                continue
            if end < len(self._buffer) or not self._read_more():  # a number may continue in the next block
                self._at = end
                return value

    def preview(self) -> str:
        """Return the next characters, quoted for a message."""
        return quote_text(self._buffer[self._at : self._at + 40]) if self.peek() else "the end of the file"

    def _read_more(self) -> bool:
        more = self._text.read(BLOCK)
        if more:
            self._dropped += self._at
            self._buffer, self._at = self._buffer[self._at :] + more, 0
        return bool(more)
