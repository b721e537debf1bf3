"""What a file leaves in doubt is a sentence in the report, or an error that says what to do; never a silent guess."""

import json
from io import BytesIO

import numpy as np
import pandas as pd
import pytest

from services.data.bars.checks import find_rejections
from tests.support.data.exports import COLUMNS, DAYS, ENGLISH, NUMBERS, check, export
from tests.support.data.files import problem, read, source
from tests.support.data.workbooks import Cell, workbook


def test_numbers_of_three_decimals_are_a_note() -> None:
    assert check(export(price=lambda number: f"{number:.3f}")) == (
        "Numbers such as '100.250' were read with a decimal point.",
    )


HEAD = "date,open,high,low,close,volume\n2024-01-03,"


@pytest.mark.parametrize(
    "rows",
    [
        "928,4,21.307,3.421,28.684",
        "980,990,970,985,500\n2024-01-04,985,1.020,981,1.010,600",  # from below to above a thousand
        "\n".join(f"2024-02-{n:02},985,1.020,981,1.010,600" for n in range(1, 29)).removeprefix("2024-02-01,"),
    ],
)
def test_points_that_may_be_between_thousands_are_an_error_that_says_how_to_settle_it(rows: str) -> None:
    assert "may have a decimal mark or one between thousands" in problem(HEAD + rows)
    [raw] = read(HEAD + rows, decimal=",")
    assert raw.rows[["open", "close"]].to_numpy(float).max() > 1000


def test_prices_that_lie_close_together_with_a_point_are_read_with_it() -> None:
    [raw] = read(HEAD + "1,2,1,1.001,1")
    assert raw.rows["close"].tolist() == [1.001]
    assert raw.notes == ("Numbers such as '1.001' were read with a decimal point.",)


def test_the_smallest_number_there_is_is_read_without_a_warning() -> None:
    [raw] = read(HEAD + "1,2,5e-324,1,1")
    assert raw.rows["low"].tolist() == [5e-324]


@pytest.mark.parametrize("forms", [("${}", "€{}"), ("{} GBP", "{} GBX")])
def test_prices_in_several_currencies_are_a_note(forms: tuple[str, str]) -> None:
    written = iter(forms * 2 * len(DAYS))
    notes = check(export(price=lambda number: next(written).format(number)))
    assert [note.partition(" (")[0] for note in notes] == ["Prices have several currencies"]
    assert check(export(price=forms[0].format)) == ()


@pytest.mark.parametrize(
    "start",
    [
        *(b"SQLite format 3\0", b"\x80\x05\x95\x10\0\x8c\x11pandas", b"7z\xbc\xaf\x27\x1c\0\x04", b"\x89HDF\r\n\x1a\n"),
        *(b"\x89PNG\r\n\x1a\n", b"ORC\n\0Date\0Open", b"\x80\x05\x95\n\0\0\x8c", b"X\n\0\0\0\x03"),
        *(b"(\xb5/\xfd\x04\0date,open", b"A.csv\0\0\0\0Date,Open,High,Low,Close\n2024-01-02,1,1,1,1", b"%PDF-1.7\n"),
    ],
)
def test_a_file_of_no_format_that_is_read_is_an_error_that_says_so(start: bytes) -> None:
    text = "This is neither text nor another format that is read. Save the table in it as CSV, or unpack it."
    assert problem(start + bytes(99)) == text


@pytest.mark.parametrize("unit", [" Stk.", " Stck", " shares", "szt", "株"])
def test_a_volume_may_name_shares_and_a_price_pence(unit: str) -> None:
    check(export(price=lambda number: f"{number}p", volume=lambda number: f"{number:,}{unit}"))


def test_a_volume_may_have_thousands_and_a_letter() -> None:
    [raw] = read(export(volume=lambda _: "1,234.56K"))
    assert raw.rows["volume"].tolist() == [1_234_560] * len(DAYS)


def test_columns_named_again_in_another_order_are_an_error_and_in_the_same_order_a_rejected_row() -> None:
    first, second = export().splitlines()[:13], export().splitlines()[13:]
    turned = "Date,Close,High,Low,Open,Volume"
    assert "The columns are named twice, in another order: 'Close' stands under the open." in problem(
        "\n".join([*first, turned, *second])
    )
    [raw] = read("\n".join([*first, *first[:1], *second]))
    assert raw.rows["close"].notna().sum() == len(DAYS)


def test_a_column_without_a_name_that_holds_numbers_is_named_in_the_report() -> None:
    [raw] = read(export(names=(*ENGLISH[:5], "")))
    assert raw.notes == ("Columns that were not read: one without a name (for example '1234567').",)


