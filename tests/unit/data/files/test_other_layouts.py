"""More layouts of tables, as JSON, sheets, Parquet, Arrow and text: they are read as the bars that were written."""

import json
from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from typing import Any, Literal

import pandas as pd
import pyarrow as pa
import pytest

from tests.support.data.exports import COLUMNS, DAYS, ENGLISH, NUMBERS, check, export
from tests.support.data.files import as_arrow, as_parquet, problem, read
from tests.support.data.workbooks import Cell, workbook

Wrap = Callable[[Any], object]  # writes a value as MongoDB does
ROWS = [[f"{day:%Y-%m-%d}", *row] for day, row in zip(DAYS, NUMBERS, strict=True)]


@pytest.mark.parametrize(
    "document",
    [
        {"datatable": {"data": ROWS, "columns": [{"name": name, "type": "text"} for name in ENGLISH]}, "meta": {}},
        {"dataset": {"id": 1, "name": "A", "column_names": ENGLISH, "frequency": "daily", "data": ROWS}},
        {"bars": [dict(zip("tohlcv", row, strict=True)) for row in ROWS], "next_page_token": None, "symbol": "A"},
        {"results": [{"T": "A"} | dict(zip("tohlcv", row, strict=True)) for row in ROWS], "status": "OK"},
        {
            "history": {"metadata": {}, "columns": ["TRADEDATE", *ENGLISH[1:]], "data": ROWS},
            "history.cursor": {"columns": ["INDEX", "TOTAL", "PAGESIZE"], "data": [[0, 24, 100]]},
        },
        {"stat": "OK", "fields": ENGLISH, "data": ROWS, "notes": ["x"]},
        {"code": 0, "data": {"fields": ENGLISH, "items": ROWS, "has_more": False}},
        {"data": {"symbol": "A", "column": ENGLISH, "item": ROWS}, "error_code": 0},
        {"results": [{"series": [{"name": "A", "columns": ["time", *ENGLISH[1:]], "values": ROWS}]}]},
        {"headers": ENGLISH, "rows": ROWS},
        [
            dict(zip(ENGLISH, (f"/Date({day.value // 1_000_000}+0000)/", *row), strict=True))
            for day, row in zip(DAYS, NUMBERS, strict=True)
        ],
        [dict(zip(["('Date', '')", *(f"('A', '{name}')" for name in ENGLISH[1:])], row, strict=True)) for row in ROWS],
    ],
    ids=[
        *("datatable", "dataset", "symbol after", "T and t", "two tables", "fields and data", "fields and items"),
        *("column and item", "InfluxDB", "headers and rows", ".NET", "symbols over names"),
    ],
)
def test_json_is_read_in_more_layouts_of_vendors(document: object) -> None:
    check(json.dumps(document))


def test_json_that_was_written_as_a_text_of_json_is_read() -> None:
    text = json.dumps([dict(zip(ENGLISH, row, strict=True)) for row in ROWS])
    check(json.dumps(text), "A.json")
    check(json.dumps(json.dumps(text)), "A.json")


def test_an_error_names_what_nested_rows_have() -> None:
    rows = [{"date": "2024-02-19", "price": {"open": 1}, "volume": 2}]
    assert "Found: 'date', 'price', 'volume'." in problem(json.dumps(rows))


def test_the_symbol_that_a_vendor_states_beside_its_rows_is_read() -> None:
    rows = [dict(zip(ENGLISH, row, strict=True)) for row in ROWS]
    for beside in ({"security": {"id": "x", "ticker": "A"}}, {"pair": "A"}, {"dataset_code": "A"}):
        check(json.dumps({"data": {"prices": rows, **beside}}), "data.json")


