"""A slip in a query is forgiven, and what is not there is not found."""

import pytest

from services.data.symbols.search import ListedSymbol, SymbolIndex

NAMED = {
    "AAPL": "Apple Inc.",
    "AMZN": "Amazon.com, Inc.",
    "BRK.B": "Berkshire Hathaway",
    "GOOG": None,
    "MSFT": "Microsoft Corporation",
    "TSLA": None,
}


@pytest.mark.parametrize(
    ("query", "symbol"),
    [
        ("microsft", "MSFT"),
        ("Micorsoft", "MSFT"),
        ("microsoftt corp", "MSFT"),
        ("micrsof", "MSFT"),  # not yet typed to its end
        ("tesla", "TSLA"),  # has no name, but its symbol is near
        ("amazn", "AMZN"),
        ("berkshire hataway", "BRK.B"),
    ],
)
def test_a_slip_is_forgiven(query: str, symbol: str) -> None:
    index = SymbolIndex([ListedSymbol(symbol, name) for symbol, name in NAMED.items()])
    assert [match.symbol for match in index.search(query, limit=10, cursor=None)[0]] == [symbol]


_ABSENT = ["netflix", "goggle", "aple pie", "xxxx", "msfx", "crosoft corporal", "q", "inx"]


@pytest.mark.parametrize("query", _ABSENT)
def test_a_query_that_resembles_nothing_finds_nothing(query: str) -> None:
    index = SymbolIndex([ListedSymbol(symbol, name) for symbol, name in NAMED.items()])
    assert index.search(query, limit=10, cursor=None) == ([], None)


def test_pages_of_slips_follow_one_another() -> None:
    index = SymbolIndex([ListedSymbol(f"S{n}", "Microsoft") for n in range(5)])
    first, cursor = index.search("microsft", limit=3, cursor=None)
    second, end = index.search("microsft", limit=3, cursor=cursor)
    assert [match.symbol for match in [*first, *second]] == ["S0", "S1", "S2", "S3", "S4"]
    assert end is None