def test_rows_with_more_cells_than_names_are_a_note_that_says_what_to_do() -> None:
    rows = "\n".join(f"{day:%d.%m.%Y},1,5,3,5,0,5,2,5" for day in DAYS)
    [raw] = read("date,open,high,low,close\n" + rows)
    assert raw.notes[0] == (
        "The rows have more cells (9) than the header has names (5). If numbers or texts contain ',', put them in "
        "quotes; otherwise, name every column."
    )


@pytest.mark.parametrize(
    "name", ["data.csv", "prices (1).csv", "historical-data.csv", "stock_prices.csv", "2024-01.csv", "2024.csv"]
)
def test_a_file_that_is_not_named_after_its_symbol_needs_one(name: str) -> None:
    content = export()
    assert "Give the symbol, name the file after it" in problem(content, name)
    [raw] = read(content, name, symbol="AAPL")
    assert raw.symbol == "AAPL"


def test_a_year_is_a_symbol_if_the_bars_are_of_others_or_the_load_is_for_it() -> None:
    [raw] = read(export(), "2002.csv")  # China Steel
    assert raw.symbol == "2002"
    [raw] = read(export(), "2024.csv", symbol="2024")
    assert raw.symbol == "2024"
    years: dict[str, list[list[Cell]]] = {
        year: [[*ENGLISH[:5]], [f"{year}-01-02", 1, 3, 0.5, 2]] for year in ("2023", "2024")
    }
    assert "sheet '2023': Give the symbol" in problem(workbook(years), "AAPL.xlsx")


def test_a_second_download_of_a_file_is_of_its_symbol() -> None:
    check(export(), "A (1).csv")


def test_sheets_that_are_not_named_after_their_symbols_are_skipped() -> None:
    sheet: list[list[Cell]] = [[*ENGLISH[:5]], ["2024-01-02", 1, 3, 0.5, 2]]
    opened = source(workbook({"Sheet1": sheet, "MSFT": sheet}), "book.xlsx")
    assert [raw.symbol for raw in opened.frames()] == ["MSFT"]
    assert "Give the symbol" in opened.skipped[0].reason


def test_a_symbol_written_in_two_ways_is_a_note() -> None:
    [raw] = read("date,symbol,open,high,low,close\n2024-01-02,aapl,1,3,0.5,2\n2024-01-03,AAPL,1,3,0.5,2\n")
    assert raw.notes == ("'aapl' and 'AAPL' are stored as AAPL.",)


def test_companies_that_are_symbols_are_symbols_if_there_are_several() -> None:
    rows = [f"2024-01-02,1,3,0.5,{close},{company}" for close, company in ((1, "AAPL"), (2, "MSFT"))]
    frames = read("\n".join(["date,open,high,low,close,company", *rows]), "details.csv")
    assert {raw.symbol: raw.rows["close"].tolist() for raw in frames} == {"AAPL": [1], "MSFT": [2]}
    assert "The column for the company was read as the symbol." in frames[0].notes
    [raw] = read("\n".join(["date,open,high,low,close,company", *rows[:1]]), "A.csv")
    assert (raw.symbol, raw.name) == ("A", "AAPL")


def test_a_name_that_may_be_the_symbol_or_the_company_is_a_note_that_says_how_to_settle_it() -> None:
    content = "date,open,high,low,close,Name\n2024-01-02,1,3,0.5,2,APPLE\n"
    assert read(content, "AAPL.csv")[0].notes[0].startswith("'APPLE' was read as the symbol, not AAPL. For a company")
    [raw] = read(content, "AAPL.csv", columns="company=Name")
    assert (raw.symbol, raw.name, raw.notes) == ("AAPL", "APPLE", ())
    assert [raw.notes for name in ("APPLE.csv", "prices.csv") for raw in read(content, name)] == [(), ()]


def test_the_only_symbol_of_a_file_may_be_one_that_is_not_valid_here_if_the_load_is_for_one() -> None:
    content = "date,symbol,open,high,low,close\n2024-01-02,X:BTCUSD,1,3,0.5,2\n"
    assert problem(content).endswith("'X:BTCUSD'. Give the symbol of these bars.")
    several = content + "2024-01-02,X:ETHUSD,1,3,0.5,2\n"
    assert problem(several).endswith("'X:BTCUSD'. Write each symbol as AAPL or BRK-B.")
    [raw] = read(content, symbol="BTC-USD")
    assert (raw.symbol, raw.notes) == ("BTC-USD", ("'X:BTCUSD' is stored as BTC-USD.",))


def test_columns_of_three_levels_are_not_a_symbol() -> None:
    frame = pd.DataFrame(NUMBERS, columns=pd.Index(COLUMNS), index=DAYS)
    sink = BytesIO()
    pd.concat({"x": pd.concat({"A": frame}, axis=1)}, axis=1).to_parquet(sink)
    assert "Missing columns: open, high, low, close." in problem(sink.getvalue(), "x.parquet")


