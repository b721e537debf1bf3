"""Builders of bar files, and helpers that read them."""

import zipfile
from io import BytesIO

import pyarrow as pa
import pytest
from pyarrow import parquet

from services.data.files.source import FileBarSource
from services.data.records import RawBars
from shared.errors import UnreadableFile
from shared.schemas.loads import ReadQuery

HEADER = "date,open,high,low,close,volume,symbol\n"
ROW = "2024-01-02,1,3,0.5,2,100,AAPL\n"
WITHOUT_SYMBOL = "date,open,high,low,close\n2024-01-02,1,3,0.5,2\n"


def source(content: str | bytes, name: str = "A.csv", **options: object) -> FileBarSource:
    """Open a file with this content and name; the options are those of `ReadQuery` and of `FileBarSource`."""
    content = content.encode() if isinstance(content, str) else content
    reading = ReadQuery.model_validate({each: options.pop(each) for each in options.keys() & ReadQuery.model_fields})
    return FileBarSource(BytesIO(content), name=name, options=reading, **options)  # type: ignore[arg-type]


def read(content: str | bytes, name: str = "A.csv", **options: object) -> list[RawBars]:
    """Read a file with this content and name; see `source`."""
    return list(source(content, name, **options).frames())


def problem(content: str | bytes, name: str = "A.csv", **options: object) -> str:
    """Return the error message for an unreadable file."""
    with pytest.raises(UnreadableFile) as caught:
        read(content, name, **options)
    return caught.value.detail


def closes(frames: list[RawBars]) -> dict[str, list[float]]:
    """Return the closes of each symbol, in order."""
    return {frame.symbol: frame.rows["close"].tolist() for frame in frames}


def as_parquet(table: pa.Table, *, store_schema: bool = True) -> bytes:
    """Encode the table as a Parquet file, with or without Arrow's schema, which other tools do not write."""
    sink = BytesIO()
    parquet.write_table(table, sink, store_schema=store_schema)
    return sink.getvalue()


def as_arrow(table: pa.Table, *, is_file: bool = False, compression: str | None = None) -> bytes:
    """Encode the table as an Arrow IPC file or stream."""
    sink = BytesIO()
    new = pa.ipc.new_file if is_file else pa.ipc.new_stream
    with new(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression=compression)) as writer:
        writer.write_table(table)
    return sink.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    """Build a zip archive of these files."""
    sink = BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return sink.getvalue()
