"""How the symbols of a file are found: plain, compressed or in an archive."""

import bz2
import gzip
import json
import lzma
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pytest

from services.data.files.source import FileBarSource
from services.data.records import ROW_PROBLEMS
from shared.errors import UnreadableFile
from shared.schemas.arrow import NUMBERS
from tests.support.data.bars import make_bars
from tests.support.data.files import (
    HEADER,
    ROW,
    WITHOUT_SYMBOL,
    as_arrow,
    as_parquet,
    closes,
    problem,
    read,
    source,
    zipped,
)
from tests.support.data.workbooks import workbook

ONE = HEADER + ROW + "2024-01-03,2,4,1.5,3,200,AAPL\n"


def test_rows_are_as_the_port_promises() -> None:
    (frame,) = read(ONE)
    assert (frame.symbol, frame.name) == ("AAPL", None)
    assert list(frame.rows.columns) == ["session", *NUMBERS, "row"]
    assert frame.rows["session"].dtype == "datetime64[s]"
    assert {str(frame.rows[name].dtype) for name in NUMBERS} == {"float64"}
    assert frame.rows["session"].dt.date.tolist() == [date(2024, 1, 2), date(2024, 1, 3)]
    assert frame.rows[list(NUMBERS[:5])].to_numpy().tolist() == [[1, 3, 0.5, 2, 100], [2, 4, 1.5, 3, 200]]
    assert frame.rows["adj_close"].isna().all()
    assert frame.rows["row"].tolist() == [1, 2]


def test_symbols_are_parted_in_any_order_and_rows_keep_their_numbers() -> None:
    rows = ["2024-01-02,1,1,1,1,1,aapl", "2024-01-02,1,1,1,2,1,IBM", "2024-01-03,1,1,1,3,1, AAPL "]
    frames = read(HEADER + "\n".join(rows))
    assert closes(frames) == {"AAPL": [1, 3], "IBM": [2]}
    assert [frame.rows["row"].tolist() for frame in frames] == [[1, 3], [2]]


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, bz2.compress, lambda data: zipped({"AAPL.csv": data})])
def test_what_is_packed_is_seen_by_its_content(pack: Callable[[bytes], bytes]) -> None:
    assert closes(read(pack(ONE.encode()), "bars.csv")) == {"AAPL": [2, 3]}
    assert closes(read(gzip.compress(pack(ONE.encode())) if pack is lzma.compress else pack(ONE.encode()))) != {}


def test_each_file_of_an_archive_is_a_file_of_its_own() -> None:
    parts = {
        "a/AAPL.csv": WITHOUT_SYMBOL.encode(),
        "a/ibm.csv.gz": gzip.compress(b"Date;Open;High;Low;Close\n31-01-2024;1;1;1;7\n"),
        "GE.parquet": as_parquet(pa.table(make_bars([5]))),
        "__MACOSX/a/._AAPL.csv": b"\x00\x05\x16\x07",
        "a/.DS_Store": b"\x00",
        "a/": b"",
    }
    assert closes(read(zipped(parts), "all.zip")) == {"AAPL": [2], "IBM": [7], "GE": [5]}


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        *(("daily_AAPL.csv", "AAPL"), ("AAPL_daily.csv", "AAPL"), ("daily_adjusted_BRK.B.csv", "BRK.B")),
        *(("AAPL Historical Data.csv", "AAPL"), ("BTC_USD_d1.csv", "BTC-USD"), ("aapl.csv.txt", "AAPL")),
        *(("DATA.L.csv", "DATA.L"), ("data_clean.csv", "DATA-CLEAN"), ("2020.csv", "2020")),
    ],
)
def test_words_for_data_beside_a_symbol_are_no_part_of_it(name: str, symbol: str) -> None:
    [frame] = read(WITHOUT_SYMBOL, name)
    assert frame.symbol == symbol


def test_a_part_of_a_data_set_has_the_symbol_of_its_folder() -> None:
    parts = {f"bars/{key}/part-0.csv": WITHOUT_SYMBOL.encode() for key in ("symbol=AAPL", "ticker=BTC%2FUSDT")}
    assert [frame.symbol for frame in read(zipped(parts), "bars.zip")] == ["AAPL", "BTC-USDT"]
    assert "does not name one" in problem(zipped({"part-0.csv": WITHOUT_SYMBOL.encode()}), "bars.zip")


