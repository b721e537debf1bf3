from collections.abc import Iterable
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.data.symbols.search import ListedSymbol, SymbolIndex
from shared.errors import InvalidRequest
from tests.support.calls import n_calls

LISTED = [
    ListedSymbol("AAPL", "Apple Inc."),
    ListedSymbol("APLE", "Apple Hospitality REIT, Inc."),
    ListedSymbol("BRK.B", "Berkshire Hathaway Inc. Class B"),
    ListedSymbol("KO", "The Coca-Cola Company"),
    ListedSymbol("MCD", "McDonald's Corporation"),
    ListedSymbol("NSRGY", "Nestlé S.A."),
    ListedSymbol("T", "AT&T Inc."),
    ListedSymbol("TGT", "Target Corporation"),
    ListedSymbol("^GSPC", "S&P 500"),
    ListedSymbol("XYZ", None),
]
QUERIES = st.text("abcAB&. ^é\udcff", max_size=4)
SYMBOLS = st.lists(
    st.builds(
        ListedSymbol,
        st.text("ABC.^", min_size=1, max_size=4),
        st.none() | st.text("abc é'.&", max_size=8),
    ),
    max_size=12,
    unique_by=lambda stock: stock.symbol,
)


def _search(query: str, listed: Iterable[ListedSymbol] = LISTED) -> list[str]:
    return [stock.symbol for stock in SymbolIndex(listed).search(query, limit=100, cursor=None)[0]]


def _pages(index: SymbolIndex, query: str, limit: int) -> list[list[str]]:
    pages: list[list[str]] = []
    cursor: str | None = None
    while cursor is not None or not pages:
        page, cursor = index.search(query, limit=limit, cursor=cursor)
        pages.append([stock.symbol for stock in page])
        assert len(pages) <= 100, "the pages do not end"
    return pages


def test_better_matches_come_first() -> None:
    names = {
        "XABCX": None,
        "N1": "xabcx",
        "N2": "One Abcdef",
        "N3": "Abcdef",
        "N4": "ABC",
        "ABCD": None,
        "ABC": None,
    }
    listed = [ListedSymbol(symbol, name) for symbol, name in names.items()]
    assert _search("abc", listed) == ["ABC", "ABCD", "N4", "N3", "N2", "XABCX", "N1"]


def test_ties_are_broken_by_length_then_alphabetically() -> None:
    assert _search("a", [ListedSymbol(symbol, None) for symbol in ("ABB", "ABA", "AZ", "AC")]) == [
        "AC",
        "AZ",
        "ABA",
        "ABB",
    ]
    many = _many()[:100]  # enough to reveal an unstable sort
    assert _search("inc", many) == [stock.symbol for stock in many]


def test_a_symbol_is_found_once_by_its_best_match() -> None:
    assert _search("a", [ListedSymbol("A", "A a A"), ListedSymbol("AA", "A")]) == ["A", "AA"]


@pytest.mark.parametrize(
    ("query", "symbols"),
    [
        ("aapl", ["AAPL"]),
        ("  AaPl ", ["AAPL"]),
        ("ａａｐｌ", ["AAPL"]),
        ("brk.b", ["BRK.B"]),
        ("^", ["^GSPC"]),
        (".", ["BRK.B"]),
        ("hathaway", ["BRK.B"]),
        ("berkshire  hath", ["BRK.B"]),
        ("coca-cola", ["KO"]),
        ("coca cola", ["KO"]),
        ("mcdonalds", ["MCD"]),
        ("McDonald’s", ["MCD"]),
        ("NESTLE", ["NSRGY"]),
        ("nestlé", ["NSRGY"]),
        ("nestle\N{COMBINING ACUTE ACCENT}", ["NSRGY"]),
        ("at&t", ["T"]),
        ("pple", ["AAPL", "APLE"]),
        ("none", []),
        ("!", []),
        ("a" * 100, []),
    ],
)
def test_case_accents_and_the_punctuation_of_names_do_not_matter(query: str, symbols: list[str]) -> None:
    assert _search(query) == symbols


@pytest.mark.parametrize("query", ["maersk", "Mærsk", "orsted", "ØRSTED"])
def test_letters_that_other_keyboards_lack_do_not_matter(query: str) -> None:
    index = SymbolIndex([ListedSymbol("MAERSK-B", "A.P. Møller - Mærsk"), ListedSymbol("DNNGY", "Ørsted A/S")])
    (found,), _ = index.search(query, limit=10, cursor=None)
    assert found.symbol == ("MAERSK-B" if "rsk" in query.lower() else "DNNGY")


def test_a_symbol_is_found_as_files_write_it() -> None:
    listed = [ListedSymbol("BTC-USDT", None), ListedSymbol("BRK-B", None), ListedSymbol("M&M", None)]
    assert [_search(query, listed) for query in ("btc/usdt", "BRK_B", "m&m")] == [["BTC-USDT"], ["BRK-B"], ["M&M"]]


