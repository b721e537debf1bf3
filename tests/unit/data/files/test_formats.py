"""Which rows are read from files of each format and dialect."""

import gzip
import json
from collections.abc import Callable
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from services.data.files.formats.json_scanner import BLOCK
from services.data.records import ROW_PROBLEMS
from shared.schemas.arrow import encode
from shared.schemas.bars import Bar, SymbolBars
from tests.support.data.bars import make_bars, make_frame
from tests.support.data.files import HEADER, WITHOUT_SYMBOL, as_arrow, as_parquet, closes, problem, read


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_csv_is_read_with_any_usual_delimiter_line_end_and_encoding(delimiter: str, end: str, encoding: str) -> None:
    lines = ['"date",open,high,low,close,symbol,name', '2024-01-02,"1",3,1,2,NESN,"Nestlé; S.A. | Vevey"']
    content = end.join(line.replace(",", delimiter) for line in lines).encode(encoding)
    (frame,) = read(content)
    assert (frame.symbol, frame.name) == ("NESN", "Nestlé; S.A. | Vevey")
    assert frame.rows["close"].tolist() == [2]


@pytest.mark.parametrize(
    ("encoding", "header"),
    [
        ("gb18030", "日期,开盘,最高,最低,收盘,成交量"),
        ("big5", "日期,open,high,low,close,成交量"),
        ("shift_jis", "日付,始値,高値,安値,終値,出来高"),
        ("euc_kr", "날짜,시가,고가,저가,종가,거래량"),
        ("cp1250", "Data,Otwarcie,Najwyższy,Najniższy,Zamknięcie,Wolumen"),
        ("cp1251", "Дата,Открытие,Максимум,Минимум,Закрытие,Объем"),
        ("latin-1", "Datum,Eröffnung,Höchst,Tief,Schlusskurs,Stücke"),
        ("cp1256", "التاريخ,الافتتاح,الأعلى,الأدنى,الإغلاق,الحجم"),
        ("cp874", "วันที่,เปิด,สูงสุด,ต่ำสุด,ปิด,ปริมาณ"),
        ("utf-16-le", "日期,开盘,最高,最低,收盘,成交量"),
        ("utf-16-be", "Date,Open,High,Low,Close,Volume"),
    ],
)
def test_names_are_read_in_the_encoding_in_which_they_are_names(encoding: str, header: str) -> None:
    (frame,) = read((header + "\n2024-01-02,1.5,3,0.5,2.5,100\n" * 2).encode(encoding))
    assert frame.rows[["open", "high", "low", "close", "volume"]].iloc[0].tolist() == [1.5, 3, 0.5, 2.5, 100]


JSON_ROWS = [
    {"date": "2024-01-02", "open": 1, "high": 3.0, "low": "0.5", "close": 2, "_id": {"$oid": "1"}},
    {"close": 3e0, "date": "2024-01-03", "open": None, "high": 4, "low": 1},
]
JSON_SHAPES = {
    "rows": json.dumps(JSON_ROWS),
    "lines": "\n".join(map(json.dumps, JSON_ROWS)) + "\n\n",
    "bars": json.dumps({"symbol": "AAPL", "skipped": 0, "bars": JSON_ROWS, "more": [1, {}]}),
    "columns": json.dumps({"symbol": "AAPL"} | {name: [row[name] for row in JSON_ROWS] for name in JSON_ROWS[1]}),
}