def test_of_two_files_of_an_archive_with_one_symbol_the_second_is_skipped() -> None:
    parts = {"2023.csv": ONE.encode(), "2024.csv": ONE.encode() + b"2024-01-02,1,3,0.5,2,100,IBM\n"}
    opened = source(zipped(parts), "all.zip")
    assert closes(list(opened.frames())) == {"AAPL": [2, 3], "IBM": [2]}
    assert [str(part) for part in opened.skipped] == [
        "'2024.csv': '2023.csv' also has bars of AAPL. Merge the two files."
    ]


def test_a_file_of_an_archive_that_cannot_be_read_is_skipped_and_named() -> None:
    parts = {
        "blank.csv": b"",
        "AAPL.csv": ONE.encode(),
        "README.md": b"# about\n",
        "IBM.csv.gz": b"\x1f\x8bcut",
        "z.csv": b"",
    }
    opened = source(zipped(parts), "all.zip")
    assert closes(list(opened.frames())) == {"AAPL": [2, 3]}
    assert [str(part)[:50] for part in opened.skipped] == [
        "'blank.csv': The file has no rows.",
        "'README.md': Missing columns: date, open, high, lo",
        "'IBM.csv.gz': The file is damaged or truncated and",
        "'z.csv': The file has no rows.",
    ]
    assert problem(zipped({"blank.csv": b""}), "all.zip") == "'blank.csv': The file has no rows."


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        *(("AAPL.csv", "AAPL"), ("brk.b.csv.gz", "BRK.B"), ("^gspc", "^GSPC"), ("x/ibm.TXT", "IBM")),
        *((f"AAPL.{suffix}", "AAPL") for suffix in ("tab", "psv", "prn", "dat")),
    ],
)
def test_a_file_without_symbols_is_named_after_its_symbol(name: str, symbol: str) -> None:
    assert [frame.symbol for frame in read(WITHOUT_SYMBOL, name)] == [symbol]


def test_workbooks_with_macros_and_arrow_files_of_other_names_are_named_after_their_symbol() -> None:
    table = pa.table({"date": ["2024-01-02"], "open": [1.0], "high": [3.0], "low": [0.5], "close": [2.0]})
    for name in ("AAPL.ftr", "AAPL.ipc"):
        assert closes(read(as_arrow(table), name)) == {"AAPL": [2]}
    content = workbook({"Sheet1": [["Date", "Open", "High", "Low", "Close"], ["2024-01-02", 1, 3, 0.5, 2]]})
    assert closes(read(content, "AAPL.xlsm")) == {"AAPL": [2]}


def test_a_file_that_does_not_say_whose_bars_it_holds_is_an_error_that_says_how_to() -> None:
    assert problem(WITHOUT_SYMBOL, "my bars 2024.csv") == (
        "Give the symbol, name the file after it, for example AAPL.csv, or add a column symbol: the file does not name "
        "one."
    )


def test_the_requested_symbol_is_the_default_and_the_only_one_allowed() -> None:
    assert closes(read(WITHOUT_SYMBOL, "IBM.csv", symbol="AAPL")) == {"AAPL": [2]}
    assert closes(read(ONE, symbol="AAPL")) == {"AAPL": [2, 3]}
    other = ONE + "2024-01-03,2,4,1.5,3,200,MSFT\n"
    assert problem(other, symbol="AAPL") == "Row 3 belongs to MSFT, but this load is for AAPL only."


def test_names_are_the_symbols_where_they_look_like_symbols_and_no_column_says_them() -> None:
    content = ONE.replace("symbol", "Name")
    assert [(frame.symbol, frame.name) for frame in read(content)] == [("AAPL", None)]
    content = content.replace("AAPL\n", "Apple Inc.\n")
    assert [(frame.symbol, frame.name) for frame in read(content, "X.csv")] == [("X", "Apple Inc.")]


def test_the_name_of_the_company_is_kept() -> None:
    content = WITHOUT_SYMBOL.replace("close\n", "close,ticker,Company\n").replace(
        ",2\n", ',2,A,"\'=Agilent \n"\n'.replace('\n"', '"')
    )
    assert [(frame.symbol, frame.name) for frame in read(content)] == [("A", "=Agilent")]


def test_a_name_of_a_company_ends_somewhere() -> None:
    (frame,) = read(ONE.replace("volume", "company").replace(",100,", f",{'x' * 1_000},"))
    assert frame.name == "x" * 200


