"""Reads Parquet and Arrow in batches, after checking their declared size."""

import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from services.data.files.formats.arrow_sizes import read_unpacked_sizes
from services.data.files.formats.csv_reader import SymbolBatch
from services.data.files.rows import Reading
from services.data.files.unpack import Budget
from services.data.tables.cells import MAX_TEXT, check_types, is_text, storage_type
from services.data.tables.columns import Columns, find_columns
from services.data.tables.names import is_unnamed, normalise
from shared.errors import UnreadableFile

ARROW_FILE, PARQUET = b"ARROW1\x00\x00", b"PAR1"
VIEW = pa.string_view()  # as polars writes texts
BATCH = 1 << 16  # rows
ReadHead = Callable[[list[str]], pa.RecordBatch | None]  # reads the first row of columns
MAX_FOOTER = 16 << 20  # bytes: 1,000 columns in 100 groups of rows


def read_parquet_batches(file: BinaryIO, budget: Budget, reading: Reading) -> Iterator[SymbolBatch]:
    """Yield the rows of a Parquet file, its columns named by field.

    Raises:
        UnreadableFile: The file is damaged, or its columns are not those of bars.
        PayloadTooLarge: Its declared size exceeds the budget.
    """
    with _translate_errors("a Parquet"):
        _check_footer(file)
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
        # The file format is the stream format between a signature and an index.
        start = len(ARROW_FILE) if file.read(len(ARROW_FILE)) == ARROW_FILE else 0
        file.seek(start)
        for n_bytes in read_unpacked_sizes(file):
            budget.take_bytes(n_bytes)
        file.seek(start)
        stream = pa.ipc.open_stream(file)
        columns = _choose_columns(stream.schema, reading, lambda names: next(iter(stream), None))
        file.seek(start)
        options = pa.ipc.IpcReadOptions(included_fields=columns.positions, use_threads=False)
        for batch in pa.ipc.open_stream(file, options=options):
            yield from columns.split(_validate_batch(batch))


def _choose_columns(schema: pa.Schema, reading: Reading, read_head: ReadHead) -> Columns:
    texts = [field.name for field in schema if is_text(field.type) and is_unnamed(normalise(field.name))]
    head = read_head(texts) if texts else None
    sample = _sample(schema)
    if head is not None and head.num_rows:
        for name in texts:
            sample[schema.get_field_index(name)] = str(head.column(name)[0].as_py() or "")[:MAX_TEXT]
    columns = find_columns(schema.names, reading.options, reading.notes, sample=[sample])
    for fields in columns.groups.values():
        check_types(pa.schema([schema.field(index).with_name(name) for name, index in fields.items()]))
    return columns


def _read_head(file: parquet.ParquetFile, names: list[str]) -> pa.RecordBatch | None:
    return next(file.iter_batches(1, columns=names, use_threads=False), None)


def _sample(schema: pa.Schema) -> list[str]:
    """Return a date for each column of a time type, and nothing for the others."""
    kinds = [storage_type(field.type) for field in schema]
    is_dated = [pa.types.is_timestamp(kind) or pa.types.is_date(kind) for kind in kinds]
    return [
        "2000-01-01" if each or field.type != kind else ""
        for each, field, kind in zip(is_dated, schema, kinds, strict=True)
    ]


def _validate_batch(batch: pa.RecordBatch) -> pa.RecordBatch:
    batch.validate(full=True)  # text offsets and dictionary indices are not trusted
    views = [index for index, field in enumerate(batch.schema) if field.type == VIEW]
    for index in views:  # few functions read them
        batch = batch.set_column(index, batch.schema.field(index).name, pc.cast(batch.column(index), pa.string()))
    return batch


def _check_footer(file: BinaryIO) -> None:
    file.seek(-8, 2)
    length, signature = struct.unpack("<I4s", file.read(8))
    if signature != PARQUET:
        raise UnreadableFile("This is not a Parquet file, or it is truncated.")
    if length > MAX_FOOTER:
        raise UnreadableFile("The Parquet file has too many columns and row groups. Write fewer.")
    file.seek(0)


@contextmanager
def _translate_errors(kind: str) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, ValueError, KeyError, OverflowError, struct.error) as error:
        raise UnreadableFile(f"This is not {kind} file, or it is damaged or truncated.") from error