@pytest.mark.parametrize(
    ("date", "number"),
    [
        (lambda day: {"$date": f"{day:%Y-%m-%d}T00:00:00Z"}, lambda number: number),
        (
            lambda day: {"$date": {"$numberLong": str(day.value // 1_000_000)}},
            lambda number: {"$numberDouble": str(number)},
        ),
        (lambda day: {"$date": f"{day:%Y-%m-%d}T00:00:00.000Z"}, lambda number: {"$numberDecimal": str(number)}),
    ],
)
def test_documents_of_mongoexport_are_read(date: Wrap, number: Wrap) -> None:
    rows = [
        {"_id": {"$oid": "65" * 12}, "date": date(day)} | dict(zip(COLUMNS, map(number, row), strict=True))
        for day, row in zip(DAYS, NUMBERS, strict=True)
    ]
    check("\n".join(map(json.dumps, rows)), "A.json")
    check(json.dumps(rows), "A.json")


def test_cells_that_could_not_be_read_are_said_however_many_symbols_have_other_columns() -> None:
    bars = {
        f"S{number}": [
            {"t": row[0]} | dict(zip("ohlc", row[1:5], strict=True)) | {"v": "x", "n": number} for row in ROWS
        ]
        for number in range(30)
    }
    assert any(
        "cells of volume could not be read" in note for note in read(json.dumps({"bars": bars}), "x.json")[-1].notes
    )


def test_a_symbol_after_the_rows_is_not_another_than_that_of_the_load() -> None:
    document = {"bars": [dict(zip("tohlcv", row, strict=True)) for row in ROWS], "symbol": "A"}
    assert "this load is for B only" in problem(json.dumps(document), "x.json", symbol="B")


@pytest.mark.parametrize("document", [ROWS, {"error": [], "result": {"XXBTZUSD": ROWS, "last": 1}}])
def test_arrays_without_names_are_an_error_that_says_how_to_name_them(document: object) -> None:
    assert "Put their names first" in problem(json.dumps(document))
    assert check(json.dumps([ENGLISH, *ROWS])) == ()


def _two_symbols(date_name: str | None, *, is_text: bool = False) -> pd.DataFrame:
    frame = pd.DataFrame(NUMBERS, columns=pd.Index(COLUMNS), index=DAYS)
    frame = frame.rename(index=lambda day: f"{day:%Y-%m-%d}") if is_text else frame
    return pd.concat({"A": frame.rename_axis(date_name), "B": frame.rename_axis(date_name)})


@pytest.mark.parametrize("date_name", [None, "Date"])
@pytest.mark.parametrize("is_text", [False, True])
@pytest.mark.parametrize("form", ["csv", "parquet", "arrow"])
def test_symbols_in_an_index_without_a_name_are_symbols(date_name: str | None, is_text: bool, form: str) -> None:
    frame = _two_symbols(date_name, is_text=is_text)
    sink = BytesIO()
    if form == "csv":
        frame.to_csv(sink)
    elif form == "parquet":
        frame.to_parquet(sink)
    else:
        sink.write(as_arrow(pa.Table.from_pandas(frame)))
    frames = read(sink.getvalue(), "x.y")
    assert [raw.symbol for raw in frames] == ["A", "B"]
    assert all(raw.rows[COLUMNS].to_numpy().tolist() == [list(row) for row in NUMBERS] for raw in frames)
    assert "The column without a name was read as the symbol." in frames[0].notes


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_header_of_r_that_does_not_name_the_names_of_rows_is_read(delimiter: str) -> None:
    names, *rows = export(delimiter=delimiter).splitlines()
    check("\n".join([names.partition(delimiter)[2], *rows]))


def test_dates_of_sas_without_a_name_are_the_date() -> None:
    check(export(("", *ENGLISH[1:]), date=lambda day: f"{day:%d%b%Y}"))


def test_decimals_of_parquet_are_the_nearest_numbers() -> None:
    texts = [f"{number / 100}" for number in range(9_000, 9_900)]
    prices = pa.array([Decimal(text) for text in texts], pa.decimal128(12, 2))
    dates = pd.date_range("2020-01-01", periods=len(texts)).date
    [raw] = read(as_parquet(pa.table({"date": dates} | dict.fromkeys(COLUMNS[:4], prices))))
    assert raw.rows["close"].tolist() == [float(text) for text in texts]


@pytest.mark.parametrize("is_merged", [False, True])
def test_a_sheet_of_pandas_with_symbols_over_its_columns_is_read(is_merged: bool) -> None:
    names = [name for name in ENGLISH[1:] for _ in range(2)]
    if is_merged:
        names = [name if at % 2 == 0 else "" for at, name in enumerate(names)]
    body: list[list[Cell]] = [
        [day.date(), *(number + shift for number in row for shift in (0, 1))]
        for day, row in zip(DAYS, NUMBERS, strict=True)
    ]
    rows: list[list[Cell]] = [
        ["Price", *(name or None for name in names)],
        ["Ticker", *["A", "B"] * 5],
        ["Date"],
        *body,
    ]
    merged = [f"{left}1:{right}1" for left, right in ("BC", "DE", "FG", "HI", "JK")] if is_merged else []
    first, second = read(workbook({"Sheet1": rows}, merged), "x.xlsx")
    assert (first.symbol, second.symbol) == ("A", "B")
    assert first.rows[COLUMNS].to_numpy().tolist() == [list(row) for row in NUMBERS]
    assert second.rows[COLUMNS].to_numpy().tolist() == [[number + 1 for number in row] for row in NUMBERS]


@pytest.mark.parametrize("is_by_date", [False, True])
def test_a_sheet_of_pandas_with_merged_cells_in_its_index_is_read(is_by_date: bool) -> None:
    body: list[list[Cell]] = [
        [day.date(), symbol, *row] for day, row in zip(DAYS, NUMBERS, strict=True) for symbol in ("A", "B")
    ]
    body = body if is_by_date else [[row[1], row[0], *row[2:]] for row in sorted(body, key=lambda row: str(row[1]))]
    names: list[Cell] = ["Date", "Ticker"] if is_by_date else ["Ticker", "Date"]
    length = 2 if is_by_date else len(DAYS)
    starts = range(0, len(body), length)
    for at, row in enumerate(body):
        row[0] = row[0] if at % length == 0 else None
    merged = [f"A{start + 2}:A{start + 1 + length}" for start in starts]
    frames = read(workbook({"Sheet1": [[*names, *ENGLISH[1:]], *body]}, merged), "x.xlsx")
    assert [frame.symbol for frame in frames] == ["A", "B"]
    for frame in frames:
        assert frame.rows["session"].tolist() == DAYS.tolist()
        assert frame.rows[COLUMNS].to_numpy().tolist() == [list(row) for row in NUMBERS]
        assert "problem" not in frame.rows


def test_merged_numbers_are_not_repeated() -> None:
    rows: list[list[Cell]] = [[*ENGLISH], ["2024-01-02", 1, 3, 0.5, 2, 100], ["2024-01-03", 1, 3, 0.5, 2, None]]
    [raw] = read(workbook({"Sheet1": rows}, ["F2:F3"]), "A.xlsx")
    assert raw.rows["volume"].isna().tolist() == [False, True]


@pytest.mark.parametrize("delimiter", [" ", "  ", "^"])
def test_cells_that_nothing_usual_separates_are_an_error_that_says_so(delimiter: str) -> None:
    content = export(delimiter=delimiter).replace('"', "")
    assert problem(content) == (
        "The cells are not separated by commas, semicolons, tabs or |. Save the file with one of them."
    )


def test_a_line_of_dashes_under_the_names_is_not_a_symbol() -> None:
    names, *rows = export(delimiter="|").splitlines()
    [raw] = read("\n".join([names, "|".join(["---"] * 6), *rows]))
    assert raw.symbol == "A"
    assert raw.rows["session"].notna().sum() == len(DAYS)


@pytest.mark.parametrize("orient", ["records", "list"])
def test_days_and_weeks_of_one_symbol_under_two_keys_are_an_error(orient: Literal["records", "list"]) -> None:
    days = pd.DataFrame(ROWS, columns=pd.Index(ENGLISH))
    tables = {key: {"x": part.to_dict(orient=orient)} for key, part in (("daily", days), ("weekly", days[::5]))}
    reason = problem(json.dumps({"symbol": "A", "charts": tables}))
    assert reason.startswith("The object has several tables of A, also under 'charts.weekly")
    pages = [{"symbol": "A", "page": {"x": part.to_dict(orient=orient)}} for part in (days[:9], days[9:])]
    check(json.dumps(pages))


@pytest.mark.parametrize("form", ["json", "parquet"])
def test_candles_whose_t_in_upper_case_is_their_end_are_of_the_symbol_beside(form: str) -> None:
    frame = pd.DataFrame(NUMBERS, columns=pd.Index([*"ohlcv"])).assign(t=DAYS.as_unit("ms").asi8, s="A", i="1d")
    frame["T"] = frame["t"] + 86_399_999
    is_json = form == "json"
    check(frame.to_json(orient="records") if is_json else as_parquet(pa.Table.from_pandas(frame)), f"data.{form}")


@pytest.mark.parametrize(("volume", "adjusted"), [("volume", "adjclose"), ("v", "Adj Close")])
def test_arrays_of_the_metadata_cost_no_column_of_bars(volume: str, adjusted: str) -> None:
    adjusted_closes = [1.9, 2.9]
    result = {
        "meta": {"symbol": "IBM", "validRanges": ["1d", "5d", "max"]},
        "timestamp": [1704205800, 1704292200],
        "indicators": {
            "quote": [{"open": [1, 2], "high": [3, 3], "low": [1, 1], "close": [2, 3], volume: [7, 8]}],
            "adjclose": [{adjusted: adjusted_closes}],
        },
    }
    [raw] = read(json.dumps({"chart": {"result": [result], "error": None}}), "x.json")
    assert raw.symbol == "IBM"
    assert raw.rows[["volume", "adj_close"]].to_numpy().tolist() == [[7, 1.9], [8, 2.9]]
    adjusted_closes.pop()
    assert problem(json.dumps({"chart": {"result": [result]}}), "x.json") == "The columns must have the same length."
