"""Reads CSV in batches, with any common delimiter and encoding; rows of the wrong length become empty rows."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from services.data.files.formats.utf8_stream import Utf8Stream
from services.data.files.rows import Reading
from services.data.records import NO_TEXT, ROW_PROBLEMS
from services.data.tables.cells import TEXT
from services.data.tables.columns import DATE, Columns, count_fields, find_columns
from services.data.tables.header import Header, find_header
from services.data.tables.names import is_unnamed, normalise, rank
from services.data.tables.notes import quote_text
from shared.errors import UnreadableFile

BLOCK = 1 << 20  # bytes in memory at once; also the maximum length of a row
MAX_HEADER = 1 << 16
MAX_RAGGED_ROWS = 100_000
HEAD_LINES = 100
SAMPLE_ROWS = 20
DELIMITERS = ",;\t|"
PROBLEM = pa.field("problem", pa.int8())
SymbolBatch = tuple[str | None, pa.RecordBatch]  # the rows of one symbol, None if the columns do not name it


def read_csv_batches(stream: BinaryIO, reading: Reading) -> Iterator[SymbolBatch]:
    """Yield the rows of a CSV file, its columns named by field; blank lines are skipped.

    A row with too few or too many cells becomes a row of nulls with its `problem`.

    Raises:
        UnreadableFile: The header lacks a column, a quoted cell does not end in its line, or a row is too long.
    """
    text = Utf8Stream(stream)
    header, delimiter, sample = _read_header(text, reading)
    reading.numbers.by_semicolon = delimiter == ";"
    columns = find_columns(header.names, reading.options, reading.notes, symbols=header.symbols, sample=sample)
    lines = _Lines(text)
    ragged_rows = _RaggedRows()
    n_rows = 0
    for batch in _parse_rows(lines, delimiter, len(header.names), columns, ragged_rows):
        whole, problems = ragged_rows.insert_into(batch, n_rows)
        n_rows += whole.num_rows
        yield from _split(columns, whole, problems)
    rest = ragged_rows.take_remaining()
    if lines.n_lines > n_rows + len(rest):
        raise UnreadableFile("A quoted cell does not end in the line where it starts. Close its quote.")
    if len(rest):
        nulls = [pa.nulls(len(rest), _column_type(columns, index)) for index in columns.positions]
        names = [str(index) for index in columns.positions]
        yield from _split(columns, pa.RecordBatch.from_arrays(nulls, names=names), rest)


def _split(columns: Columns, batch: pa.RecordBatch, problems: pa.Array | None) -> Iterator[SymbolBatch]:
    for symbol, part in columns.split(batch):
        yield symbol, part if problems is None else part.append_column(PROBLEM, problems)


def _read_header(text: Utf8Stream, reading: Reading) -> tuple[Header, str, list[list[str]]]:
    """Read the header, the delimiter and the first rows, and leave the stream at the first row."""
    head = b""
    while len(head) < MAX_HEADER and (more := text.read(MAX_HEADER - len(head))):
        head += more
    buffer = io.StringIO(head.decode(errors="ignore"), newline="")
    lines = [line for line, _ in zip(buffer, range(HEAD_LINES), strict=False)]
    if len(head) == MAX_HEADER and lines and len(lines) < HEAD_LINES and not lines[-1].endswith(("\r", "\n")):
        lines.pop()
    if not any(line.strip() for line in lines) and len(head) == MAX_HEADER:
        raise UnreadableFile(f"The first line, which names the columns, is longer than {MAX_HEADER:,} bytes.")
    if not any(line.strip() for line in lines):
        raise UnreadableFile("The file has no rows.")
    if _is_binary(lines, reading):
        raise UnreadableFile(f"{NO_TEXT} Save the table in it as CSV, or unpack it.")
    delimiter, rows = _choose_delimiter(lines, reading)
    rows = _name_row_names(rows)
    n_sep = 1 if lines and _parse_sep(lines[0]) else 0
    header = find_header(rows[n_sep:], reading.options, reading.notes)
    n_lines = n_sep + header.end
    header = _match_row_ends(header, [row for row in rows[n_lines:] if any(row)][:SAMPLE_ROWS])
    text.unread(head[len("".join(lines[:n_lines]).encode()) :])
    sample = [row for row in rows[n_lines:] if any(row)][:SAMPLE_ROWS]
    if sample and all(len(row) > len(header.names) for row in sample):
        reading.notes.add(
            f"The rows have more cells ({len(sample[0])}) than the header has names ({len(header.names)}). If numbers "
            f"or texts contain {quote_text(delimiter)}, put them in quotes; otherwise, name every column."
        )
    return header, delimiter, sample


def _is_binary(lines: list[str], reading: Reading) -> bool:
    if "\0" in lines[0] or lines[0][1:4] in ("PDF", "HDF"):
        return True
    text = [re.split(f"[{DELIMITERS}]", line) for line in lines if "\0" not in line]
    # The first line of a binary file may be text by chance, but names nothing.
    return len(text) < len(lines) and not any(count_fields(names, reading.options) for names in text)


def _name_row_names(rows: list[list[str]]) -> list[list[str]]:
    """Name the column of dates in a file of R, whose header has one cell less than its rows."""
    filled = [row for row in rows if any(row)]
    body = filled[1 : SAMPLE_ROWS + 1]
    if (
        not body
        or _names_dates(filled[0])
        or not all(len(row) == len(filled[0]) + 1 and DATE.match(row[0]) for row in body)
    ):
        return rows
    return [["", *row] if row is filled[0] else row for row in rows]


def _names_dates(names: list[str]) -> bool:
    """Return whether a column may hold dates by its name, or by having none."""
    normal = [normalise(name) for name in names]
    return any(
        is_unnamed(name) or rank("session", name) is not None or rank("end", name) is not None for name in normal
    )


def _match_row_ends(header: Header, body: list[list[str]]) -> Header:
    """Give the header as many cells as the rows have, if they only differ by one delimiter at the end."""
    names, width = header.names, len(header.names)
    if body and not header.symbols and _names_dates(names):
        if all(len(row) == width + 1 and not row[-1].strip() for row in body):
            return replace(header, names=[*names, ""])
        if not names[-1].strip() and all(len(row) == width - 1 for row in body):
            return replace(header, names=names[:-1])
    return header


def _choose_delimiter(lines: list[str], reading: Reading) -> tuple[str, list[list[str]]]:
    """Return the delimiter under which a line names the most fields, else the first line has the most cells."""
    given = _parse_sep(lines[0]) if lines else ""
    best: tuple[tuple[int, int], str, list[list[str]]] = ((-1, 0), ",", [])
    for delimiter in given or DELIMITERS:
        try:
            rows = [next(csv.reader([line], delimiter=delimiter), []) for line in lines]
        except csv.Error as error:
            raise UnreadableFile("The first line must name the columns.") from error
        n_fields = max((count_fields(row, reading.options) for row in rows[:60] if len(row) > 3), default=0)
        n_cells = len(next((row for row in rows if any(cell.strip() for cell in row)), []))
        if (n_fields, n_cells) > best[0]:
            best = (n_fields, n_cells), delimiter, rows
    return best[1], best[2]


def _parse_sep(line: str) -> str:
    """Return the delimiter that a first line such as "sep=;" gives to a spreadsheet, "" for none."""
    match = re.fullmatch(r'"?sep=([,;|\t])"?\s*', line, re.IGNORECASE)
    return match[1] if match else ""


def _parse_rows(
    lines: "_Lines", delimiter: str, n_columns: int, columns: Columns, ragged_rows: "_RaggedRows"
) -> Iterator[pa.RecordBatch]:
    names = [str(index) for index in range(n_columns)]
    try:
        reader = arrow_csv.open_csv(
            lines,
            # One thread, because only then are invalid rows numbered.
            read_options=arrow_csv.ReadOptions(column_names=names, block_size=BLOCK, use_threads=False),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, invalid_row_handler=ragged_rows.add
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types={str(index): _column_type(columns, index) for index in columns.positions},
                include_columns=[str(index) for index in columns.positions],
            ),
        )
        yield from reader
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):
            return
        if ragged_rows.has_too_many:
            problem = f"More than {MAX_RAGGED_ROWS:,} rows do not have as many cells as the header."
            raise UnreadableFile(problem) from error
        raise UnreadableFile(f"A row is longer than {BLOCK:,} bytes, or a quote is not closed.") from error


def _column_type(columns: Columns, index: int) -> pa.DataType:
    return pa.string() if index in columns.numbers else TEXT


class _Lines(io.RawIOBase):
    """A stream that counts its non-blank lines."""

    def __init__(self, text: Utf8Stream) -> None:
        self._text = text
        self._is_inside = False
        self.n_lines = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        n_bytes = self._text.readinto(buffer)
        data = bytes(buffer[:n_bytes])
        lines = data.splitlines()
        self.n_lines += len(lines) - lines.count(b"") - (self._is_inside and data[:1] not in b"\r\n")
        self._is_inside = bool(data) and data[-1:] not in b"\r\n"
        return n_bytes


class _RaggedRows:
    """Rows with more or fewer cells than the header."""

    def __init__(self) -> None:
        self._numbers: list[int] = []
        self._problems: list[int] = []
        self._n_inserted = 0

    def add(self, row: Any) -> str:
        problem = "too_many_cells" if row.actual_columns > row.expected_columns else "too_few_cells"
        self._numbers.append(row.number)
        self._problems.append(ROW_PROBLEMS.index(problem))
        return "error" if self.has_too_many else "skip"

    @property
    def has_too_many(self) -> bool:
        return len(self._numbers) > MAX_RAGGED_ROWS

    def insert_into(self, batch: pa.RecordBatch, n_earlier: int) -> tuple[pa.RecordBatch, pa.Array | None]:
        """Insert a row of nulls for each ragged row before the batch's last row; `n_earlier` rows precede the batch.

        Return the batch, and the problem of each row if one has one.
        """
        start = self._n_inserted
        positions = np.array(self._numbers[start:], np.int64) - 1 - n_earlier
        # The k-th ragged row follows `positions[k] - k` rows of the batch.
        own_before = positions - np.arange(len(positions))
        own_before = own_before[own_before < batch.num_rows]
        self._n_inserted += len(own_before)
        if not len(own_before):
            return batch, None
        rows = np.insert(np.arange(batch.num_rows), own_before, -1)
        problems = np.zeros(len(rows), np.int8)
        problems[rows < 0] = self._problems[start : self._n_inserted]
        return batch.take(pa.array(rows, mask=rows < 0)), pa.array(problems)

    def take_remaining(self) -> pa.Array:
        """Return the problems of the ragged rows that follow the inserted ones."""
        return pa.array(self._problems[self._n_inserted :], pa.int8())
