"""Budgets of the page that do not depend on the machine: bytes, requests, their order, renders and shifts.

`make bench-page` measures its speed, compared with a page that only draws the bars.
"""

import gzip
import re
from collections.abc import Callable, Iterator
from fnmatch import fnmatch

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.support.polling import until
from tests.support.servers.browser import PAGE
from tests.support.servers.processes import Stack

MAX_INITIAL_BYTES = 200_000
MAX_REQUESTS = 22
COMPILE_AHEAD = "//# allFunctionsCalledOnLoad\n"  # read at the very top only
MAX_SHIFTS = 0.1  # "good" of Core Web Vitals
N_MOVES = 60
LEVELS = "&".join(f"level={level}" for level in (90, 50, 80, 95))
FIRST_SCREEN = ["", "/bars?format=json", f"/forecast?model=auto&horizon=5&{LEVELS}", "/result?"]
PANELS = ("bars", "result", "forecast")
EVALUATION = "/evaluation?horizon=5&level=90&windows=250"
NEVER_IDLE = "window.waiting = []; window.requestIdleCallback = (become) => window.waiting.push(become)"
# React calls this hook at every commit.
COUNT_COMMITS = """
window.commits = 0
window.__REACT_DEVTOOLS_GLOBAL_HOOK__ = {
  supportsFiber: true, inject: () => 1, onCommitFiberRoot: () => { window.commits += 1 },
  onCommitFiberUnmount() {}, onPostCommitFiberRoot() {},
}
"""
COUNT_SHIFTS = """
window.shifts = 0
new PerformanceObserver((list) => {
  for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) window.shifts += value
}).observe({ type: 'layout-shift', buffered: true })
"""
N_CHARTS_DRAWN = "performance.getEntriesByName('bellwether:chart').length"


class Visit:
    """A page and its requests. Those that match a pattern of `held` get no response until they are released."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requested: list[str] = []
        self.held: list[str] = []
        self._waiting: list[Route] = []
        page.on("request", lambda sent: self.requested.append(re.sub("^https?://[^/]+", "", sent.url)))
        page.route("**/*", self._answer)

    def _answer(self, route: Route) -> None:
        if any(fnmatch(route.request.url, f"*{pattern}") for pattern in self.held):
            self._waiting.append(route)
        else:
            route.continue_()

    def release(self) -> None:
        """Release the waiting requests, and hold none from now on."""
        self.held.clear()
        while self._waiting:
            self._waiting.pop(0).continue_()

    def has_requested(self, *patterns: str) -> bool:
        return all(any(fnmatch(path, pattern) for path in self.requested) for pattern in patterns)

    def api(self) -> list[str]:
        """Return the API requests about symbols, in order."""
        return [path for path in self.requested if path.startswith("/api/stocks/")]

    def open(self, search: str) -> None:
        self.page.goto(f"/?{search}", wait_until="commit")

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait until `condition` holds. Playwright reports requests only while it waits."""

        def holds() -> bool:
            self.page.wait_for_timeout(1)
            return condition()

        until(holds)

    def charts_are_drawn(self, times: int) -> None:
        self.until(lambda: self.page.evaluate(N_CHARTS_DRAWN) >= times)

    def is_complete(self, symbol: str) -> None:
        """Wait for the last parts of a symbol page, and for the runs, which are asked for once the page is idle."""
        expect(self.page.get_by_role("heading", level=2, name=symbol)).to_be_visible()
        expect(self.page.get_by_role("combobox", name="Stock symbol")).to_be_visible()
        expect(self.page.get_by_role("combobox", name=f"Compare {symbol} with")).to_be_visible()
        expect(self.page.get_by_role("img", name=re.compile("^Skill so far")).locator("canvas").first).to_be_visible()
        self.until(lambda: self.has_requested("/api/runs"))


def _expected(symbol: str) -> list[str]:
    paths = [f"/api/stocks/{symbol}{path}" for path in (*FIRST_SCREEN, EVALUATION)]
    return sorted(f"{path}{'&' if path[-1] != '?' else ''}adjusted=false" if "?" in path else path for path in paths)


@pytest.fixture
def visit(browser: Browser, stack: Stack) -> Iterator[Visit]:
    with browser.new_context(base_url=stack.url, viewport={"width": 1440, "height": 900}) as context:
        context.add_init_script(COUNT_COMMITS + COUNT_SHIFTS)
        yield Visit(context.new_page())


def _forecast(page: Page) -> Locator:
    return page.get_by_role("region", name="Forecast", exact=True)


def test_a_symbol_page_requests_each_resource_once_and_nothing_else(visit: Visit) -> None:
    visit.open("symbol=AAPL")
    visit.is_complete("AAPL")
    assert sorted(visit.api()) == _expected("AAPL")
    assert "/evaluation" in visit.api()[-1], "it is the last one seen"
    requested = [path for path in visit.requested if path != "/favicon.svg"]  # the browser caches it
    assert len(set(requested)) == len(requested) <= MAX_REQUESTS
    assert visit.page.evaluate(N_CHARTS_DRAWN) == 1


def test_the_initial_scripts_are_fetched_in_parallel_with_the_first_one(visit: Visit) -> None:
    visit.held = ["/assets/index-*.js"]
    visit.open("symbol=AAPL")
    visit.until(
        lambda: visit.has_requested(*(f"/assets/{name}-*.js" for name in ("start", "sdk.gen", "price-chart", "chart")))
    )
    assert visit.api() == []


