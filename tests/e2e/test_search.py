"""The symbol search and the home page in a real browser, by role, label and keyboard."""

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.e2e.accessibility import violations_in_both_themes
from tests.support.polling import until

LISTED = [f"SYM{number:03}" for number in range(60)]


def _search_box(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Stock symbol")


def _options(page: Page) -> Locator:
    return page.get_by_role("listbox").get_by_role("option")


def _heading(page: Page, symbol: str) -> Locator:
    return page.get_by_role("heading", level=2, name=re.compile(rf"^{re.escape(symbol)}\b"))


def _wait_until_remembered(page: Page, symbol: str) -> None:
    """Return when the symbol is stored, which is just after its name is shown: a page that is left before loses it."""
    until(lambda: f'"{symbol}"' in page.evaluate("localStorage.getItem('bellwether-recent-symbols') ?? ''"))


def _answer_pages(route: Route) -> None:
    """Answer a search with twenty of the listed symbols and a cursor, like the gateway."""
    found = re.search(r"cursor=(\d+)", route.request.url)
    first = int(found.group(1)) if found else 0
    stocks = [{"symbol": symbol, "name": f"Company {symbol}"} for symbol in LISTED[first : first + 20]]
    after = first + 20
    route.fulfill(json={"stocks": stocks, "next_cursor": str(after) if after < len(LISTED) else None})


def test_the_keyboard_alone_goes_from_anywhere_to_the_result(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("link", name="MSFT")).to_be_visible()
    page.keyboard.press("/")
    expect(_search_box(page)).to_be_focused()
    page.keyboard.type("micro")
    expect(_options(page)).to_have_text(["MSFT Microsoft Corporation"])
    expect(_options(page).locator("mark")).to_have_text("Micro")
    assert violations_in_both_themes(page) == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(_heading(page, "MSFT")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/\?symbol=MSFT$"))
    page.keyboard.press("/")
    page.keyboard.type("fb")
    page.keyboard.press("Enter")
    expect(_heading(page, "FB")).to_be_visible()
    expect(page.get_by_role("main")).to_be_focused()
    page.go_back()
    expect(_heading(page, "MSFT")).to_be_visible()
    expect(_search_box(page)).to_have_value("MSFT")


def test_four_options_are_visible_and_the_rest_by_scrolling(page: Page) -> None:
    page.route(re.compile(r"/api/stocks\?"), _answer_pages)
    page.goto("/")
    _search_box(page).press_sequentially("sym")
    expect(_options(page)).to_have_count(20)
    listbox = page.get_by_role("listbox", name="Matching stocks")
    seen = [option for option in _options(page).all() if _is_seen(option, listbox)]
    assert [option.text_content() for option in seen] == [f"{symbol} Company {symbol}" for symbol in LISTED[:4]]
    listbox.hover()
    page.mouse.wheel(0, 2000)
    expect(_options(page)).to_have_count(40)
    for _ in range(60):
        page.keyboard.press("ArrowDown")
    expect(_options(page)).to_have_count(60)
    expect(page.get_by_text("60 stocks match.").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(listbox).to_be_hidden()
    expect(_search_box(page)).to_have_value("sym")


def _is_seen(option: Locator, listbox: Locator) -> bool:
    box, frame = option.bounding_box(), listbox.bounding_box()
    assert box is not None
    assert frame is not None
    return box["y"] >= frame["y"] and box["y"] < frame["y"] + frame["height"]


def test_an_unknown_symbol_suggests_the_nearest(page: Page) -> None:
    page.goto("/")
    _search_box(page).press_sequentially("aalp")
    expect(page.get_by_text("No matches for “aalp”").first).to_be_visible()
    expect(_options(page)).to_have_text(["AAPL"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Unknown symbol")
    assert violations_in_both_themes(page) == []
    page.get_by_role("navigation", name="Did you mean").get_by_role("link", name="AAPL").click()
    expect(_heading(page, "AAPL")).to_be_visible()
    page.goto("/?symbol=QQQQQQ")
    page.get_by_role("link", name="See all stocks").click()
    expect(page.get_by_role("heading", name="Choose a stock")).to_be_visible()


def test_a_company_is_found_by_its_name_and_recent_symbols_survive_a_reload(page: Page) -> None:
    page.goto("/")
    _search_box(page).fill("apple")
    page.keyboard.press("Enter")
    expect(page.get_by_role("article").get_by_text("Apple Inc.")).to_be_visible()
    _wait_until_remembered(page, "AAPL")
    page.goto("/?symbol=IBM")
    expect(page.get_by_role("article").get_by_text("International Business Machines")).to_be_visible()
    _wait_until_remembered(page, "IBM")
    page.goto("/")
    page.reload()
    expect(page.get_by_role("navigation", name="Recent").get_by_role("link")).to_have_text(["IBM", "AAPL"])
    _search_box(page).focus()
    expect(page.get_by_role("listbox", name="Recent symbols").get_by_role("option")).to_have_text(
        ["IBM International Business Machines Corporation", "AAPL Apple Inc."]
    )
    assert violations_in_both_themes(page) == []
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation", name="Recent")).to_have_count(0)


def test_long_symbols_are_drawn_over_nothing(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    stock = {"symbol": "HINDUNILVR.NS", "name": "Hindustan Unilever Limited"}
    page.route(re.compile(r"/api/stocks\?"), lambda route: route.fulfill(json={"stocks": [stock], "next_cursor": None}))
    page.goto(f"/?symbol={'LONG' * 20}")
    expect(page.get_by_role("alert").first).to_contain_text("use 1 to 15 of the characters")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    _search_box(page).fill("hind")
    expect(_options(page)).to_have_text(["HINDUNILVR.NS Hindustan Unilever Limited"])
    over = "option => option.firstElementChild.scrollWidth - option.firstElementChild.offsetWidth"
    assert _options(page).evaluate(over) <= 0


@pytest.mark.parametrize("width", [320, 1440])
def test_an_empty_store_shows_how_to_load_bars(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.route(re.compile(r"/api/stocks\?"), lambda route: route.fulfill(json={"stocks": [], "next_cursor": None}))
    page.route("**/api/stocks/all", lambda route: route.fulfill(json=[]))
    page.goto("/")
    empty = page.get_by_role("region", name="No stocks yet")
    expect(empty.get_by_text("Drop a CSV or Parquet file onto this page")).to_be_visible()
    expect(empty.get_by_text("make load FILE=prices.csv")).to_be_visible()
    assert violations_in_both_themes(page) == []
    _search_box(page).fill("aapl")
    expect(page.get_by_text("No matches for “aapl”").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_an_unreachable_gateway_does_not_break_the_search(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("link", name="MSFT")).to_be_visible()
    page.route("**/api/**", lambda route: route.abort())
    _search_box(page).fill("goog")
    expect(page.get_by_text("The gateway cannot be reached.").first).to_be_visible()
    assert violations_in_both_themes(page) == []
    page.unroute_all()
    page.keyboard.press("Enter")
    expect(_heading(page, "GOOG")).to_be_visible()
