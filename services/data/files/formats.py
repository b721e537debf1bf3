"""Find out what format a plain file is in, and read it in batches of rows."""

from collections.abc import Iterator
from pathlib import PurePath
from typing import BinaryIO, Literal

import pyarrow as pa

from services.data.files.columnar_reader import ARROW_FILE, PARQUET, arrow_batches, parquet_batches
from services.data.files.csv_reader import csv_batches
from services.data.files.json_reader import json_batches
from services.data.files.unpack import Budget, first_bytes, seekable

FileFormat = Literal["csv", "json", "parquet", "arrow"]
SUFFIXES: dict[str, FileFormat] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
}
MARKS: dict[bytes, FileFormat] = {
    PARQUET: "parquet",
    ARROW_FILE: "arrow",
    b"\xff\xff\xff\xff": "arrow",  # a stream
}


def batches_of(file: BinaryIO, name: str, file_format: FileFormat | None, budget: Budget) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a plain file, columns named by what they mean (`bar_columns.Meaning`).

    Args:
        file: At its start.
        name: Says the format where the content does not.
        file_format: The format, None to find out.
        budget: Counts the rows.

    Raises:
        UnreadableFile: It cannot be read as bars.
        PayloadTooLarge: It holds more than the budget.
    """
    for batch in _batches(file, file_format or _format(first_bytes(file), name), budget):
        budget.take_rows(batch.num_rows)
        yield batch


def _format(start: bytes, name: str) -> FileFormat:
    for mark, found in MARKS.items():
        if start.startswith(mark):
            return found
    if start.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")[:1] in (b"[", b"{"):  # after any byte order mark
        return "json"
    return SUFFIXES.get(PurePath(name).suffix.lower(), "csv")


def _batches(file: BinaryIO, file_format: FileFormat, budget: Budget) -> Iterator[pa.RecordBatch]:
    if file_format == "csv":
        yield from csv_batches(file)
    elif file_format == "json":
        yield from json_batches(file)
    else:
        read = parquet_batches if file_format == "parquet" else arrow_batches
        with seekable(file) as whole:
            yield from read(whole, budget)