def test_an_invalid_symbol_is_skipped_and_named() -> None:
    opened = source(ONE.replace("AAPL\n2", "AA PL<script>alert(1)<-script>\n2"))
    assert closes(list(opened.frames())) == {"AAPL": [3]}
    assert [str(part) for part in opened.skipped] == ["'AA PL<SCRIPT>ALERT(1…': not a valid symbol, in 1 row"]
    assert problem(ONE.replace("AAPL", "A B")) == "Row 1 has an invalid symbol: 'A B'. Give the symbol of these bars."


def test_a_row_without_a_symbol_is_rejected_alone() -> None:
    (frame,) = read(ONE + "2024-01-04,2,4,1.5,3,200,\n")
    assert frame.rows["problem"].tolist() == [0, 0, ROW_PROBLEMS.index("no_symbol")]


@pytest.mark.parametrize(
    ("written", "symbol"), [("M&M", "M&M"), ("btc/usdt", "BTC-USDT"), ("BRK_B", "BRK-B"), ("M&M.NS", "M&M.NS")]
)
def test_symbols_of_other_signs_are_stored_by_one_rule(written: str, symbol: str) -> None:
    assert [frame.symbol for frame in read(ONE.replace("AAPL", written))] == [symbol]


def test_a_row_of_nothing_but_delimiters_is_an_empty_row() -> None:
    (frame,) = read(ONE + ",,,,,,\n")
    assert frame.rows["session"].isna().tolist() == [False, False, True]


def test_the_quote_that_keeps_a_spreadsheet_from_running_a_symbol_is_left_out() -> None:
    assert [frame.symbol for frame in read(ONE.replace("AAPL", "'-A=X"))] == ["-A=X"]


def test_a_date_format_settles_what_the_dates_leave_open() -> None:
    content = WITHOUT_SYMBOL.replace("2024-01-02", "01/02/2024")
    assert "Choose the date format" in problem(content, "A.csv")
    (frame,) = read(content, "A.csv", date_format="mdy")
    assert frame.rows["session"].dt.date.tolist() == [date(2024, 1, 2)]


def test_a_path_is_opened_and_closed_and_named(tmp_path: Path) -> None:
    path = tmp_path / "AAPL.csv"
    path.write_text(WITHOUT_SYMBOL)
    source = FileBarSource(path)
    assert source.name == "AAPL.csv"
    assert closes(list(source.frames())) == closes(list(source.frames())) == {"AAPL": [2]}
    with pytest.raises(UnreadableFile, match="cannot be opened: No such file or directory"):
        list(FileBarSource(tmp_path / "none.csv").frames())
    with pytest.raises(UnreadableFile, match="cannot be opened"):
        list(FileBarSource(tmp_path).frames())


def test_an_open_file_stays_open() -> None:
    for content in (
        ONE.encode(),
        b'{"bars": [{"date": "2024-01-02", "open": 1, "high": 1, "low": 1, "close": 1}]}',
        gzip.compress(ONE.encode()),
        as_parquet(pa.table(make_bars([1]))),
    ):
        file = BytesIO(content)
        list(FileBarSource(file, symbol="AAPL").frames())
        assert not file.closed


def test_prices_in_an_object_of_each_row_are_read_unless_there_are_two_or_they_are_columns() -> None:
    prices = {"o": "1", "h": "3", "l": "0.5", "c": "2"}
    candles = {"instrument": "EUR_USD", "candles": [{"time": "2024-01-02", "volume": 5, "mid": prices}]}
    assert closes(read(json.dumps(candles), "A.json")) == {"EUR-USD": [2]}
    dated = [{"date": {"$date": "2024-01-02T00:00:00Z"}, "price": prices}]  # of mongoexport
    assert closes(read(json.dumps(dated), "A.json")) == {"A": [2]}
    candles = {"candles": [{"time": "2024-01-02", "bid": prices, "ask": prices}]}
    assert problem(json.dumps(candles), "A.json").startswith("Missing columns: open, high, low, close.")
    columns = {"time": ["2024-01-02"], "open": ["1"], "high": ["3"], "low": ["0.5"], "close": ["2"]}
    stocks = [{"symbol": symbol, "data": columns} for symbol in ("GE", "IBM")]
    assert closes(read(json.dumps(stocks), "A.json")) == {"GE": [2], "IBM": [2]}
