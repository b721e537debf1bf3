import csv
import math
import string
from collections.abc import Iterator
from datetime import date
from io import BytesIO, RawIOBase, StringIO
from typing import get_args

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.data.files.export import (
    ExportFormat,
    iter_csv,
    to_csv,
    to_parquet,
    write_arrow,
    write_bars,
    write_parquet,
)
from shared.schemas.arrow import NUMBERS, BarFrame
from shared.schemas.bars import is_symbol
from tests.support.calls import n_calls
from tests.support.data.bars import make_frame

COLUMNS = ["symbol", "date", "open", "high", "low", "close", "volume", "adj_close"]
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
HOSTILE_NAMES = [
    "=cmd|' /C calc'!A0",
    "+1",
    "@SUM(A1)",
    "-1",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "＝1",
    "＋1",
    "－1",
    "＠A",
]

Row = tuple[object, ...]
FLOATS = st.floats(allow_infinity=False) | st.sampled_from([5e-324, 2.2e-308, 1e300, -0.0, 0.1, 1e16, 1e21, 1 / 3])
ROWS = st.dictionaries(
    st.dates(date(1800, 1, 1), date(2100, 12, 31)) | st.sampled_from([date(1, 1, 1), date(9999, 12, 31)]),
    st.tuples(*[FLOATS] * len(NUMBERS)),
    max_size=8,
)
SYMBOLS = st.text(string.ascii_uppercase + string.digits + ".-^=", min_size=1, max_size=15).filter(is_symbol)


def _frame(symbol: str, rows: dict[date, tuple[float, ...]]) -> BarFrame:
    sessions = np.array(sorted(rows), dtype="datetime64[D]").astype("datetime64[s]")
    numbers = np.array([rows[session] for session in sorted(rows)], dtype=np.float64).reshape(-1, len(NUMBERS))
    return BarFrame(symbol, pd.DataFrame({"session": sessions, **dict(zip(NUMBERS, numbers.T, strict=True))}))


FRAMES = st.builds(_frame, SYMBOLS, ROWS)


def _same(number: float | None) -> object:
    """Return a value that differs for every two floats, including 0.0 and -0.0."""
    return None if number is None or math.isnan(number) else number.hex()


def _rows(*frames: BarFrame) -> list[Row]:
    return [
        (frame.symbol, session.date(), *map(_same, numbers))
        for frame in frames
        for session, *numbers in frame.bars.itertuples(index=False)
    ]


def _cells(payload: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(payload.decode(), newline=""), strict=True))


def _parse_csv(payload: bytes) -> list[Row]:
    header, *rows = _cells(payload)
    assert header == COLUMNS
    return [
        (symbol.removeprefix("'"), date.fromisoformat(day), *(_same(float(text) if text else None) for text in numbers))
        for symbol, day, *numbers in rows
    ]


def _parse_table(table: pa.Table) -> list[Row]:
    assert table.column_names == COLUMNS
    return [
        (symbol, day, *map(_same, numbers))
        for symbol, day, *numbers in zip(*(column.to_pylist() for column in table.columns), strict=True)
    ]


def test_a_csv_has_a_header_and_a_line_for_each_bar() -> None:
    frame = make_frame("AAPL", [10, 11.25])
    frame.bars.loc[1, "volume"] = math.nan
    assert to_csv(frame) == (
        b"symbol,date,open,high,low,close,volume,adj_close\n"
        b"AAPL,2024-01-01,10,11,9,10,1000,10\n"
        b"AAPL,2024-01-02,10,12.25,9,11.25,,11.25\n"
    )


def test_a_name_is_a_last_column_and_quoted() -> None:
    rows = _cells(to_csv(make_frame(closes=[10]), name='Wells, "Fargo"\n& Co.'))
    assert [row[-1] for row in rows] == ["name", 'Wells, "Fargo"\n& Co.']


@settings(deadline=None)
@given(FRAMES)
def test_a_csv_reads_back_to_the_bit(frame: BarFrame) -> None:
    assert _parse_csv(to_csv(frame)) == _rows(frame)


@settings(deadline=None)
@given(FRAMES)
def test_a_parquet_file_reads_back_to_the_bit(frame: BarFrame) -> None:
    assert _parse_table(pq.read_table(BytesIO(to_parquet(frame)))) == _rows(frame)


