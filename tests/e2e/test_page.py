"""The built page in a real browser on the real system, used as a person would: by role, label and keyboard."""

import gzip
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, FloatRect, Locator, Page, expect

from tests.e2e.conftest import FAILED, ROOT
from tests.support.servers import Stack

pytestmark = pytest.mark.timeout(120)
SCREENSHOTS = ROOT / "docs" / "screenshots"
KEPT = ROOT / "test-results"
expect.set_options(timeout=15_000)


@pytest.fixture
def page(browser: Browser, stack: Stack, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Yield a page that fails its test on an error in the page or a request that leaves this machine."""
    context = browser.new_context(base_url=stack.url, viewport={"width": 1280, "height": 900}, locale="en-GB")
    context.tracing.start(screenshots=True, snapshots=True)
    page = context.new_page()
    errors: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if _is_error(message) else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda sent: asked.append(sent.url))
    yield page
    _close(context, page, KEPT / request.node.name if request.node.stash.get(FAILED, True) else None)
    assert errors == []
    assert [url for url in asked if not url.startswith((stack.url, "data:", "blob:"))] == []


def _is_error(message: ConsoleMessage) -> bool:
    return message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource")


def _close(context: BrowserContext, page: Page, keep: Path | None) -> None:
    if keep is not None:
        page.screenshot(path=keep.with_suffix(".png"), full_page=True)
        context.tracing.stop(path=keep.with_suffix(".zip"))
    context.close()


def _search_box(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Stock symbol")


def _heading(page: Page, name: str) -> Locator:
    return page.get_by_role("heading", level=2, name=name, exact=True)


def test_a_person_types_picks_and_reads_the_result(page: Page) -> None:
    page.goto("/")
    _search_box(page).press_sequentially("a")
    page.get_by_role("option", name="AAPL").click()
    expect(_heading(page, "AAPL")).to_be_visible()
    expect(page.get_by_text("64 % smaller error than doing nothing")).to_be_visible()
    expect(
        page.get_by_text(re.compile(r"is off by 5\.72 on average; the model by 2\.07, on the same 654"))
    ).to_be_visible()
    expect(page.get_by_text("22 % smaller error than the middle of the range")).to_be_visible()
    expect(page.get_by_text("90 % intervals held 90 % of the time")).to_be_visible()
    expect(page.get_by_text(re.compile("It says nothing about tomorrow"))).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("actual and predicted closes of AAPL"))).to_be_visible()
    expect(page).to_have_url(re.compile(r"/\?symbol=AAPL$"))
    expect(page).to_have_title("AAPL – Bellwether")


def test_a_person_reads_the_forecast_and_what_it_is_worth(page: Page) -> None:
    page.goto("/?symbol=GOOG")
    ahead = page.get_by_role("region", name="Looking ahead: the close of the next sessions")
    expect(ahead.get_by_text(re.compile("^No better than assuming that the close in 5 sessions"))).to_be_visible()
    expect(ahead.get_by_text(re.compile("these sessions are over"))).to_be_visible()
    rows = ahead.get_by_role("table").first.get_by_role("row")
    expect(rows).to_have_count(6)
    expect(rows.nth(1)).to_contain_text("4 Mar 2013")  # the last bar is of a Friday
    ahead.get_by_text("Which model beats doing nothing?").click()
    expect(ahead.get_by_role("row", name=re.compile("^moving average −"))).to_be_visible()


def test_at_most_four_suggestions_contain_what_was_typed(page: Page) -> None:
    page.goto("/")
    box = _search_box(page)
    for typed, expected in (("o", ["GOOG"]), ("b", ["FB", "IBM"]), ("M", ["MSFT", "IBM"]), ("zzz", [])):
        box.fill(typed)
        if expected:
            expect(page.get_by_role("option")).to_have_text(expected)
        else:
            expect(page.get_by_role("option")).to_have_count(0)


def test_the_keyboard_alone_is_enough_and_the_address_holds_the_view(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("link", name="MSFT")).to_be_visible()
    _search_box(page).focus()
    page.keyboard.type("ms")
    expect(page.get_by_role("option", name="MSFT")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(_heading(page, "MSFT")).to_be_visible()
    page.reload()
    expect(_heading(page, "MSFT")).to_be_visible()
    _search_box(page).fill("fb")
    page.keyboard.press("Enter")
    expect(_heading(page, "FB")).to_be_visible()
    page.go_back()
    expect(_heading(page, "MSFT")).to_be_visible()


@pytest.mark.parametrize(
    ("typed", "title", "advice"),
    [("NOPE", "Unknown symbol", "Check the spelling"), ("a b", "The request is not valid", "exchange ticker")],
)
def test_a_symbol_that_is_not_there_is_explained(page: Page, typed: str, title: str, advice: str) -> None:
    page.goto("/")
    _search_box(page).fill(typed)
    page.get_by_role("button", name="Show result").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text(title)
    expect(alert).to_contain_text(advice)
    expect(alert).to_contain_text("Request id")
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)


def test_a_service_that_is_down_is_named_and_trying_again_works(page: Page, stack: Stack) -> None:
    stack.prediction.stop(signal.SIGKILL)
    page.goto("/?symbol=IBM")
    expect(page.get_by_role("alert")).to_contain_text("The prediction service cannot be reached")
    stack.prediction.start()
    stack.prediction.wait_until(stack.is_healthy)
    page.get_by_role("button", name="Try again").click()
    expect(_heading(page, "IBM")).to_be_visible()


def test_every_control_has_a_name_and_the_docs_page_works(page: Page) -> None:
    page.goto("/?symbol=FB")
    expect(_heading(page, "FB")).to_be_visible()
    for control in page.locator("a, button, input:not([aria-hidden=true]), summary").all():
        assert (
            control.text_content() or control.get_attribute("aria-label") or control.evaluate("c => c.labels?.length")
        )
    page.get_by_role("link", name="API docs").click()
    expect(page.get_by_text("/api/result", exact=True)).to_be_visible()


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_is_cut_off(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/?symbol=AAPL")
    expect(_heading(page, "AAPL")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_follows_the_theme_and_is_pictured(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto("/?symbol=AAPL")
    chart = page.get_by_role("img", name=re.compile("actual and predicted closes of AAPL"))
    expect(chart.locator("canvas").first).to_be_visible()
    background = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    channels = [int(channel) for channel in re.findall(r"\d+", background)[:3]]
    assert (sum(channels) < 3 * 80) == (scheme == "dark")
    down_to_the_chart: FloatRect = {"x": 0, "y": 0, "width": 1280, "height": 2280}
    page.screenshot(path=KEPT / f"{scheme}.png", full_page=True, clip=down_to_the_chart)


def test_the_script_stays_small_enough_to_load_on_a_slow_line() -> None:
    scripts = list((ROOT / "frontend" / "dist" / "assets").glob("*.js"))
    assert sum(len(gzip.compress(script.read_bytes())) for script in scripts) < 200_000
