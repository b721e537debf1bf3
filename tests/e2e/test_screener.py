"""The screener: the last complete run's symbols, filtered, sorted, saved and opened, on a screen and on a phone."""

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.accessibility import violations, violations_in_both_themes
from tests.e2e.conftest import KEPT
from tests.support.bench.universe_answers import make_screener

Run = dict[str, Any]
PHONE = {"width": 360, "height": 800}
MAX_ELEMENTS = 1500
MAX_PRINTED_PAGES = 4
SAMPLE = ["AAPL", "FB", "GOOG", "IBM", "MSFT"]


def _symbols(page: Page) -> list[str]:
    return page.get_by_role("rowheader").all_inner_texts()


def _open(page: Page, search: str = "") -> None:
    page.goto(f"/screener{search}")
    expect(page.get_by_role("rowheader").first).to_be_visible()


def _give_many(page: Page) -> None:
    """Answer with 10,000 symbols; the real run of so many takes minutes."""
    answer = make_screener(10_000).model_dump_json()
    page.route("**/api/screener?*", lambda route: route.fulfill(body=answer, content_type="application/json"))


def test_every_symbol_of_the_run_is_shown_under_the_sentence_on_chance(page: Page, run: Run) -> None:
    response = page.goto("/screener")
    assert response is not None
    assert (response.status, response.url.endswith("/screener")) == (200, True)
    expect(page.get_by_text(re.compile("luck alone gives"))).to_be_visible()
    expect(page.get_by_role("rowheader").first).to_be_visible()
    assert _symbols(page) == SAMPLE
    frame = page.get_by_role("region", name=re.compile("^Symbols"))
    assert frame.evaluate("frame => frame.clientHeight - frame.firstElementChild.offsetHeight") <= 1, "no empty rows"
    expect(page).to_have_title("Screener – Bellwether")
    expect(page.get_by_text(f"run {run['id'][:8]}")).to_be_visible()


def test_filters_and_order_are_in_the_address_and_survive_a_reload(page: Page, run: Run) -> None:
    _open(page)
    page.get_by_role("button", name="Close").click()
    page.get_by_role("searchbox", name="Symbol or name").fill("corp")
    page.wait_for_url("**find=corp**")
    expect(page.get_by_role("rowheader", name="AAPL")).to_have_count(0)
    shown = _symbols(page)
    assert 0 < len(shown) < len(SAMPLE)
    page.reload()
    expect(page.get_by_role("rowheader").first).to_be_visible()
    assert _symbols(page) == shown
    expect(page.get_by_role("columnheader", name="Close", exact=True)).to_have_attribute("aria-sort", "descending")


def test_symbols_dates_and_prices_are_not_cut(page: Page) -> None:
    answer = make_screener(20)
    answer.columns.symbol[:2] = ["BAJFINANCE.NS", "EXTRAORDINAR.TO"]
    answer.columns.close[:2] = [473_200.0, 0.0000054387]
    page.route(
        "**/api/screener?*",
        lambda route: route.fulfill(body=answer.model_dump_json(), content_type="application/json"),
    )
    _open(page, "?columns=last_session,close,name,spark,change_1,change_5,change_20,expected_range,width,skill,model")
    cut = """rows => rows.flatMap(row => [row.cells[0].firstElementChild, row.cells[3], row.cells[4]])
        .filter(part => part.scrollWidth > part.clientWidth || part.clientHeight > part.closest('tr').clientHeight)
        .map(part => part.textContent)"""
    assert page.locator("tbody tr[data-position]").evaluate_all(cut) == []


def test_a_saved_file_has_every_match(page: Page, run: Run) -> None:
    _open(page)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as CSV").click()
    lines = Path(saved.value.path()).read_text().splitlines()
    assert [line.partition(",")[0] for line in lines] == ["symbol", *SAMPLE]


def test_a_row_opens_its_symbol(page: Page, run: Run) -> None:
    _open(page)
    page.get_by_role("row", name=re.compile("^IBM")).get_by_role("cell").first.click()
    expect(page.get_by_role("heading", level=2, name="IBM")).to_be_visible()


def test_the_keyboard_alone_sorts_moves_and_opens(page: Page, run: Run) -> None:
    _open(page)
    page.get_by_role("button", name="Symbol").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("columnheader", name="Symbol")).to_have_attribute("aria-sort", "descending")
    first = page.get_by_role("rowheader").first.get_by_role("link")
    while not first.evaluate("link => link === document.activeElement"):
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="IBM")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=2, name="IBM")).to_be_visible()


def test_ten_thousand_symbols_are_a_window_of_rows_that_scrolls(page: Page) -> None:
    _give_many(page)
    _open(page)
    expect(page.get_by_text("All 10,000 symbols")).to_be_visible()
    assert page.evaluate("document.querySelectorAll('*').length") <= MAX_ELEMENTS
    page.get_by_role("rowheader").first.get_by_role("link").focus()
    page.keyboard.press("End")
    expect(page.locator("tr[aria-rowindex='10001'] a")).to_be_focused()
    frame = page.get_by_role("region", name=re.compile("^Symbols"))
    assert frame.evaluate("frame => frame.scrollTop + frame.clientHeight >= frame.scrollHeight - 2")
    assert page.evaluate("document.querySelectorAll('*').length") <= MAX_ELEMENTS


def test_the_rows_on_the_screen_are_printed_without_blank_pages(page: Page) -> None:
    _give_many(page)
    _open(page)
    assert len(re.findall(rb"/Type /Page\b", page.pdf())) <= MAX_PRINTED_PAGES
    page.emulate_media(media="print")
    expect(page.get_by_text(re.compile(r"^The rows 1 to \d+ of 10,000 are printed"))).to_be_visible()


def test_rows_scrolled_away_leave_the_focus_in_the_frame(page: Page) -> None:
    _give_many(page)
    _open(page)
    page.get_by_role("rowheader").first.get_by_role("link").focus()
    frame = page.get_by_role("region", name=re.compile("^Symbols"))
    frame.evaluate("frame => { frame.scrollTop = 100_000 }")
    expect(frame).to_be_focused()


def test_it_is_accessible_in_both_themes(page: Page) -> None:
    _give_many(page)
    _open(page, "?sort=-skill&columns=name,spark,skill,verdict,sessions_behind")
    page.get_by_text("Limits").click()
    page.get_by_text("Columns, and what they mean").click()
    page.screenshot(path=KEPT / "screener-light.png")
    assert violations_in_both_themes(page) == []
    page.screenshot(path=KEPT / "screener-dark.png")


def test_a_phone(page: Page) -> None:
    _give_many(page)
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    _open(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert violations(page) == []
    page.screenshot(path=KEPT / "screener-phone.png")
