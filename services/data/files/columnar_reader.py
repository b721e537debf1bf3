"""Reads Parquet and Arrow in batches, after checking their declared size."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import pyarrow as pa
from pyarrow import parquet

from services.data.files.arrow_sizes import read_unpacked_sizes
from services.data.files.cells import check_types, is_text
from services.data.files.columns import Field, find_columns
from services.data.files.unpack import Budget
from shared.errors import UnreadableFile

ARROW_FILE, PARQUET = b"ARROW1\x00\x00", b"PAR1"
BATCH = 1 << 16  # rows
MAX_FOOTER = 16 << 20  # bytes: 1,000 columns in 100 groups of rows


def read_parquet_batches(file: BinaryIO, budget: Budget) -> Iterator[pa.RecordBatch]:
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
        chosen = _choose_columns(schema)
        names = [schema.field(index).name for index in chosen.values()]
        texts = [name for name, index in zip(names, chosen.values(), strict=True) if is_text(schema.field(index).type)]
        # Dictionary-encoded, so that a long text repeated in a million rows is stored once.
        parquet_file = parquet.ParquetFile(file, metadata=metadata, read_dictionary=texts)
        for batch in parquet_file.iter_batches(BATCH, columns=names, use_threads=False):
            yield _validate_batch(batch.select(names), chosen)


def read_arrow_batches(file: BinaryIO, budget: Budget) -> Iterator[pa.RecordBatch]:
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
        chosen = _choose_columns(pa.ipc.open_stream(file).schema)
        file.seek(start)
        options = pa.ipc.IpcReadOptions(included_fields=list(chosen.values()), use_threads=False)
        for batch in pa.ipc.open_stream(file, options=options):
            yield _validate_batch(batch, dict(sorted(chosen.items(), key=lambda item: item[1])))


def _choose_columns(schema: pa.Schema) -> dict[Field, int]:
    chosen = find_columns(schema.names)
    check_types(pa.schema([schema.field(index).with_name(field_name) for field_name, index in chosen.items()]))
    return chosen


def _validate_batch(batch: pa.RecordBatch, chosen: dict[Field, int]) -> pa.RecordBatch:
    batch.validate(full=True)  # text offsets and dictionary indices are not trusted
    return batch.rename_columns(list(chosen))


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
