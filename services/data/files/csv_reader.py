"""Reads CSV in batches, with any common delimiter and encoding; rows of the wrong length become empty rows."""

import csv
import io
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from services.data.files.cells import TEXT
from services.data.files.columns import Field, find_columns
from services.data.files.utf8_stream import Utf8Stream
from shared.errors import UnreadableFile
from shared.schemas.arrow import NUMBERS

BLOCK = 1 << 20  # bytes in memory at once; also the maximum length of a row
MAX_HEADER = 1 << 16
MAX_RAGGED_ROWS = 100_000
DELIMITERS = ",;\t|"


def read_csv_batches(stream: BinaryIO) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a CSV file, its columns named by field; blank lines are skipped.

    A row with too few or too many cells becomes a row of nulls.

    Raises:
        UnreadableFile: The header lacks a column, a quoted cell does not end in its line, or a row is too long.
    """
    text = Utf8Stream(stream)
    names, delimiter = _read_header(text)
    columns = find_columns(names)
    lines = _Lines(text)
    ragged_rows = _RaggedRows()
    n_rows = 0
    for batch in _parse_rows(lines, delimiter, len(names), columns, ragged_rows):
        whole = ragged_rows.insert_into(batch, n_rows)
        n_rows += whole.num_rows
        yield whole
    rest = ragged_rows.count_remaining(n_rows)
    if lines.n_lines > n_rows + rest:
        raise UnreadableFile("A quoted cell does not end in the line where it starts. Close its quote.")
    if rest:
        yield pa.RecordBatch.from_arrays([pa.nulls(rest, _column_type(name)) for name in columns], names=list(columns))


def _read_header(text: Utf8Stream) -> tuple[list[str], str]:
    """Read the column names and the delimiter, and leave the stream at the first row."""
    head = b""
    while len(head) < MAX_HEADER and (more := text.read(MAX_HEADER - len(head))):
        head += more
    lines = io.StringIO(head.decode(errors="ignore"), newline="")
    while (line := lines.readline()) and not line.strip():
        pass
    if len(head) == MAX_HEADER and not line.endswith(("\r", "\n")):
        raise UnreadableFile(f"The first line, which names the columns, is longer than {MAX_HEADER:,} bytes.")
    text.unread(head[len(lines.getvalue()[: lines.tell()].encode()) :])
    try:
        split = {delimiter: next(csv.reader([line], delimiter=delimiter), []) for delimiter in DELIMITERS}
    except csv.Error as error:
        raise UnreadableFile("The first line must name the columns.") from error
    delimiter = max(split, key=lambda each: len(split[each]))
    return split[delimiter], delimiter


def _parse_rows(
    lines: "_Lines", delimiter: str, n_columns: int, columns: dict[Field, int], ragged_rows: "_RaggedRows"
) -> Iterator[pa.RecordBatch]:
    positions = [str(index) for index in range(n_columns)]
    try:
        reader = arrow_csv.open_csv(
            lines,
            # One thread, because only then are invalid rows numbered.
            read_options=arrow_csv.ReadOptions(column_names=positions, block_size=BLOCK, use_threads=False),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, invalid_row_handler=ragged_rows.add
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types={str(index): _column_type(name) for name, index in columns.items()},
                include_columns=[str(index) for index in columns.values()],
            ),
        )
        for batch in reader:
            yield batch.rename_columns(list(columns))
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):
            return
        if ragged_rows.has_too_many:
            problem = f"More than {MAX_RAGGED_ROWS:,} rows do not have as many cells as the header."
            raise UnreadableFile(problem) from error
        raise UnreadableFile(f"A row is longer than {BLOCK:,} bytes, or a quote is not closed.") from error


def _column_type(name: Field) -> pa.DataType:
    return pa.string() if name in NUMBERS else TEXT


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
        self._n_inserted = 0

    def add(self, row: Any) -> str:
        self._numbers.append(row.number)
        return "error" if self.has_too_many else "skip"

    @property
    def has_too_many(self) -> bool:
        return len(self._numbers) > MAX_RAGGED_ROWS

    def insert_into(self, batch: pa.RecordBatch, n_earlier: int) -> pa.RecordBatch:
        """Insert a row of nulls for each ragged row before the batch's last row; `n_earlier` rows precede the batch."""
        positions = np.array(self._numbers[self._n_inserted :], np.int64) - 1 - n_earlier
        # The k-th ragged row follows `positions[k] - k` rows of the batch.
        own_before = positions - np.arange(len(positions))
        own_before = own_before[own_before < batch.num_rows]
        self._n_inserted += len(own_before)
        if not len(own_before):
            return batch
        rows = np.insert(np.arange(batch.num_rows), own_before, -1)
        return batch.take(pa.array(rows, mask=rows < 0))

    def count_remaining(self, n_rows: int) -> int:
        """Return how many ragged rows follow the inserted ones."""
        return len(self._numbers) - self._n_inserted
