"""Detects the format of a plain file and reads it in batches of rows."""

from collections.abc import Iterator
from pathlib import PurePath
from typing import BinaryIO, Literal

import pyarrow as pa

from services.data.files.columnar_reader import ARROW_FILE, PARQUET, read_arrow_batches, read_parquet_batches
from services.data.files.csv_reader import read_csv_batches
from services.data.files.json_reader import read_json_batches
from services.data.files.unpack import Budget, make_seekable, peek_first_bytes

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
SIGNATURES: dict[bytes, FileFormat] = {
    PARQUET: "parquet",
    ARROW_FILE: "arrow",
    b"\xff\xff\xff\xff": "arrow",  # a stream
}


def read_batches(file: BinaryIO, name: str, file_format: FileFormat | None, budget: Budget) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a plain file, columns named by field (`columns.Field`).

    Args:
        file: Positioned at its start.
        name: Its suffix decides the format if the content does not.
        file_format: The format, None to detect it.
        budget: Counts the rows.

    Raises:
        UnreadableFile: The file cannot be read as bars.
        PayloadTooLarge: It exceeds the budget.
    """
    for batch in _iter_batches(file, file_format or _detect_format(peek_first_bytes(file), name), budget):
        budget.take_rows(batch.num_rows)
        yield batch


def _detect_format(start: bytes, name: str) -> FileFormat:
    for signature, file_format in SIGNATURES.items():
        if start.startswith(signature):
            return file_format
    if start.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")[:1] in (b"[", b"{"):  # after any byte order mark
        return "json"
    return SUFFIXES.get(PurePath(name).suffix.lower(), "csv")


def _iter_batches(file: BinaryIO, file_format: FileFormat, budget: Budget) -> Iterator[pa.RecordBatch]:
    if file_format == "csv":
        yield from read_csv_batches(file)
    elif file_format == "json":
        yield from read_json_batches(file)
    else:
        read = read_parquet_batches if file_format == "parquet" else read_arrow_batches
        with make_seekable(file) as seekable_file:
            yield from read(seekable_file, budget)
