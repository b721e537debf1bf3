"""Tables of symbols: names, sectors, currencies, calendars."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from services.data.cli.symbol_tables import read_tables
from services.data.symbols.table import read_symbols
from shared.errors import UnreadableFile


def _write(folder: Path, text: str, name: str = "symbols.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode("utf-8-sig"))
    return path


def test_columns_are_found_by_the_names_that_people_use(tmp_path: Path) -> None:
    header = "Ticker;Security;GICS Sector;Currency;Exchange;Time zone\n"
    lines = "aapl;Apple Inc.;Technology;USD;nasdaq;\nVOD.L;;;GBp;XLON;Europe/London\n"
    rows = read_symbols(_write(tmp_path, header + lines))
    assert rows is not None
    assert [(row.symbol, row.patch.model_dump(exclude_unset=True), row.problem) for row in rows] == [
        ("AAPL", {"name": "Apple Inc.", "sector": "Technology", "currency": "USD", "calendar": "NASDAQ"}, ""),
        ("VOD.L", {"currency": "GBp", "calendar": "XLON", "time_zone": "Europe/London"}, ""),
    ]


def test_a_row_that_is_wrong_is_named_and_the_others_count(tmp_path: Path) -> None:
    lines = 'A B,x,\nIBM,"Intl, Business",XNYS\nAAPL,Apple,MOON\n,none,\n'
    rows = read_symbols(_write(tmp_path, f"symbol,name,calendar\n{lines}"))
    assert rows is not None
    assert [(row.symbol, row.problem[:28]) for row in rows] == [
        ("A B", "symbol: String should match "),
        ("IBM", ""),
        ("AAPL", "calendar: use the code of an"),
    ]
    assert rows[1].patch.name == "Intl, Business"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("date,open,high,low,close,symbol,name\n", "prices.csv"),
        ("symbol\nAAPL\n", "symbols.csv"),
        ("symbol,name,date,close\nAAPL,Apple,2024-01-02,1\n", "symbols.csv"),
        ("Ticker;Name;Datum;Eröffnung;Hoch;Tief;Schluss\nSAP;SAP SE;02.01.2024;1,5;3,5;0,5;2,5\n", "dax.csv"),
        ("symbol,exchange,time,px_open,px_high,px_low,px_last\nSAP,XETR,2024-01-02,1,3,0.5,2\n", "bars.csv"),
        ("", "symbols.csv"),
        ("symbol,name\nAAPL,Apple\n", "symbols.parquet"),
    ],
)
def test_a_file_of_something_else_is_not_a_table_of_symbols(tmp_path: Path, text: str, name: str) -> None:
    assert read_symbols(_write(tmp_path, text, name)) is None


def test_a_list_with_prices_and_volumes_of_one_day_is_a_table(tmp_path: Path) -> None:
    header = "Symbol,Name,Last Sale,Net Change,% Change,Market Cap,IPO Year,Volume,Sector\n"
    rows = read_symbols(_write(tmp_path, header + "AAPL,Apple Inc.,$185.64,-6.9,-3.58%,9,1980,9,IT\n"))
    assert rows is not None
    assert rows[0].patch.model_dump(exclude_unset=True) == {"name": "Apple Inc.", "sector": "IT"}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_bars_in_another_encoding_or_with_other_line_ends_are_not_a_table(
    tmp_path: Path, encoding: str, end: str
) -> None:
    path = tmp_path / "bars.csv"
    text = f"date,open,high,low,close{end}2024-01-02,1,3,0.5,2{end}"
    path.write_bytes(text.encode(encoding))
    assert read_symbols(path) is None
    path.write_bytes(text.encode())
    assert read_symbols(path) is None


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("symbol,name\nNESN,Nestl\xe9\n", "Save it as CSV in UTF-8"),
        ('symbol,name\nNESN,"Nestle\n' + "AAPL,Apple\n" * 20_000, "a quote is not closed"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_in_a_sentence_and_stops_no_other(
    tmp_path: Path, content: str, sentence: str
) -> None:
    path, other = tmp_path / "symbols.csv", _write(tmp_path, "symbol,name\nAAPL,Apple\n", "others.csv")
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(UnreadableFile, match=sentence):
        read_symbols(path)
    printed = StringIO()
    tables, unread = read_tables(Console(file=printed, width=200), [path, other])
    assert (set(tables), unread) == ({other}, {path})
    assert "symbols.csv: " in printed.getvalue()
