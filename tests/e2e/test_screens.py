"""The main screens: accessible in both themes, with nothing cut off, and a screenshot of each.

`make screenshots` writes them to docs/screenshots/, a test run to test-results/.
"""

import os
import re
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.accessibility import violations_in_both_themes
from tests.e2e.conftest import KEPT
from tests.support.polling import until
from tests.support.servers.processes import Stack

PICTURES = Path(os.environ.get("SCREENSHOTS_DIR", KEPT))
DESKTOP = (1440, 900)
PHONE = (360, 800)
SYMBOL = "/?symbol=AAPL&adjusted=true"
FOLLOWS = 4  # Node.DOCUMENT_POSITION_FOLLOWING


def _show(page: Page, address: str, size: tuple[int, int] = DESKTOP) -> None:
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(address)


def _is_complete(page: Page) -> None:
    expect(page.get_by_role("region", name="Forecast", exact=True)).to_contain_text("No model here has reliably beaten")
    expect(page.get_by_role("region", name=re.compile("^Same-day estimate"))).to_contain_text("smaller error")
    expect(page.locator("canvas").first).to_be_visible()
    expect(page.locator(".skeleton")).to_have_count(0)


def _picture(page: Page, name: str) -> None:
    page.screenshot(path=PICTURES / f"{name}.png")


def _is_sound_in_both_themes(page: Page, name: str) -> None:
    """Check the page and take screenshots in light and dark. Leaves it dark."""
    _picture(page, f"{name}-light")
    assert violations_in_both_themes(page) == []
    _picture(page, f"{name}-dark")


def _is_in_view(page: Page, part: Locator) -> bool:
    box = part.bounding_box()
    height = page.evaluate("window.innerHeight")
    return box is not None and box["y"] >= 0 and box["y"] + box["height"] <= height


def _brightness(page: Page) -> float:
    background = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    return sum(int(channel) for channel in re.findall(r"\d+", background)[:3]) / 3


def test_a_symbol(page: Page) -> None:
    _show(page, SYMBOL)
    _is_complete(page)
    assert _brightness(page) > 200
    _is_sound_in_both_themes(page, "symbol")
    assert _brightness(page) < 80


def test_the_essentials_of_a_symbol_are_on_one_screen(page: Page) -> None:
    _show(page, SYMBOL)
    _is_complete(page)
    forecast = page.get_by_role("region", name="Forecast", exact=True)
    same_day = page.get_by_role("region", name=re.compile("^Same-day estimate"))
    essentials = [
        page.get_by_role("img", name=re.compile("AAPL")).first,
        forecast.get_by_text(re.compile("No model here has reliably beaten")),
        same_day.get_by_text(re.compile("smaller error than assuming no change")).first,
        *(same_day.get_by_text(name, exact=True).first for name in ("MAE", "RMSE", "Directional accuracy", "Coverage")),
        page.get_by_role("region", name="Data"),
    ]
    assert [str(part) for part in essentials if not _is_in_view(page, part)] == []


def test_the_models(page: Page) -> None:
    _show(page, SYMBOL)
    page.emulate_media(color_scheme="dark")
    models = page.get_by_role("region", name="Which model beats no change?")
    expect(models.get_by_role("img", name=re.compile("^Skill so far")).locator("canvas").first).to_be_visible()
    models.screenshot(path=PICTURES / "models-dark.png")


def test_symbols_compared(page: Page) -> None:
    _show(page, f"{SYMBOL}&range=5y&compare=GOOG,IBM,MSFT")
    compared = page.get_by_role("region", name="Comparison")
    expect(compared.get_by_role("img", name=re.compile("^Line chart")).locator("canvas").first).to_be_visible()
    _picture(page, "compared-light")


def test_the_home_page(page: Page) -> None:
    _show(page, "/")
    expect(page.get_by_role("link", name=re.compile("MSFT"))).to_be_visible()
    _is_sound_in_both_themes(page, "start")


def test_an_unknown_symbol(page: Page) -> None:
    _show(page, "/?symbol=APPL")
    expect(page.get_by_role("link", name="AAPL")).to_be_visible()
    _is_sound_in_both_themes(page, "unknown")


def test_an_empty_store(page: Page) -> None:
    page.route("**/api/stocks/all", lambda route: route.fulfill(json=[]))
    page.route("**/api/stocks?*", lambda route: route.fulfill(json={"stocks": [], "next_cursor": None}))
    _show(page, "/")
    expect(page.get_by_role("heading", name=re.compile("no stocks", re.IGNORECASE))).to_be_visible()
    _picture(page, "empty")
    assert violations_in_both_themes(page) == []


def test_a_phone(page: Page) -> None:
    _show(page, SYMBOL, PHONE)
    _is_complete(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    sentence, chart = (
        page.get_by_text(re.compile("^By Fri, 8 Mar 2013")),
        page.get_by_role("img", name=re.compile("AAPL")),
    )
    assert _is_in_view(page, sentence)
    assert (
        sentence.evaluate("(one, other) => one.compareDocumentPosition(other)", chart.first.element_handle()) == FOLLOWS
    )
    steps = page.get_by_role("region", name="Forecast by session")
    assert steps.evaluate("frame => frame.scrollWidth <= frame.clientWidth")
    _is_sound_in_both_themes(page, "phone")


def test_nothing_is_cut_off(page: Page) -> None:
    _show(page, SYMBOL)
    _is_complete(page)
    for width in (320, 768, 1024, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        until(lambda: page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_a_chosen_theme_holds_against_the_system_and_after_a_reload(page: Page) -> None:
    _show(page, "/")
    page.get_by_role("combobox", name="Theme").select_option("Dark")
    dark = page.evaluate("getComputedStyle(document.documentElement).colorScheme")
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == dark == "dark"
    page.get_by_role("combobox", name="Theme").select_option("System")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light dark"


def test_dates_follow_the_locale_of_the_browser(browser: Browser, stack: Stack) -> None:
    with browser.new_context(base_url=stack.url, locale="de-DE") as context:
        page = context.new_page()
        page.goto("/?symbol=FB")
        expect(page.get_by_role("region", name="Data")).to_contain_text("18. Mai 2012")


def test_the_docs_page_is_linked_and_works(page: Page) -> None:
    _show(page, "/")
    page.get_by_role("link", name="API docs").click()
    expect(page.get_by_text("/api/result", exact=True)).to_be_visible()