@settings(max_examples=50, deadline=None)
@given(st.lists(FRAMES, max_size=3))
def test_many_symbols_in_one_file_read_back_to_the_bit(frames: list[BarFrame]) -> None:
    parquet, arrow = BytesIO(), BytesIO()
    write_parquet(frames, parquet)
    write_arrow(frames, arrow)
    with pa.ipc.open_stream(arrow.getvalue()) as reader:
        assert _parse_table(reader.read_all()) == _rows(*frames)
    assert _parse_table(pq.read_table(parquet)) == _rows(*frames)
    assert _parse_csv(b"".join(iter_csv(frames))) == _rows(*frames)


def test_one_symbol_after_another_is_asked_for_and_written() -> None:
    asked = 0

    def frames() -> Iterator[BarFrame]:
        nonlocal asked
        for symbol in ("A", "B"):
            asked += 1
            yield make_frame(symbol)

    pieces = iter_csv(frames())
    next(pieces)
    assert (asked, next(pieces)[:1], asked) == (0, b"A", 1)


class Pipe(RawIOBase):
    """A write-only sink, like standard output in a pipe."""

    def __init__(self) -> None:
        self.written = b""

    def writable(self) -> bool:
        return True

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]
        self.written += bytes(data)
        return len(data)


@pytest.mark.parametrize("form", get_args(ExportFormat))
def test_a_file_can_be_written_to_a_pipe_and_leaves_it_open(form: ExportFormat) -> None:
    pipe, sink = Pipe(), BytesIO()
    frames = [make_frame("A"), make_frame("B")]
    write_bars(frames, pipe, form)  # type: ignore[arg-type]
    write_bars(frames, sink, form)
    assert not pipe.closed
    assert pipe.written == sink.getvalue()
    assert pipe.written.startswith(
        {"csv": b"symbol,date", "parquet": b"PAR1", "arrow": b"\xff\xff\xff\xff", "xlsx": b"PK"}[form]
    )


@pytest.mark.parametrize("number", [math.inf, -math.inf])
def test_a_number_that_is_not_finite_is_missing(number: float) -> None:
    frame = make_frame(closes=[10])
    frame.bars["high"] = number
    assert _cells(to_csv(frame))[1] == ["AAPL", "2024-01-01", "10", "", "9", "10", "1000", "10"]
    assert pq.read_table(BytesIO(to_parquet(frame)))["high"].to_pylist() == [None]


def _runs(cell: str) -> bool:
    """Return whether a spreadsheet might run the cell as a formula: it starts like one and is not a number."""
    try:
        float(cell)
    except ValueError:
        return cell.startswith(FORMULA_STARTS) or cell.strip().startswith(FORMULA_STARTS)
    return False


@settings(deadline=None)
@given(SYMBOLS | st.sampled_from(["-A", "=F", "-1", "=1-1", "--", "^GSPC"]).filter(is_symbol))
@pytest.mark.scenario("D8")
def test_no_symbol_is_a_formula_and_all_read_back(symbol: str) -> None:
    rows = _cells(to_csv(make_frame(symbol, [10])))
    assert rows[1][0] == (f"'{symbol}" if symbol[0] in "-=" else symbol)
    assert not any(_runs(cell) for row in rows for cell in row)


@pytest.mark.parametrize("name", HOSTILE_NAMES)
@pytest.mark.scenario("D8")
def test_a_hostile_name_has_an_apostrophe_before_it(name: str) -> None:
    assert _cells(to_csv(make_frame(closes=[10]), name=name))[1][-1] == f"'{name}".replace("\n=", "\n'=").replace(
        "\r=", "\r'="
    )


@settings(deadline=None)
@given(st.text("=+-@＝＋－＠;,\"'\t\r\n a1", max_size=8))
@pytest.mark.scenario("D8")
def test_no_name_is_a_formula_even_where_semicolons_or_lines_part_cells(name: str) -> None:
    payload = to_csv(make_frame(closes=[10]), name=name)
    cells = [cell for row in _cells(payload) for cell in row]
    assert not any(_runs(cell) for cell in cells)
    parts = payload.decode().replace("\r", ";").replace("\n", ";").split(";")
    assert not any(_runs(part.removeprefix('"')) for part in parts if part.strip('"'))


@pytest.mark.scenario("D8")
def test_negative_numbers_are_written_without_an_apostrophe() -> None:
    assert _cells(to_csv(make_frame(closes=[-1.5])))[1][2:6] == ["-1.5", "-0.5", "-2.5", "-1.5"]


def test_fifty_years_call_nothing_for_each_bar() -> None:
    frame = make_frame(closes=np.random.default_rng(1).uniform(1, 1000, 12_590))
    to_csv(frame)
    assert n_calls(lambda: to_csv(frame)) < 5000  # about 1,300, the same as for one year
