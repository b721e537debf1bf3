"""Detects the format of a plain file and reads its tables in batches of rows."""

from collections.abc import Iterator
from pathlib import PurePath
from typing import BinaryIO, Literal

from services.data.files.formats.columnar_reader import ARROW_FILE, PARQUET, read_arrow_batches, read_parquet_batches
from services.data.files.formats.csv_reader import SymbolBatch, read_csv_batches
from services.data.files.formats.excel_reader import XLS, open_workbook, read_sheet_batches, sheet_names
from services.data.files.formats.json_reader import read_json_batches
from services.data.files.rows import Reading
from services.data.files.unpack import ZIP, Budget, make_seekable, peek_first_bytes
from shared.errors import UnreadableFile
from shared.schemas.loads import ReadQuery

FileFormat = Literal["csv", "json", "parquet", "arrow", "excel"]
SUFFIXES: dict[str, FileFormat] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".tab": "csv",
    ".psv": "csv",
    ".prn": "csv",
    ".dat": "csv",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".ftr": "arrow",
    ".ipc": "arrow",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".xls": "excel",
}
SIGNATURES: dict[bytes, FileFormat] = {
    PARQUET: "parquet",
    ARROW_FILE: "arrow",
    b"\xff\xff\xff\xff": "arrow",  # a stream
    ZIP[0]: "excel",  # every other archive has been unpacked
    XLS: "excel",
}
MARKUP = (b"<!doc", b"<htm", b"<tab", b"<?xml", b"<!--")
Table = tuple[str, Reading, Iterator[SymbolBatch]]


def iter_tables(
    file: BinaryIO, name: str, file_format: FileFormat | None, budget: Budget, options: ReadQuery
) -> Iterator[Table]:
    """Yield the tables of a plain file: title, how it is read, and rows, their columns named by field (`names.Field`).

    Each table must be read before the next. Only sheets of a workbook have a title, "" if there is one sheet.

    Args:
        file: Positioned at its start.
        name: Its suffix decides the format if the content does not.
        file_format: The format if the content does not show it, None to detect it.
        budget: Counts the rows.
        options: What settles how it is read.

    Raises:
        UnreadableFile: The file cannot be read as bars.
        PayloadTooLarge: It exceeds the budget.
    """
    detected = _detect_format(peek_first_bytes(file), name, file_format)
    if detected == "excel":
        with make_seekable(file) as seekable_file:
            workbook = open_workbook(seekable_file, budget)
            titles = sheet_names(workbook)
            for title in titles:
                reading = Reading(options)
                batches = read_sheet_batches(workbook, title, reading)
                yield title if len(titles) > 1 else "", reading, _count(batches, budget)
        return
    reading = Reading(options)
    yield "", reading, _count(_iter_batches(file, detected, budget, reading), budget)


def _count(batches: Iterator[SymbolBatch], budget: Budget) -> Iterator[SymbolBatch]:
    for symbol, batch in batches:
        budget.take_rows(batch.num_rows)
        yield symbol, batch


def _detect_format(start: bytes, name: str, declared: FileFormat | None) -> FileFormat:
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(MARKUP):
        raise UnreadableFile("This is a web page or XML, not a table, whatever its name says. Save the table as CSV.")
    for signature, file_format in SIGNATURES.items():
        if start.startswith(signature):
            return file_format
    if declared:
        return declared
    if start.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")[:1] in (b"[", b"{"):  # after any byte order mark
        return "json"
    suffix = SUFFIXES.get(PurePath(name).suffix.lower(), "csv")
    return "csv" if suffix == "excel" else suffix  # many .xls files are text


def _iter_batches(file: BinaryIO, file_format: FileFormat, budget: Budget, reading: Reading) -> Iterator[SymbolBatch]:
    if file_format == "csv":
        yield from read_csv_batches(file, reading)
    elif file_format == "json":
        yield from read_json_batches(file, reading)
    else:
        read = read_parquet_batches if file_format == "parquet" else read_arrow_batches
        with make_seekable(file) as seekable_file:
            yield from read(seekable_file, budget, reading)
