"""Measures the page against a bare page that draws the same bars with the same library: `make bench-page`.

The same gateway serves both, and they are measured in turn in one run, on a processor that the browser slows down.
Machines differ and are noisy: compare the ratios, not the times, between runs.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser

from tests.support.bench.bare_page import BarePage, bare_page
from tests.support.polling import until
from tests.support.servers.browser import PAGE, running_browser
from tests.support.servers.processes import load_sample, running_stack

HERE = Path(__file__).parent
LIBRARY = PAGE.parent / "node_modules/lightweight-charts/dist/lightweight-charts.standalone.production.mjs"
CPU_THROTTLING = 4
N_LOADS, N_CHANGES, N_PANS = 7, 3, 3
SYMBOLS = ("IBM", "MSFT", "GOOG")
N_MOVES = 60
SHORTEST_TASK_MS = 50  # the browser reports no shorter ones
OBSERVE = """
window.longTasks = []
new PerformanceObserver((list) => window.longTasks.push(...list.getEntries()))
  .observe({ type: 'longtask', buffered: true })
"""
# Interactive: painted, the chart drawn, and every long task finished that began before that.
TIMINGS = """(() => {
  const paint = performance.getEntriesByName('first-contentful-paint')[0].startTime
  const chart = performance.getEntriesByName('bellwether:chart')[0]
  const drawn = chart.startTime + chart.duration
  const busy = window.longTasks.filter(({ startTime }) => startTime < drawn)
  return { paint, interactive: Math.max(...busy.map(({ startTime, duration }) => startTime + duration), drawn) }
})()"""
DRAWN_AFTER = """((symbol) => {
  const asked = performance.getEntriesByType('resource').filter(({ name }) => name.includes(`/${symbol}/bars`))
  const chart = performance.getEntriesByName('bellwether:chart').at(-1)
  return chart.startTime + chart.duration - asked.at(-1).responseEnd
})"""
HAS_BARS = """((symbol) =>
  performance.getEntriesByType('resource').some(({ name }) => name.includes(`/${symbol}/bars`)))"""
N_CHARTS_DRAWN = "performance.getEntriesByName('bellwether:chart').length"
LONGEST_TASK = "Math.max(0, ...window.longTasks.splice(0).map(({ duration }) => duration))"
BOX = "(({ x, y, width, height }) => ({ x, y, width, height }))(document.querySelector(%r).getBoundingClientRect())"
Box = dict[str, float]


@dataclass
class Variant:
    """One of the two pages: its address, a script that shows another symbol, its chart, and a test for completeness."""

    name: str
    address: str
    show: str
    chart: str
    is_complete: str
    times: dict[str, list[float]] = field(default_factory=dict)

    def add(self, what: str, milliseconds: float) -> None:
        self.times.setdefault(what, []).append(milliseconds)


OURS = Variant(
    "ours",
    "/?symbol=AAPL",
    "history.pushState(null, '', '/?symbol=%s'); dispatchEvent(new PopStateEvent('popstate'))",
    ".price-chart",
    """document.querySelector('.forecast-sentence')?.textContent.includes('beaten')
      && document.querySelector('[role=img][aria-label^="Skill so far"] canvas') !== null""",
)
BARE = Variant("bare page", "/bare/index.html?symbol=AAPL", "void window.show('%s')", "#chart", f"{N_CHARTS_DRAWN} > 0")


def main() -> None:
    """Measure both pages and print the table."""
    assert (PAGE / "index.html").is_file(), "Build the page first: make build"
    with tempfile.TemporaryDirectory() as folder, running_browser() as browser:
        settings = {"GATEWAY_FRONTEND_DIR": str(_copy_with_bare_page(Path(folder) / "page"))}
        with running_stack(Path(folder), settings) as stack:
            load_sample(stack)
            for measure in (_load, _change, _pan):
                measure(browser, stack.url)
    title = f"in ms, processor {CPU_THROTTLING} times slower"
    print(f"{title:<40} {OURS.name:>9} {BARE.name:>9} {'ratio':>6}")
    for what in OURS.times:
        _print(what)


def _copy_with_bare_page(folder: Path) -> Path:
    """Copy the built page, add the bare one and return the folder."""
    shutil.copytree(PAGE, folder)
    bare = folder / "bare"
    bare.mkdir()
    shutil.copy(HERE / "bare_chart.html", bare / "index.html")
    shutil.copy(HERE / "bare_chart.js", bare / "chart.js")
    shutil.copy(LIBRARY, bare / "lightweight-charts.js")
    return folder


def _print(what: str) -> None:
    ours, bare = median(OURS.times[what]), median(BARE.times[what])
    ratio = f"{ours / bare:.2f}" if bare else "–"
    shown = [f"{time:,.0f}" if time else f"< {SHORTEST_TASK_MS}" for time in (ours, bare)]
    print(f"{what:<40} {shown[0]:>9} {shown[1]:>9} {ratio:>6}")


@contextmanager
def _open(browser: Browser, url: str, variant: Variant, more: str = "") -> Iterator[BarePage]:
    """Open the page with an empty cache on a slow processor and wait until it is complete."""
    size = "" if variant is OURS else "&width={width}&height={height}".format(**_box(browser, url))
    with bare_page(browser, OBSERVE) as page:
        page.send("Emulation.setCPUThrottlingRate", rate=CPU_THROTTLING)
        page.send("Page.navigate", url=f"{url}{variant.address}{more}{size}")
        until(lambda: page.evaluate(variant.is_complete))
        yield page


_boxes: dict[str, Box] = {}


def _box(browser: Browser, url: str) -> Box:
    """Return the box of our chart, so that the other is drawn at the same size."""
    if url not in _boxes:
        with _open(browser, url, OURS) as page:
            _boxes[url] = page.evaluate(BOX % OURS.chart)
    return _boxes[url]


def _in_turn(measure: Callable[[Variant], object]) -> None:
    for variant in (OURS, BARE):
        measure(variant)


def _load(browser: Browser, url: str) -> None:
    def once(variant: Variant) -> None:
        with _open(browser, url, variant) as page:
            timings: dict[str, float] = page.evaluate(TIMINGS)
        variant.add("first paint", timings["paint"])
        variant.add("interactive", timings["interactive"])

    _box(browser, url)  # also fills the services' caches
    for _ in range(N_LOADS):
        _in_turn(once)


def _change(browser: Browser, url: str) -> None:
    def once(variant: Variant) -> None:
        with _open(browser, url, variant) as page:
            for n, symbol in enumerate(SYMBOLS, start=2):
                page.evaluate(variant.show % symbol)
                until(partial(_is_drawn, page, symbol, n))
                variant.add("from its bars to another symbol's chart", page.evaluate(f"{DRAWN_AFTER}('{symbol}')"))

    for _ in range(N_CHANGES):
        _in_turn(once)


def _is_drawn(page: BarePage, symbol: str, n: int) -> bool:
    """Report whether the symbol's bars have arrived and the nth chart is drawn."""
    return bool(page.evaluate(f"{N_CHARTS_DRAWN} >= {n} && {HAS_BARS}('{symbol}')"))


def _pan(browser: Browser, url: str) -> None:
    def once(variant: Variant) -> None:
        with _open(browser, url, variant, "&range=all") as page:
            page.evaluate(LONGEST_TASK)
            _drag(page, page.evaluate(BOX % variant.chart))
            variant.add("longest task of a pan over all bars", page.evaluate(LONGEST_TASK))

    for _ in range(N_PANS):
        _in_turn(once)


def _drag(page: BarePage, box: Box) -> None:
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def mouse(kind: str, at: float, **more: Any) -> None:
        page.send("Input.dispatchMouseEvent", type=kind, x=at, y=y, button="left", **more)

    mouse("mouseMoved", x)
    mouse("mousePressed", x, buttons=1, clickCount=1)
    for step in range(N_MOVES):
        mouse("mouseMoved", x + (step % 30 - 15) * 8, buttons=1)
    mouse("mouseReleased", x, clickCount=1)


if __name__ == "__main__":
    main()
