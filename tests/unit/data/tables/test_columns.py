"""How column names are mapped to fields."""

import pytest

from services.data.tables.columns import find_columns as find_groups
from services.data.tables.names import ALIASES, Field
from services.data.tables.notes import Notes, quote_text
from shared.errors import UnreadableFile
from shared.schemas.loads import ReadQuery

BARS = ["date", "open", "high", "low", "close"]


def find_columns(names: list[str]) -> dict[Field, int]:
    """Return the position of each field of a table of one symbol."""
    return find_groups(names).groups[None]


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


@pytest.mark.parametrize(
    "names",
    [
        "วันที่,ราคาเปิด,ราคาสูงสุด,ราคาต่ำสุด,ราคาปิด",
        "Date,Op,Hi,Lo,Cl",
        "Date,Opening,Highest,Lowest,Closing",
        "Date,Open (p),High (p),Low (p),Close (p)",
        "Trading Day,Open in USD,High in USD,Low in USD,Close in USD",
    ],
)
def test_prices_are_found_by_other_names(names: str) -> None:
    assert find_columns(names.split(",")) == {"session": 0, "open": 1, "high": 2, "low": 3, "close": 4}


@pytest.mark.parametrize("name", ["Volume (USD)", "Volumen (EUR)", "Hacim (TL)", "Wolumen [PLN]", "成交量(元)"])
def test_a_volume_in_a_currency_is_money_and_is_not_read(name: str) -> None:
    assert "volume" not in find_columns([*BARS, name])
    assert find_columns([*BARS, name, "Volume"])["volume"] == 6


@pytest.mark.parametrize("other", ["Volume", "Trade Volume", "Vol."])
@pytest.mark.parametrize(
    "name", ["Share Volume", "Quantidade", "Quantidade Negociada", "Cantidad Negociada", "Quantity"]
)
def test_a_count_of_shares_is_the_volume_rather_than_money_or_trades(name: str, other: str) -> None:
    assert find_columns([*BARS, other, name])["volume"] == 6


def test_the_first_price_is_the_open_rather_than_the_close_of_yesterday() -> None:
    assert find_columns(["<DTYYYYMMDD>", "<FIRST>", *BARS[2:], "<VALUE>", "<VOL>", "<OPEN>", "<LAST>"])["open"] == 1


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
        "symbol and company. Found: 'when', 'open', 'high', 'low'. Name the columns, for example date=When,close=Last "
        "(--columns, or columns= over HTTP)."
    )


def test_of_many_columns_only_the_first_are_listed() -> None:
    with pytest.raises(UnreadableFile, match=r"'c19' and 480 more\."):
        find_columns([f"c{index}" for index in range(500)])


@pytest.mark.parametrize("name", ["Open", " open*"])
def test_two_columns_of_one_name_are_an_error(name: str) -> None:
    with pytest.raises(UnreadableFile, match="one of two columns with the same meaning"):
        find_columns([*BARS, name])


@pytest.mark.parametrize(
    ("names", "field", "position"),
    [
        ([*BARS, "Last"], "close", 4),
        (["Last", *BARS], "close", 5),
        (["Price", "Last", *BARS[:4]], "close", 1),
        ([*BARS, "timestamp"], "session", 0),
        (["timestamp", *BARS[1:], "Trade Date"], "session", 5),
        ([*BARS, "Adjusted", "Adj Close"], "adj_close", 6),
        (["symbol", "name", *BARS, "company"], "company", 7),
    ],
)
def test_of_two_candidates_the_one_that_stands_first_in_the_list_is_read(
    names: list[str], field: Field, position: int
) -> None:
    assert find_columns(names)[field] == position


def test_what_is_not_read_is_noted_with_an_example() -> None:
    notes = Notes()
    find_groups([*BARS, "Last", "Turnover"], notes=notes, sample=[["2024-01-02", "1", "1", "1", "1", "9.5", "x" * 99]])
    assert notes.sentences() == [
        "Columns that were not read: 'Last' (for example '9.5'), 'Turnover' (for example 'xxxxxxxxxxxxxxxxxxxx…')."
    ]


