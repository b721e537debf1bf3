"""Symbols over or in the names of columns that are names of columns themselves, such as C, LOW, T and V."""

from io import BytesIO

import pandas as pd
import pytest

from tests.support.data.exports import COLUMNS, DAYS, ENGLISH, NUMBERS
from tests.support.data.files import problem, read

FRAME = pd.DataFrame(NUMBERS, columns=pd.Index(ENGLISH[1:]), index=DAYS.rename("Date"))
SYMBOLS = [
    ["V"],
    ["T"],
    ["LOW"],
    ["DAY"],
    ["AAPL", "C"],
    ["AAPL", "DAY"],
    ["C", "H", "L", "O", "V"],
    ["MO", "OPEN"],
    ["CL"],
    ["HI", "LO"],
]


def _check(content: bytes | str, symbols: list[str], name: str = "x.csv") -> None:
    frames = read(content, name)
    assert [raw.symbol for raw in frames] == symbols
    for raw in frames:
        assert raw.rows["session"].tolist() == DAYS.tolist()
        assert raw.rows[COLUMNS].to_numpy().tolist() == [list(row) for row in NUMBERS]


def _several(symbols: list[str]) -> pd.DataFrame:
    return pd.concat(dict.fromkeys(symbols, FRAME), axis=1, names=["Ticker", "Price"])


@pytest.mark.parametrize("symbols", SYMBOLS, ids="-".join)
def test_a_line_of_symbols_that_are_names_of_columns_is_one_of_symbols(symbols: list[str]) -> None:
    frame = _several(symbols)
    _check(frame.to_csv(), symbols)
    _check(frame.swaplevel(axis=1).to_csv(), symbols)  # as yfinance writes it
    lines = frame.to_csv().splitlines()
    _check("\n".join([lines[0], lines[1].replace("Price", "Date"), *lines[3:]]), symbols)
    sink = BytesIO()
    frame.to_parquet(sink)
    _check(sink.getvalue(), symbols, "x.parquet")


@pytest.mark.parametrize("symbols", [["LOW"], ["V", "LOW"], ["AAPL", "OPEN", "LOW", "C"], ["CL"]], ids="-".join)
def test_of_two_names_of_columns_in_one_the_symbol_is_that_which_has_all_prices(symbols: list[str]) -> None:
    frame = _several(symbols)
    for form in ("{price}_{symbol}", "{symbol}.{price}"):
        names = [form.format(symbol=symbol, price=price) for symbol in symbols for price in ENGLISH[1:]]
        _check(frame.set_axis(names, axis=1).to_csv(), symbols)


@pytest.mark.parametrize("line", ["Open,High,Low,Close,Volume", "Last,Last,Last,Last,Volume", "Bid,Bid,Bid,Bid,Bid"])
def test_other_words_over_the_names_are_no_symbols(line: str) -> None:
    [raw] = read(f",{line}\n{FRAME.to_csv()}", "A.csv")
    assert raw.symbol == "A"
    assert raw.rows["close"].notna().sum() == len(DAYS)


@pytest.mark.parametrize("form", ["{}_x", "{}.y", "p_{}", "log_{}"])
def test_a_mark_of_one_letter_in_lower_case_and_a_word_for_other_numbers_are_no_symbol(form: str) -> None:
    content = FRAME.set_axis(list(map(form.format, COLUMNS)), axis=1).to_csv()
    assert "Missing columns: open, high, low, close." in problem(content)
    columns = ",".join(f"{name}={form.format(name)}" for name in COLUMNS)
    [raw] = read(content, columns=columns)
    assert (raw.symbol, raw.rows["close"].tolist()) == ("A", FRAME["Close"].tolist())


def test_a_symbol_in_the_names_of_columns_is_a_note_if_the_file_is_not_named_after_it() -> None:
    content = FRAME.add_prefix("rth_").to_csv()
    note = "The symbol RTH was read in the names of the columns."
    [raw] = read(content, "A.csv")
    assert (raw.symbol, raw.notes) == ("RTH", (note,))
    [raw] = read(content, "rth.csv")
    assert raw.notes == ()
