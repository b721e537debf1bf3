"""Measures the page's screener and leaderboard with simulated answers: part of `make bench-page`.

One process serves the built page and the answers, compressed as the gateway does it, so that only the page is measured.
"""

import gzip
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from statistics import median

from playwright.sync_api import Browser, Page, expect

from tests.support.bench.universe_answers import make_leaderboard, make_screener
from tests.support.servers.browser import PAGE, running_browser

CPU_THROTTLING = 4
PAGES = ("/screener", "/leaderboard")
NO_RUNS = gzip.compress(b'{"runs": []}')
N_SYMBOLS = (505, 10_000)
N_LOADS, N_ACTIONS = 5, 5
NOTE_FIRST_ROW = """
new MutationObserver((_, observer) => {
  if (document.querySelector('tbody th[scope="row"]') === null) return
  observer.disconnect()
  requestAnimationFrame(() => setTimeout(() => { window.usable = performance.now() }))
}).observe(document, { childList: true, subtree: true })
"""
# From the action to the paint after the rows have changed.
TIMED = """(act) => new Promise((done) => {
  const begun = performance.now()
  const painted = () => { requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun))) }
  const observer = new MutationObserver(() => { observer.disconnect(); painted() })
  observer.observe(document.querySelector('.universe-page'), { childList: true, subtree: true, characterData: true })
  act()
})"""
SORT = """() => (%s)(() => {
  [...document.querySelectorAll('.sort-button')].find((button) => button.textContent.startsWith('%s')).click()
})"""
FILTER = """() => (%s)(() => {
  const input = document.querySelector('.find-field input')
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(input, '%s')
  input.dispatchEvent(new Event('input', { bubbles: true }))
})"""
PRESET = """() => (%s)(() => {
  [...document.querySelectorAll('.presets a')].find((link) => link.textContent === '%s').click()
})"""
SORTED_BY = ("Name", "1 session", "Interval width", "Close", "Symbol")
TYPED = ("1", "12", "ab", "première", "")  # each changes the rows
PRESETS = ("Calm today", "Unusually wide for itself", "Behind", "All symbols")


class _Handler(SimpleHTTPRequestHandler):
    """Serves the built page, and the answers at their paths."""

    def __init__(self, *args: object, answers: Mapping[str, bytes], **more: object) -> None:
        self._answers = answers
        super().__init__(*args, directory=str(PAGE), **more)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path.startswith("/api/"):
            self._send(self._answers.get(path, NO_RUNS))
        else:
            self.path = f"{path}/index.html" if path in PAGES else path
            super().do_GET()

    def _send(self, body: bytes) -> None:
        self.send_response(200)
        for name, value in (("Content-Type", "application/json"), ("Content-Encoding", "gzip")):
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing: only the table is printed."""


@contextmanager
def _serving(n_symbols: int) -> Iterator[tuple[str, int]]:
    """Serve the page with this many symbols; yield its address and the compressed size of the screener's answer."""
    made = {"/api/screener": make_screener(n_symbols), "/api/leaderboard": make_leaderboard(n_symbols)}
    answers = {path: gzip.compress(answer.model_dump_json().encode(), 6) for path, answer in made.items()}
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, answers=answers)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", len(answers["/api/screener"])
        server.shutdown()


@contextmanager
def _open(browser: Browser, url: str) -> Iterator[Page]:
    """Open a page with an empty cache on a slow processor, and wait for its first row."""
    with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        page = context.new_page()
        page.add_init_script(NOTE_FIRST_ROW)
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": CPU_THROTTLING})
        page.goto(url)
        page.wait_for_function("window.usable !== undefined")
        yield page


def _median_until_usable(browser: Browser, url: str) -> float:
    times = []
    for _ in range(N_LOADS):
        with _open(browser, url) as page:
            times.append(float(page.evaluate("window.usable")))
    return median(times)


def _measure(browser: Browser, url: str) -> dict[str, float]:
    sorts, filters, n_elements = [], [], 0
    with _open(browser, f"{url}/screener") as page:
        expect(page.get_by_role("button", name="Runs")).to_be_visible()
        page.wait_for_timeout(4000)  # the chip of the runs is loaded two seconds after the start
        for _ in range(N_ACTIONS):
            sorts += [float(page.evaluate(SORT % (TIMED, name))) for name in SORTED_BY]
            for text in TYPED:
                filters.append(float(page.evaluate(FILTER % (TIMED, text))))
                page.wait_for_timeout(400)  # the address is written after a pause
            filters += [float(page.evaluate(PRESET % (TIMED, name))) for name in PRESETS]
        n_elements = int(page.evaluate("document.querySelectorAll('*').length"))
    return {
        **{f"{path[1:]}: until a row is painted, ms": _median_until_usable(browser, f"{url}{path}") for path in PAGES},
        "sort, median, ms": median(sorts),
        "sort, worst, ms": max(sorts),
        "filter, median, ms": median(filters),
        "filter, worst, ms": max(filters),
        "elements": n_elements,
    }


def main() -> None:
    """Measure both universes and print the table."""
    assert (PAGE / "index.html").is_file(), "Build the page first: make build"
    found = []
    with running_browser() as browser:
        for n_symbols in N_SYMBOLS:
            with _serving(n_symbols) as (url, n_bytes):
                found.append({"answer, gzip, bytes": n_bytes, **_measure(browser, url)})
    print(f"{f'processor {CPU_THROTTLING} times slower':<40}" + "".join(f"{n:>10,}" for n in N_SYMBOLS))
    for what in found[0]:
        print(f"{what:<40}" + "".join(f"{each[what]:>10,.0f}" for each in found))


if __name__ == "__main__":
    main()