def test_the_data_of_the_first_screen_is_requested_before_its_script_arrives(visit: Visit) -> None:
    visit.held = ["/assets/start-*.js"]
    visit.open("symbol=AAPL")
    visit.until(lambda: len(visit.api()) == len(FIRST_SCREEN))
    expect(visit.page.get_by_role("heading", level=2)).to_have_count(0)
    visit.release()
    visit.is_complete("AAPL")
    assert sorted(visit.api()) == _expected("AAPL"), "nothing is requested again"


def test_the_chart_waits_only_for_its_bars(visit: Visit) -> None:
    # The page waits for the stock's details only briefly.
    visit.held = ["/AAPL", "/AAPL/result[?]*", "/AAPL/forecast[?]*", "/AAPL/evaluation[?]*"]
    visit.open("symbol=AAPL")
    visit.charts_are_drawn(1)
    assert visit.has_requested("*/result[?]*", "*/forecast[?]*")
    expect(visit.page.get_by_role("img", name=re.compile("^Candlestick chart of AAPL"))).to_be_visible()
    expect(_forecast(visit.page)).not_to_contain_text("No model here has reliably beaten")
    visit.release()
    visit.is_complete("AAPL")


def test_requests_below_the_first_screen_wait_until_the_browser_is_idle(visit: Visit) -> None:
    visit.page.add_init_script(NEVER_IDLE)
    visit.open("symbol=AAPL")
    visit.charts_are_drawn(1)
    expect(_forecast(visit.page)).to_contain_text("No model here has reliably beaten")
    late = ("*/evaluation[?]*", "/assets/search-combobox-*", "/assets/combobox-*")
    assert not any(visit.has_requested(pattern) for pattern in late)
    visit.page.evaluate("window.waiting.splice(0).forEach((become) => become())")
    visit.is_complete("AAPL")
    assert visit.has_requested(*late)


def test_another_symbol_requests_each_resource_once_and_is_drawn_with_its_bars(visit: Visit) -> None:
    visit.open("symbol=AAPL")
    visit.is_complete("AAPL")
    visit.requested.clear()
    visit.held = ["/IBM/result[?]*", "/IBM/forecast[?]*", "/IBM/evaluation[?]*"]
    visit.page.get_by_role("combobox", name="Stock symbol").fill("IBM")
    visit.page.keyboard.press("Enter")
    visit.charts_are_drawn(2)
    expect(visit.page.get_by_role("img", name=re.compile("^Candlestick chart of IBM"))).to_be_visible()
    visit.until(lambda: len(visit.api()) == len(FIRST_SCREEN) + 1)
    with visit.page.expect_response("**/IBM/evaluation?*"):
        visit.release()
    expect(_forecast(visit.page)).to_contain_text("No model here has reliably beaten")
    assert sorted(visit.api()) == _expected("IBM")
    assert not visit.has_requested("/assets/*"), "all scripts of a symbol page are loaded"
    assert visit.page.evaluate(N_CHARTS_DRAWN) == 2


def test_panning_sends_no_request_and_hardly_renders_the_page(visit: Visit) -> None:
    visit.open("symbol=AAPL&range=all")
    visit.is_complete("AAPL")
    expect(_forecast(visit.page)).to_contain_text("No model here has reliably beaten")
    page = visit.page
    box = page.get_by_role("img", name=re.compile("^Candlestick chart of AAPL")).bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate("window.commits = 0; window.drawnOn = document.querySelector('.price-chart canvas')")
    visit.requested.clear()
    for step in range(N_MOVES):
        page.mouse.move(x + (step % 30 - 15) * 8, y)
    page.mouse.up()
    assert visit.requested == []
    assert page.evaluate("window.drawnOn.isConnected")
    assert page.evaluate(N_CHARTS_DRAWN) == 1
    # The session under the pointer moves along, so that few values change.
    assert page.evaluate("window.commits") < N_MOVES / 2


@pytest.mark.parametrize("late", [[], ["/AAPL", *(f"/AAPL/{name}[?]*" for name in (*PANELS, "evaluation"))]])
def test_the_layout_does_not_shift_even_when_every_response_is_late(visit: Visit, late: list[str]) -> None:
    visit.held = late.copy()
    visit.open("symbol=AAPL")
    expect(visit.page.get_by_role("heading", level=2, name="AAPL")).to_be_visible()
    visit.until(lambda: len(visit.api()) == len(FIRST_SCREEN) + 1)
    if late:
        expect(visit.page.get_by_text(re.compile("^Still loading the bars of AAPL"))).to_be_visible()
    visit.release()
    visit.is_complete("AAPL")
    visit.charts_are_drawn(1)
    assert visit.page.evaluate("window.shifts") < MAX_SHIFTS


def test_the_initial_script_is_small(visit: Visit) -> None:
    visit.page.goto("/")
    expect(visit.page.get_by_role("link", name=re.compile("MSFT"))).to_be_visible()
    visit.page.get_by_role("combobox", name="Stock symbol").fill("A")
    expect(visit.page.get_by_role("option").first).to_be_visible()
    visit.until(lambda: visit.has_requested("/api/runs"))  # suggestions and runs load when the browser is idle
    names = [path.removeprefix("/") for path in visit.requested if path.endswith(".js")]
    assert len(names) >= 3, "the small scripts and those of the page"
    built = [name for name in names if name.startswith("assets/")]
    assert len(built) >= 2
    assert [name for name in built if not (PAGE / name).read_text().startswith(COMPILE_AHEAD)] == []
    assert sum(len(gzip.compress((PAGE / name).read_bytes())) for name in names) <= MAX_INITIAL_BYTES