def test_a_sign_for_several_letters_is_those_letters() -> None:
    assert (
        _search("acmetm ", [ListedSymbol("A", "Acme™")]) == _search("ＡＣＭＥ™", [ListedSymbol("A", "acmetm")]) == ["A"]
    )


@pytest.mark.parametrize("query", ["", "  ", "\t"])
def test_without_a_query_all_are_listed_by_the_alphabet(query: str) -> None:
    assert _search(query) == ["AAPL", "APLE", "BRK.B", "KO", "MCD", "NSRGY", "T", "TGT", "XYZ", "^GSPC"]


def test_an_empty_index_finds_nothing() -> None:
    assert SymbolIndex([]).search("a", limit=1, cursor=None) == ([], None)


def test_matches_are_returned_as_listed() -> None:
    page, _ = SymbolIndex(LISTED).search("nestle", limit=1, cursor=None)
    assert page == [ListedSymbol("NSRGY", "Nestlé S.A.")]


@pytest.mark.parametrize("query", ["", "a", "inc"])
def test_the_last_page_has_no_cursor_even_when_it_is_full(query: str) -> None:
    pages = _pages(SymbolIndex(LISTED), query, len(_search(query)))
    assert pages == [_search(query)]


@settings(deadline=None)
@given(SYMBOLS, QUERIES, st.integers(1, 5))
def test_pages_put_together_are_the_whole(listed: list[ListedSymbol], query: str, limit: int) -> None:
    pages = _pages(SymbolIndex(listed), query, limit)
    assert list(chain(*pages)) == _search(query, listed)
    assert all(len(page) == limit for page in pages[:-1])


@settings(deadline=None)
@given(SYMBOLS, SYMBOLS, QUERIES, st.integers(1, 5))
def test_symbols_that_come_or_go_between_pages_move_no_other(
    before: list[ListedSymbol], others: list[ListedSymbol], query: str, limit: int
) -> None:
    symbols_before = {stock.symbol for stock in before}
    after = before[::2] + [stock for stock in others if stock.symbol not in symbols_before]
    remaining = {stock.symbol for stock in before[::2]}
    first, cursor = SymbolIndex(before).search(query, limit=limit, cursor=None)
    if cursor is None:
        return
    rest, _ = SymbolIndex(after).search(query, limit=100, cursor=cursor)
    listed_symbols = [stock.symbol for stock in (*first, *rest) if stock.symbol in remaining]
    assert listed_symbols == [symbol for symbol in _search(query, before) if symbol in remaining]


@settings(deadline=None)
@given(SYMBOLS, QUERIES)
def test_a_cursor_is_text_that_a_url_can_hold(listed: list[ListedSymbol], query: str) -> None:
    _, cursor = SymbolIndex(listed).search(query, limit=1, cursor=None)
    assert cursor is None or (cursor.replace("-", "").replace("_", "").isalnum() and cursor.isascii())


def _cursor(query: str) -> str:
    _, cursor = SymbolIndex(LISTED).search(query, limit=1, cursor=None)
    assert cursor is not None
    return cursor


@pytest.mark.parametrize("typed", ["INC", " inc ", "ínc"])
def test_a_cursor_is_good_for_the_same_query_however_it_is_typed(typed: str) -> None:
    page, _ = SymbolIndex(LISTED).search(typed, limit=1, cursor=_cursor("inc"))
    assert [stock.symbol for stock in page] == [_search("inc")[1]]


@pytest.mark.parametrize("query", ["", "a", "inc."])
def test_a_cursor_of_another_query_is_refused(query: str) -> None:
    with pytest.raises(InvalidRequest, match="not from this search"):
        SymbolIndex(LISTED).search(query, limit=1, cursor=_cursor("inc"))


@pytest.mark.parametrize("query", ["", "inc"])
def test_a_cursor_that_was_cut_or_added_to_is_refused(query: str) -> None:
    cursor = _cursor(query)
    for broken in (*(cursor[:n] for n in range(len(cursor))), f"{cursor}=", f"{cursor}A", f" {cursor}", f"{cursor}\n"):
        with pytest.raises(InvalidRequest, match="not from this search"):
            SymbolIndex(LISTED).search(query, limit=1, cursor=broken)


@settings(deadline=None)
@given(st.text(max_size=40) | st.text("ABCabc019-_=", max_size=40))
def test_an_invented_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidRequest):
        SymbolIndex(LISTED).search("a", limit=1, cursor=cursor)


def _many() -> list[ListedSymbol]:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    symbols = [f"{a}{b}{c}" for a in letters for b in letters for c in letters][:10_000]
    return [ListedSymbol(symbol, f"The {symbol[::-1].title()} Group of Companies, Inc.") for symbol in symbols]


@pytest.mark.parametrize("query", ["", "a", "ABC", "cba", "inc", "group of comp", "nothing"])
def test_a_page_of_ten_thousand_symbols_calls_nothing_for_each(query: str) -> None:
    index = SymbolIndex(_many())
    _, cursor = index.search(query, limit=20, cursor=None)
    assert n_calls(lambda: index.search(query, limit=20, cursor=cursor)) < 500  # about 100
