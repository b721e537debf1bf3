"""How column names are mapped to fields."""

import pytest

from services.data.files.columns import ALIASES, find_columns, quote_text
from shared.errors import UnreadableFile

BARS = ["date", "open", "high", "low", "close"]


def test_columns_are_found_in_any_order_and_case() -> None:
    assert find_columns(["CLOSE", "Low", "hIGH", " open ", "Date"]) == {
        "close": 0,
        "low": 1,
        "high": 2,
        "open": 3,
        "session": 4,
    }


@pytest.mark.parametrize(
    ("name", "field"),
    [
        *((alias, field) for field, aliases in ALIASES.items() for alias in aliases if field in {"volume"}),
        ("Adj Close", "adj_close"),
        ("adj_close", "adj_close"),
        ("adjClose", "adj_close"),
        ("Adjusted_Close", "adj_close"),
        ("Adj. Close", "adj_close"),
        ("Symbol", "symbol"),
        ("ticker", "symbol"),
        ("Company Name", "company"),
        ("Security", "company"),
        ("Name", "name"),
    ],
)
def test_a_further_column_is_found_by_each_of_its_names(name: str, field: str) -> None:
    assert find_columns([*BARS, name]).get(field) == 5  # type: ignore[call-overload]


@pytest.mark.parametrize("name", ["date", "Session", "timestamp", "time", "DateTime", "day"])
def test_the_date_is_found_by_each_of_its_names(name: str) -> None:
    assert find_columns([name, *BARS[1:]])["session"] == 0


def test_the_last_price_of_the_day_is_the_close() -> None:
    assert find_columns(["Date", "Close/Last", "Volume", "Open", "High", "Low"])["close"] == 1


def test_a_name_beside_a_symbol_is_the_name_of_the_company() -> None:
    columns = find_columns(["Symbol", "Name", *BARS])
    assert (columns["symbol"], columns["company"]) == (0, 1)
    assert "name" not in columns


def test_columns_that_mean_nothing_to_bars_are_ignored() -> None:
    assert set(find_columns(["", "_id", "dividends", *BARS, "Ex-Dividend"])) == {"session", *BARS[1:]}


def test_missing_columns_are_named_with_those_that_are_there() -> None:
    with pytest.raises(UnreadableFile) as caught:
        find_columns(["when", "open", "high", "low"])
    assert caught.value.detail == (
        "Missing columns: date, close. Expected date, open, high, low and close, and optionally volume, adj_close, "
        "symbol and company. Found: 'when', 'open', 'high', 'low'."
    )


def test_of_many_columns_only_the_first_are_listed() -> None:
    with pytest.raises(UnreadableFile, match=r"'c19' and 480 more\."):
        find_columns([f"c{index}" for index in range(500)])


@pytest.mark.parametrize("names", [[*BARS, "Open"], [*BARS, "timestamp"], [*BARS, "symbol", "name", "company"]])
def test_two_columns_that_mean_the_same_are_an_error(names: list[str]) -> None:
    with pytest.raises(UnreadableFile, match="one of two columns with the same meaning"):
        find_columns(names)


def test_a_thousand_columns_are_read_and_one_more_is_not() -> None:
    find_columns([*BARS, *(f"c{index}" for index in range(995))])
    with pytest.raises(UnreadableFile, match="more than 1,000 columns"):
        find_columns([*BARS, *(f"c{index}" for index in range(996))])


def test_text_from_a_file_is_quoted_printable_and_shortened() -> None:
    assert quote_text("a\x00\x1b[31m" + "b" * 1_000_000) == "'a??[31mbbbbbbbbbbbbb…'"