def test_a_symbol_over_columns_that_is_not_valid_is_skipped() -> None:
    frame = pd.DataFrame(NUMBERS, columns=pd.Index(COLUMNS), index=DAYS)
    sink = BytesIO()
    pd.concat({"A": frame, "X:B": frame}, axis=1).to_parquet(sink)
    opened = source(sink.getvalue(), "x.parquet")
    assert [raw.symbol for raw in opened.frames()] == ["A"]
    assert [part.reason for part in opened.skipped] == ["Not a valid symbol, in the names of columns: 'X:B'."]


def test_an_answer_that_holds_a_message_and_no_bars_is_an_error_with_the_message() -> None:
    answer = {"Information": "The limit is 25 requests per day.", "code": 429}
    assert problem(json.dumps(answer), "A.json") == "The JSON has no bars. It says 'The limit is 25 requests per day.'."


def test_the_table_of_r_that_blanks_separate_is_an_error_that_says_so() -> None:
    rows = ['"Index" "A.Open" "A.High" "A.Low" "A.Close"', '"2024-01-02" 1 3 0.5 2']
    assert "The cells are not separated by commas" in problem("\n".join(rows))


@pytest.mark.parametrize(
    "names",
    [
        ("日期", "开盘价(元)", "最高价(元)", "最低价(元)", "收盘价(元)", "成交量(股)"),
        ("Trddt", "Opnprc", "Hiprc", "Loprc", "Clsprc", "Dnshrtrd"),
    ],
)
def test_names_of_wind_and_csmar_are_read(names: tuple[str, ...]) -> None:
    check(export(names))


def test_an_encoding_is_chosen_by_distinct_names_and_not_by_a_cell_of_every_row() -> None:
    names = ("日期", "开盘价(元)", "最高价(元)", "最低价(元)", "收盘价(元)", "成交量(股)")
    header, *rows = export(names).splitlines()
    check("\n".join([header + ",简称", *(row + ",平安" for row in rows)]).encode("gbk"))


def test_a_settlement_price_is_the_close_if_there_is_no_other_and_the_report_says_so() -> None:
    assert check(export((*ENGLISH[:4], "Settle", "Volume"))) == ("'Settle' was read as the close.",)


def test_hours_without_a_time_are_rejected_for_what_they_may_be() -> None:
    content = "date,hour,open,high,low,close\n" + "\n".join(
        f"{day:%Y-%m-%d},{hour},{hour},{hour + 2},{hour - 1},{hour + 1}" for day in DAYS for hour in range(9, 16)
    )
    [raw] = read(content)
    rejections = find_rejections(raw.rows, DAYS[-1].date())
    assert np.all(rejections.mask)
    assert rejections.counts[0].detail.endswith("parts of a day, or two instruments.")


@pytest.mark.parametrize("line", ["USD,USD,USD,USD,USD", "f64,f64,f64,f64,f64"])
def test_a_line_of_units_or_types_under_the_names_is_no_symbol(line: str) -> None:
    names, *rows = export().splitlines()
    [raw] = read("\n".join([names, f"-,{line}", *rows]))
    assert raw.symbol == "A"
    assert raw.rows["close"].notna().sum() == len(DAYS)


@pytest.mark.parametrize("start", ["<html><body><table>", "<!DOCTYPE html>", '\ufeff<?xml version="1.0"?>', "<TABLE>"])
def test_a_web_page_is_an_error_that_says_so(start: str) -> None:
    assert "This is a web page or XML, not a table" in problem(start + "<tr><td>Date</td></tr>", "A.xls")


@pytest.mark.parametrize(("cut", "code"), [(",2,9", "too_few_cells"), ("", "too_many_cells")])
def test_a_ragged_row_is_rejected_for_each_symbol_and_a_row_counts_only_for_symbols_with_numbers(
    cut: str, code: str
) -> None:
    names = ",".join(f"{symbol}.{name}" for symbol in "AB" for name in COLUMNS)
    ragged = f"2024-01-03,1,3,0.5,2,9,1,3,0.5,2,9{'' if cut else ',9'}".removesuffix(cut)
    rows = ["2024-01-02,1,3,0.5,2,9,1,3,0.5,2,9", ragged, "2024-01-04,1,3,0.5,2,9,,,,,"]
    frames = read("\n".join([f"Date,{names}", *rows]), "x.csv")
    rejected = {raw.symbol: find_rejections(raw.rows, DAYS[-1].date()) for raw in frames}
    assert {symbol: dict(each.n_by_code) for symbol, each in rejected.items()} == {"A": {code: 1}, "B": {code: 1}}
    assert [len(raw.rows) for raw in frames] == [3, 2]