def test_another_price_that_is_read_as_the_close_is_noted() -> None:
    notes = Notes()
    find_groups([*BARS[:4], "Price", "Volume BTC"], notes=notes)
    assert notes.sentences() == [
        "'Price' was read as the close.",
        "Columns that were not read: 'Volume BTC'.",
        "No column was read as the volume. Name one, volume=Volume BTC (--columns, or columns= over HTTP).",
    ]


def test_given_columns_are_read_whatever_their_names_say() -> None:
    names = ["When", *BARS[1:], "Last", "Qty, total"]
    columns = find_groups(names, ReadQuery(columns='date=When,close=last,volume="Qty, total"')).groups[None]
    assert (columns["session"], columns["close"], columns["volume"]) == (0, 5, 6)
    with pytest.raises(UnreadableFile, match=r"There is no column 'Then'. Found: 'When', 'open'"):
        find_groups(names, ReadQuery(columns="date=Then"))


@pytest.mark.parametrize(
    "names",
    [
        ["Date", "BRK.B.Open", "BRK.B.High", "BRK.B.Low", "BRK.B.Close", "BRK.B.Volume", "BRK.B.Adjusted"],
        ["Date", *(f"{name}_BRK.B" for name in ("Open", "High", "Low", "Close", "Volume", "Adj Close"))],
        ["Date", *(f"('{name}', 'BRK.B')" for name in ("Open", "High", "Low", "Close", "Volume", "Adj Close"))],
        ["Date", *(f"('BRK.B', '{name}')" for name in ("Open", "High", "Low", "Close", "Volume", "Adj Close"))],
    ],
)
def test_symbols_in_the_names_of_columns_are_read(names: list[str]) -> None:
    fields = ("session", "open", "high", "low", "close", "volume", "adj_close")
    assert find_groups(names).groups == {"BRK.B": {name: index for index, name in enumerate(fields)}}


def test_two_symbols_in_the_names_of_columns_are_two_groups_and_one_with_gaps_is_noted() -> None:
    prices = ("Open", "High", "Low", "Close")
    names = ["Date", *(f"{symbol} {price}" for symbol in ("A", "B") for price in prices), "C Close"]
    assert {symbol: fields["close"] for symbol, fields in find_groups(names).groups.items()} == {"A": 4, "B": 8}


def test_bid_and_ask_are_not_symbols() -> None:
    prices = ("Open", "High", "Low", "Close")
    with pytest.raises(UnreadableFile, match="Missing columns: open, high, low, close"):
        find_groups(["Date", *(f"{side} {price}" for side in ("Bid", "Ask") for price in prices)])


@pytest.mark.parametrize("name", ["", "Unnamed: 0", "index", "__index_level_0__", "level_0"])
def test_the_one_column_without_a_name_that_holds_dates_is_the_date(name: str) -> None:
    notes = Notes()
    sample = [["17", "2024-01-02", "1", "1", "1", "1"]]
    columns = find_groups(["", name, *BARS[1:]], notes=notes, sample=sample)
    assert columns.groups[None]["session"] == 1
    assert notes.sentences() == ["The column without a name was read as the date."]
    with pytest.raises(UnreadableFile, match="Missing column: date"):
        find_groups([name, *BARS[1:]], sample=[["17", "1", "1", "1", "1"]])


def test_a_thousand_columns_are_read_and_one_more_is_not() -> None:
    find_columns([*BARS, *(f"c{index}" for index in range(995))])
    with pytest.raises(UnreadableFile, match="more than 1,000 columns"):
        find_columns([*BARS, *(f"c{index}" for index in range(996))])


def test_text_from_a_file_is_quoted_printable_and_shortened() -> None:
    assert quote_text("a\x00\x1b[31m" + "b" * 1_000_000) == "'a??[31mbbbbbbbbbbbbb…'"
    assert quote_text("5\u202f202,50\u00a0€") == "'5 202,50 €'"
