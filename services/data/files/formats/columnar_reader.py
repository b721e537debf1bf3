"""Reads Parquet and Arrow in batches, after checking their declared size."""

import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from services.data.files.formats.arrow_sizes import ARROW_END, read_unpacked_sizes, read_unpacked_sizes_of_file
from services.data.files.formats.csv_reader import SymbolBatch
from services.data.files.rows import Reading
from services.data.files.unpack import Budget
from services.data.tables.cells import check_types, is_text, to_dates
from services.data.tables.columns import Columns, find_columns
from services.data.tables.names import is_unnamed, normalise
from services.data.tables.stamps import Stamps
from shared.errors import UnreadableFile

ARROW_FILE, PARQUET = b"ARROW1\x00\x00", b"PAR1"
VIEW = pa.string_view()  # as polars writes texts
BATCH = 1 << 16  # rows
SAMPLE_ROWS = 20
ReadHead = Callable[[list[str]], pa.RecordBatch | None]  # reads the first rows of columns
MAX_FOOTER = 16 << 20  # bytes: 1,000 columns in 100 groups of rows
PARQUET_END = struct.Struct("<I4s")


def read_parquet_batches(file: BinaryIO, budget: Budget, reading: Reading) -> Iterator[SymbolBatch]:
    """Yield the rows of a Parquet file, its columns named by field.

    Raises:
        UnreadableFile: The file is damaged, or its columns are not those of bars.
        PayloadTooLarge: Its declared size exceeds the budget.
    """
    with _translate_errors("a Parquet"):
        _check_footer(file, PARQUET_END, PARQUET, "a Parquet")
        metadata = parquet.read_metadata(file)
        budget.take_bytes(
            sum(max(0, metadata.row_group(group).total_byte_size) for group in range(metadata.num_row_groups))
        )
        budget.require_rows(metadata.num_rows)
        schema = metadata.schema.to_arrow_schema()
        columns = _choose_columns(schema, reading, lambda names: _read_head(parquet.ParquetFile(file), names))
        names = [schema.field(index).name for index in columns.positions]
        texts = [name for name in names if is_text(schema.field(name).type) and schema.field(name).type != VIEW]
        # Dictionary-encoded, so that a long text repeated in a million rows is stored once.
        parquet_file = parquet.ParquetFile(file, metadata=metadata, read_dictionary=texts)
        for batch in parquet_file.iter_batches(BATCH, columns=names, use_threads=False):
            yield from columns.split(_validate_batch(batch.select(names)))


def read_arrow_batches(file: BinaryIO, budget: Budget, reading: Reading) -> Iterator[SymbolBatch]:
    """Yield the rows of an Arrow IPC stream or file, its columns named by field.

    Raises:
        UnreadableFile: The file is damaged, or its columns are not those of bars.
        PayloadTooLarge: Its declared size exceeds the budget.
    """
    with _translate_errors("an Arrow"):
        is_file = file.read(len(ARROW_FILE)) == ARROW_FILE
        if is_file:
            _check_footer(file, ARROW_END, ARROW_FILE.rstrip(b"\x00"), "an Arrow")
        file.seek(0)
        for n_bytes in read_unpacked_sizes_of_file(file) if is_file else read_unpacked_sizes(file):
            budget.take_bytes(n_bytes)

        def read_head(names: list[str]) -> pa.RecordBatch | None:
            fields = [index for index, name in enumerate(schema.names) if name in names]
            return next(_iter_arrow(file, is_file, fields), None)

        file.seek(0)
        schema = (pa.ipc.open_file if is_file else pa.ipc.open_stream)(file).schema
        columns = _choose_columns(schema, reading, read_head)
        for batch in _iter_arrow(file, is_file, columns.positions):
            yield from columns.split(_validate_batch(batch))


def _iter_arrow(file: BinaryIO, is_file: bool, fields: list[int]) -> Iterator[pa.RecordBatch]:
    """Yield the batches, reduced to some fields; those of a file as its footer lists them."""
    file.seek(0)
    options = pa.ipc.IpcReadOptions(included_fields=fields, use_threads=False)
    if is_file:
        reader = pa.ipc.open_file(file, options=options)
        return (reader.get_batch(index) for index in range(reader.num_record_batches))
    return iter(pa.ipc.open_stream(file, options=options))


def _choose_columns(schema: pa.Schema, reading: Reading, read_head: ReadHead) -> Columns:
    sampled = [
        field.name
        for field in schema
        if (is_text(field.type) and is_unnamed(normalise(field.name))) or _is_dated(field.type) or field.name == "T"
    ]
    head = read_head(sampled) if sampled else None
    sample = [[""] * len(schema)]
    if head is not None and head.num_rows:
        head = _validate_batch(head.slice(0, SAMPLE_ROWS))
        cells = {name: _write_cells(head.column(index)) for index, name in enumerate(head.schema.names)}
        empty = [""] * head.num_rows
        sample = [list(row) for row in zip(*(cells.get(name, empty) for name in schema.names), strict=True)]
    columns = find_columns(schema.names, reading.options, reading.notes, sample=sample)
    for fields in columns.groups.values():
        check_types(pa.schema([schema.field(index).with_name(name) for name, index in fields.items()]))
    return columns


def _read_head(file: parquet.ParquetFile, names: list[str]) -> pa.RecordBatch | None:
    return next(file.iter_batches(SAMPLE_ROWS, columns=names, use_threads=False), None)


def _is_dated(kind: pa.DataType) -> bool:
    """Return whether a type is one of days or moments, or the daily period of pandas."""
    return pa.types.is_timestamp(kind) or pa.types.is_date(kind) or getattr(kind, "freq", "") == "D"


def _write_cells(column: pa.Array) -> list[str]:
    """Write cells as in a file of text: dates without a time if each is 0:00, as tools hold plain dates, too."""
    if isinstance(column, pa.ExtensionArray):
        column = column.storage.cast(pa.int32(), safe=False).cast(pa.date32())
    cells = to_dates(column)
    if not isinstance(cells, Stamps):
        return [text or "" for text in cells.to_pylist()]
    days = cells.local.astype("datetime64[D]")
    has_times = bool((cells.local[cells.is_valid] != days[cells.is_valid]).any())
    written = np.datetime_as_string(cells.local if has_times else days)
    return ["" if text == "NaT" else text for text in written.tolist()]


def _validate_batch(batch: pa.RecordBatch) -> pa.RecordBatch:
    batch.validate(full=True)  # text offsets and dictionary indices are not trusted
    views = [index for index, field in enumerate(batch.schema) if field.type == VIEW]
    for index in views:  # few functions read them
        batch = batch.set_column(index, batch.schema.field(index).name, pc.cast(batch.column(index), pa.string()))
    return batch


def _check_footer(file: BinaryIO, form: struct.Struct, signature: bytes, kind: str) -> None:
    file.seek(-form.size, 2)
    length, end = form.unpack(file.read(form.size))
    if end != signature:
        raise UnreadableFile(f"This is not {kind} file, or it is truncated.")
    if length > MAX_FOOTER:
        raise UnreadableFile(f"This is {kind} file with too many columns or groups of rows. Write fewer.")
    file.seek(0)


@contextmanager
def _translate_errors(kind: str) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, ValueError, KeyError, OverflowError, struct.error) as error:
        raise UnreadableFile(f"This is not {kind} file, or it is damaged or truncated.") from error
