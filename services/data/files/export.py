"""Exports bars to CSV, Parquet, Arrow and Excel files that `load` reads back exactly, with any number of symbols. Pure.

The columns are those of `COLUMNS`, one row per bar. A number that is missing or not finite is empty (CSV) or null.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from typing import Any, BinaryIO, Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from services.data.files.workbook_writer import require_workbook_size, write_workbook
from shared.schemas.arrow import NUMBERS, SCHEMA, BarFrame

ExportFormat = Literal["csv", "parquet", "arrow", "xlsx"]
COLUMNS = ("symbol", "date", *NUMBERS)
_EXPORT_SCHEMA = pa.schema(
    [("symbol", pa.string()), ("date", pa.date32()), *((name, pa.float64()) for name in NUMBERS)]
)
# Where a spreadsheet sees the start of a formula. Japanese ones also accept full-width signs, and in locales that
# separate by semicolons a text is split there, quoted or not.
_FORMULA = re.compile(r"(^|[;\r\n])(?=\s*[=+\-@＝＋－＠]|[\t\r\n])")


def to_csv(frame: BarFrame, *, with_header: bool = True, name: str | None = None) -> bytes:
    r"""Encode as RFC 4180 text in UTF-8 with \n line ends: `COLUMNS`, and `name` in a last column if given.

    Numbers have the fewest digits that read back as the same float. Text that a spreadsheet would run as a formula is
    prefixed with an apostrophe, which a reader must remove.
    """
    table = _to_table(frame).set_column(0, "symbol", pa.repeat(escape_formulas(frame.symbol), len(frame.bars)))
    if name is not None:
        table = table.append_column("name", pa.repeat(escape_formulas(name), len(frame.bars)))
    sink = BytesIO()
    if with_header:
        sink.write(_encode_header(table.column_names))
    quoting = "none" if name is None else "needed"  # symbols, dates and numbers never need quotes
    pyarrow.csv.write_csv(table, sink, pyarrow.csv.WriteOptions(include_header=False, quoting_style=quoting))
    return sink.getvalue()


def to_parquet(frame: BarFrame) -> bytes:
    """Encode as a Parquet file."""
    sink = BytesIO()
    write_parquet([frame], sink)
    return sink.getvalue()


def to_xlsx(frame: BarFrame) -> bytes:
    """Encode as a workbook of one sheet, whose dates are dates and whose numbers are exact.

    Raises:
        InvalidRequest: There are more bars than a workbook may hold.
    """
    require_workbook_size(len(frame.bars))
    sink = BytesIO()
    write_workbook([_to_table(frame)], sink)
    return sink.getvalue()


def iter_csv(frames: Iterable[BarFrame]) -> Iterator[bytes]:
    """Encode many symbols as one CSV: yield its header, then the bars of each symbol."""
    yield _encode_header(COLUMNS)
    for frame in frames:
        yield to_csv(frame, with_header=False)


def write_parquet(frames: Iterable[BarFrame], sink: BinaryIO) -> None:
    """Write one Parquet file with a row group per symbol."""
    with pq.ParquetWriter(sink, _EXPORT_SCHEMA) as writer:
        _write_tables(frames, writer)


def write_arrow(frames: Iterable[BarFrame], sink: BinaryIO) -> None:
    """Write one Arrow IPC stream with a batch per symbol."""
    with pa.ipc.new_stream(sink, _EXPORT_SCHEMA) as writer:
        _write_tables(frames, writer)


def write_bars(frames: Sequence[BarFrame], sink: BinaryIO, file_format: ExportFormat) -> None:
    """Write one file of many symbols; `sink` need not be able to seek and stays open."""
    match file_format:
        case "csv":
            sink.writelines(iter_csv(frames))
        case "parquet":
            write_parquet(frames, sink)
        case "arrow":
            write_arrow(frames, sink)
        case "xlsx":
            write_workbook(map(_to_table, frames) if frames else [_EXPORT_SCHEMA.empty_table()], sink)


def _write_tables(frames: Iterable[BarFrame], writer: Any) -> None:
    for frame in frames:
        writer.write_table(_to_table(frame))


def _to_table(frame: BarFrame) -> pa.Table:
    bars = pa.Table.from_pandas(frame.bars, schema=SCHEMA, preserve_index=False)
    numbers = [pc.if_else(pc.is_finite(bars[name]), bars[name], None) for name in NUMBERS]
    return pa.table([pa.repeat(frame.symbol, len(bars)), bars["session"], *numbers], schema=_EXPORT_SCHEMA)


def _encode_header(columns: Iterable[str]) -> bytes:
    return (",".join(columns) + "\n").encode()


def escape_formulas(text: str) -> str:
    """Prefix what a spreadsheet would run as a formula with an apostrophe, also inside of the text."""
    return _FORMULA.sub(r"\1'", text)
