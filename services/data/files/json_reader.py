"""Read JSON in batches: rows as objects, in an array, one a line or under `bars`; or one object of columns."""

import io
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

import pyarrow as pa

from services.data.files.columns import MAX_COLUMNS, find_columns, quote_text
from services.data.files.utf8_stream import Utf8Stream
from shared.errors import UnreadableFile

BLOCK = 1 << 20  # characters read at once; also the longest row
MAX_COLUMNAR = 16 << 20  # characters of an object of columns, which is in memory as a whole
EXPECTED_SHAPES = (
    'Wanted are rows, [{"date": "2024-01-31", "open": 1, …}, …], one object a line, '
    'or columns, {"date": ["2024-01-31", …], "open": [1, …], …}.'
)
_SPACE = re.compile(r"[ \t\n\r]*")
# Numbers stay as they are written: no overflow, and one way to read them for all formats of text.
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)

Row = dict[str, Any]


def read_json_batches(stream: BinaryIO) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a JSON file, all cells as text, its columns named by what they mean.

    A row may lack a name that others have; its cell is null.

    Raises:
        UnreadableFile: It is not JSON, or not of a shape that holds bars.
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
    """Return the rows; `names` holds the names of those before, and then of these, too."""
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
        raise UnreadableFile(f"Something follows its end, {scanner.preview()}. {EXPECTED_SHAPES}")


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
        raise UnreadableFile(f"A row is not an object, {scanner.preview()}. {EXPECTED_SHAPES}")
    row: Row = scanner.value(BLOCK)
    return row


def _read_object(scanner: "_Scanner") -> Iterator[Row]:
    """Yield the rows of an object that holds them, or if it is the first row itself, all the lines."""
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
            raise UnreadableFile("Its symbol stands after its bars. Put it before them.")
        elif not has_bars and scanner.position > MAX_COLUMNAR:
            raise UnreadableFile(f"An object of columns is longer than {MAX_COLUMNAR:,} characters. Write rows.")
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
        raise UnreadableFile("Its columns are not of one length.")
    else:
        for cells in zip(*columns.values(), strict=True):
            yield used | dict(zip(columns, cells, strict=True))


class _Scanner:
    """Takes one piece of JSON after another from a stream; `position` is how many characters are behind."""

    def __init__(self, stream: BinaryIO) -> None:
        self._text = io.TextIOWrapper(io.BufferedReader(Utf8Stream(stream)), "utf-8", newline="")
        self._buffer = ""
        self._at = 0
        self._dropped = 0

    @property
    def position(self) -> int:
        return self._dropped + self._at

    def peek(self) -> str:
        """Return the next character that is no space, "" at the end."""
        while True:
            space = _SPACE.match(self._buffer, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._read_more():
                return ""

    def take(self, marks: str) -> str:
        """Return the next character, one of `marks`, and go past it."""
        character = self.peek()
        if not character or character not in marks:
            raise UnreadableFile(
                f"It is not JSON: {' or '.join(marks)} is missing before {self.preview()}. {EXPECTED_SHAPES}"
            )
        self._at += 1
        return character

    def value(self, limit: int) -> Any:
        """Return the next value, of at most about `limit` characters, and go past it."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._buffer, self._at)
            except RecursionError as error:
                raise UnreadableFile(f"It is nested too deep. {EXPECTED_SHAPES}") from error
            except ValueError as error:
                if len(self._buffer) - self._at > limit or not self._read_more():
                    raise UnreadableFile(
                        f"It is not JSON, or a value is longer than {limit:,} characters, at {self.preview()}. "
                        f"{EXPECTED_SHAPES}"
                    ) from error
                continue
            if end < len(self._buffer) or not self._read_more():  # a number may go on in what is not read yet
                self._at = end
                return value

    def preview(self) -> str:
        """Return what comes next, to be shown."""
        return quote_text(self._buffer[self._at : self._at + 40]) if self.peek() else "its end"

    def _read_more(self) -> bool:
        more = self._text.read(BLOCK)
        if more:
            self._dropped += self._at
            self._buffer, self._at = self._buffer[self._at :] + more, 0
        return bool(more)
