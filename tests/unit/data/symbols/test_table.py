"""Tables of symbols: names, sectors, currencies, calendars."""

from pathlib import Path

import pytest

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
        ("symbol,close\nAAPL,1\n", "symbols.csv"),
        ("", "symbols.csv"),
        ("symbol,name\nAAPL,Apple\n", "symbols.parquet"),
    ],
)
def test_a_file_of_something_else_is_none(tmp_path: Path, text: str, name: str) -> None:
    assert read_symbols(_write(tmp_path, text, name)) is None


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


def test_a_table_that_is_not_utf8_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "symbols.csv"
    path.write_bytes("symbol,name\nNESN,Nestl\xe9\n".encode("latin-1"))
    with pytest.raises(UnreadableFile, match="Save it as CSV in UTF-8"):
        read_symbols(path)