@pytest.mark.parametrize("shape", JSON_SHAPES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_json_is_read_in_each_shape(shape: str, encoding: str) -> None:
    name = "AAPL" if shape in {"rows", "lines"} else "no symbol"
    (frame,) = read(JSON_SHAPES[shape].encode(encoding), name)
    assert frame.rows["close"].tolist() == [2, 3]
    assert frame.rows["low"].tolist() == [0.5, 1]
    assert np.isnan(frame.rows["open"]).tolist() == [False, True]
    assert frame.symbol == "AAPL"


DAYS = {f"2024-01-{day:02}": {"open": 1.5, "high": 3, "low": 1, "close": 2} for day in range(2, 13)}
ROWS = [{"date": day} | bar for day, bar in DAYS.items()]
COLUMNS = {name: [row[name] for row in ROWS] for name in ROWS[0]}
DOCUMENTS = {
    "by date": {"Meta Data": {"2. Symbol": "IBM"}, "Time Series (Daily)": DAYS},
    "arrays": [list(COLUMNS), *(list(row.values()) for row in ROWS)],
    "rows by symbol": {"IBM": ROWS, "GE": ROWS},
    "columns by symbol": {"IBM": COLUMNS, "GE": COLUMNS},
    "symbols in rows": {"stocks": [{"symbol": "IBM", "historical": ROWS}, {"symbol": "GE", "historical": ROWS}]},
    "nested": {"data": {"symbol": "IBM", "table": {"headers": {"date": "Date"}, "rows": ROWS}}},
    "columns at any depth": {"chart": {"result": [{"meta": {"symbol": "IBM"}, "quote": [COLUMNS]}], "error": None}},
}


@pytest.mark.parametrize("layout", DOCUMENTS)
def test_json_is_read_in_the_layouts_of_vendors(layout: str) -> None:
    frames = read(json.dumps(DOCUMENTS[layout]), "A.json")
    expected = {"A"} if layout == "arrays" else {"IBM", "GE"} if "symbol" in layout else {"IBM"}
    assert {frame.symbol for frame in frames} == expected
    for frame in frames:
        assert frame.rows["session"].dt.strftime("%Y-%m-%d").tolist() == list(DAYS)
        assert frame.rows["close"].tolist() == [2] * len(DAYS)


def test_rows_under_two_keys_that_are_not_symbols_are_an_error() -> None:
    sentence = "The object has several arrays of rows, also under 'second': split it."
    assert problem(json.dumps({"first": ROWS, "second": ROWS}), "A.json") == sentence


def test_json_larger_than_what_is_read_at_once_is_read_whole() -> None:
    row = '{"date": %d, "open": 1, "high": 1, "low": 1, "close": %d, "symbol": "A", "more": "%s"}'
    rows = [row % (day * 86_400, day, "x" * 100) for day in range(20_000)]
    (frame,) = read("[" + ",\n".join(rows) + "]")
    assert frame.rows["close"].tolist() == list(range(20_000))


def test_a_number_in_json_may_end_in_what_is_read_later() -> None:
    start, end = '{"note": "', '", "skipped": 12'
    rest = '34, "symbol": "AAPL", "bars": ' + json.dumps(JSON_ROWS[:1]) + "}"
    content = start + "x" * (BLOCK - len(start) - len(end)) + end + rest
    assert content[BLOCK - 1 : BLOCK + 1] == "23"
    assert closes(read(content)) == {"AAPL": [2]}


def test_what_our_own_routes_answer_can_be_loaded() -> None:
    frame = make_frame(closes=(10, 11, 12))
    bars = [Bar.model_validate(row) for row in frame.bars.to_dict("records")]
    answer = SymbolBars(symbol="AAPL", revision="r", skipped=0, bars=bars).model_dump_json()
    for content in (answer.encode(), encode(frame.columns(), "r"), as_parquet(pa.table(frame.bars))):
        (raw,) = read(content, symbol="AAPL")
        pd.testing.assert_frame_equal(raw.rows.drop(columns="row"), frame.bars, check_dtype=False)


@pytest.mark.parametrize("is_file", [True, False])
@pytest.mark.parametrize("compression", [None, "lz4", "zstd"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_arrow_is_read_as_stream_and_as_file(
    is_file: bool, compression: str | None, pack: Callable[[bytes], bytes]
) -> None:
    bars = make_bars(range(1, 100)).assign(ticker=["IBM", "GE", "F"] * 33, unknown="x")
    bars["ticker"] = bars["ticker"].astype("category")
    content = as_arrow(pa.Table.from_pandas(bars), is_file=is_file, compression=compression)
    assert closes(read(pack(content)))["GE"] == list(range(2, 100, 3))


@pytest.mark.parametrize("compression", [None, "lz4"])
def test_an_arrow_file_is_read_by_its_footer_as_polars_writes_no_message_at_its_start(compression: str | None) -> None:
    content = as_arrow(pa.Table.from_pandas(make_bars([7])), is_file=True, compression=compression)
    start = len(b"ARROW1  ")
    assert content[start:][:4] == b"\xff\xff\xff\xff"  # of the schema as a message
    content = content[:start] + b"\x04\0\0\0" + content[start + 4 :]
    assert closes(read(content, symbol="A")) == {"A": [7]}
    assert "Arrow file, or it is" in problem(content[:-1], symbol="A")


@pytest.mark.parametrize(
    "dates",
    [
        pa.array([date(1850, 1, 31)]),
        pa.array([date(1850, 1, 31)], pa.date64()),
        pa.array(["1850-01-31T23:30:00"], pa.string()).cast(pa.timestamp("us")),
        pa.array([datetime(1850, 2, 1, 3, tzinfo=UTC)], pa.timestamp("ms", tz="America/New_York")),
        pa.array([18500131]),
        pa.array([18500131.0, None])[:1],
        pa.array(["31.01.1850"]).dictionary_encode(),
    ],
    ids=lambda dates: str(dates.type),
)
def test_dates_of_every_type_are_the_day_of_their_own_zone(dates: pa.Array) -> None:
    table = pa.table({"date": dates} | dict.fromkeys(("open", "high", "low", "close"), pa.array([1.0])))
    for content in (as_parquet(table), as_arrow(table)):
        (frame,) = read(content, symbol="A")
        assert frame.rows["session"].dt.date.tolist() == [date(1850, 1, 31)]


@pytest.mark.parametrize(
    "numbers",
    [
        pa.array([7], pa.uint8()),
        pa.array([7.0], pa.float32()),
        pa.array(["7.00"]),
        pa.array([" 7 "]).dictionary_encode(),
        pa.array([7]).cast(pa.decimal128(30, 2)),
    ],
    ids=lambda numbers: str(numbers.type),
)
def test_numbers_of_every_type_are_read(numbers: pa.Array) -> None:
    table = pa.table({"date": ["2024-01-02"], "open": numbers, "high": numbers, "low": numbers, "close": numbers})
    assert closes(read(as_parquet(table), symbol="A")) == {"A": [7]}
    assert closes(read(as_arrow(table), symbol="A")) == {"A": [7]}


def test_a_column_of_a_type_that_is_not_read_is_an_error() -> None:
    table = pa.table({"date": ["2024-01-02"], "open": [[1]], "high": [1], "low": [1], "close": [1]})
    assert problem(as_arrow(table)).startswith("The column for open has the unsupported type 'list<item: int64>'.")


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("1234.5", 1234.5),
        ('"1,234.5"', 1234.5),
        ('"1,234,567"', 1234567),
        ("$12.50", 12.5),
        (" 7 ", 7),
        ("+7", 7),
        ("1e3", 1000),
        (".5", 0.5),
        ("1e400", np.inf),
        ("-Infinity", -np.inf),
        *((cell, np.nan) for cell in ("", "NA", "null", "N/A", "-", "NaN", "nan", "x", "1x", "0x10", "1_0", "=1+1")),
        ('"1,23,456"', 123456),
        ('"$1,234.50"', 1234.5),
        ("€7", 7),
        ("7 €", 7),
        ("₹1234.50", 1234.5),
        ("1'234.50", 1234.5),
        ("1 234.50", 1234.5),
        *((cell, np.nan) for cell in ('"12,5"', '"1.234,5"', "1 2", "\x00", "٣", "1-2", "'5", "1,2,3")),
    ],
)
def test_a_cell_is_the_number_that_is_written_or_none(cell: str, number: float) -> None:
    (frame,) = read(WITHOUT_SYMBOL.replace("0.5", cell) + "2024-01-03,1.5,1.5,8.25,1.5\n", "A.csv")
    np.testing.assert_array_equal(frame.rows["low"], [number, 8.25])


def test_where_some_commas_are_decimal_none_is_between_thousands() -> None:
    rows = "2024-01-02;1;1;1;1,234\n2024-01-03;1;1;1;12,5\n" + "2024-01-04;1;1;1;9.5\n" * 4
    (frame,) = read("date;open;high;low;close\n" + rows, "A.csv")
    np.testing.assert_array_equal(frame.rows["close"], [np.nan, np.nan, 9.5, 9.5, 9.5, 9.5])
    assert "2 cells of close could not be read, for example '1,234'." in frame.notes


def test_rows_with_too_few_or_too_many_cells_are_empty_rows_with_their_numbers_and_reasons() -> None:
    odd, blank = "2024-01-09,1\n", "\n"
    good = "2024-01-02,1,1,1,1,1,AAPL\n"
    frames = read(HEADER + odd + good + blank + odd + "1,2,3,4,5,6,7,8,9\n" + good + good.replace("AAPL", "IBM") + odd)
    rows = {frame.symbol: frame.rows for frame in frames}
    assert rows["AAPL"]["row"].tolist() == [1, 2, 3, 4, 5]
    assert rows["AAPL"]["session"].isna().tolist() == [True, False, True, True, False]
    assert rows["AAPL"]["close"].isna().tolist() == [True, False, True, True, False]
    few, many = ROW_PROBLEMS.index("too_few_cells"), ROW_PROBLEMS.index("too_many_cells")
    assert rows["AAPL"]["problem"].tolist() == [few, 0, few, many, 0]
    assert rows["IBM"]["problem"].tolist() == [0, few]
    assert rows["IBM"]["row"].tolist() == [6, 7]


def test_ragged_rows_keep_their_numbers_in_a_file_of_many_blocks() -> None:
    good, odd = "2024-01-02,1,1,1,{},100,AAPL," + "x" * 200 + "\n", "odd\n"
    is_odd = [index % 7 == 3 or 5_000 < index < 12_000 for index in range(20_000)]
    lines = [odd if each else good.format(index) for index, each in enumerate(is_odd)]
    (frame,) = read(HEADER.replace("\n", ",more\n") + "".join(lines))
    assert frame.rows["row"].tolist() == list(range(1, 20_001))
    assert frame.rows["close"].isna().tolist() == is_odd
    assert frame.rows["close"].dropna().tolist() == [index for index, each in enumerate(is_odd) if not each]
