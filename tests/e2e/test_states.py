"""Failures: each notice says what happened and what to do, and the page recovers automatically."""

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.e2e.accessibility import violations_in_both_themes
from tests.e2e.conftest import API_KEY
from tests.support.servers.processes import Server, Stack

COUNTDOWN = re.compile(r"^Retrying in \d+ s$")


def _panel(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


@contextmanager
def _killed(server: Server, stack: Stack) -> Iterator[None]:
    server.stop(signal.SIGKILL)
    try:
        yield
    finally:
        server.start()
        server.wait_until(stack.is_healthy)


def test_a_dead_prediction_service_leaves_the_rest_working_and_recovers_automatically(page: Page, stack: Stack) -> None:
    page.goto("/?symbol=MSFT&horizon=7")  # what other tests ask for the gateway has kept, and answers alone
    expect(_panel(page, "Forecast").get_by_text(re.compile("No model here has reliably beaten"))).to_be_visible()
    with _killed(stack.prediction, stack):
        page.get_by_role("combobox", name="Stock symbol").fill("ibm")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=2, name="IBM")).to_be_visible()
        forecast = _panel(page, "Forecast")
        expect(forecast.get_by_role("alert")).to_contain_text("The prediction service cannot be reached")
        expect(forecast.get_by_role("timer")).to_have_text(COUNTDOWN)
        expect(page.get_by_role("img", name=re.compile("^Candlestick chart of IBM"))).to_be_visible()
        legend = page.get_by_role("list", name="Legend")
        expect(legend).to_contain_text("Past forecasts: missing; see the models panel")
        expect(legend).to_contain_text("Forecast: missing; see the Forecast panel")
        expect(_panel(page, "Data")).to_contain_text("3,270")
        page.get_by_text("5Y", exact=True).click()
        expect(page).to_have_url(re.compile("range=5y"))
        assert violations_in_both_themes(page) == []
        page.evaluate("window.isTheSamePage = true")
    expect(forecast.get_by_text(re.compile("No model here has reliably beaten"))).to_be_visible(timeout=40_000)
    assert page.evaluate("window.isTheSamePage")


def test_a_dead_data_service_shows_one_notice_and_recovers_automatically(page: Page, stack: Stack) -> None:
    with _killed(stack.data, stack):
        page.goto("/?symbol=IBM")
        expect(page.get_by_role("alert")).to_contain_text("The data service cannot be reached")
        expect(page.get_by_role("timer")).to_have_text(COUNTDOWN)
        expect(page.get_by_text("Request ID")).to_be_visible()
        assert violations_in_both_themes(page) == []
    expect(_panel(page, "Data")).to_contain_text("3,270")


def test_an_offline_device_shows_a_notice_until_it_is_online(page: Page) -> None:
    page.goto("/?symbol=IBM")
    expect(page.get_by_role("img", name=re.compile("^Skill so far"))).to_be_visible()  # the last part to load
    page.context.set_offline(True)
    page.get_by_role("combobox", name="Stock symbol").fill("fb")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").first).to_contain_text("This device is offline")
    page.context.set_offline(False)
    expect(_panel(page, "Data")).to_contain_text("196")


def test_a_page_that_an_offline_device_could_not_fetch_is_complete_once_it_is_online(page: Page, run: object) -> None:
    page.goto("/")
    expect(page.get_by_role("link", name=re.compile("MSFT"))).to_be_visible()
    page.context.set_offline(True)
    with page.expect_event("requestfailed", lambda failed: "screener" in failed.url):
        page.get_by_role("link", name="Screener").click()
    page.context.set_offline(False)
    presets = page.get_by_role("navigation", name="Presets")
    expect(presets).to_be_visible()
    assert presets.evaluate("nav => getComputedStyle(nav).display") == "flex"


def test_a_dialog_that_cannot_be_fetched_says_so_within_the_page(browser: Browser, stack: Stack) -> None:
    with browser.new_context(base_url=stack.url, viewport={"width": 1280, "height": 720}) as context:
        page = context.new_page()
        page.route("**/about-dialog-*.js", lambda route: route.abort())
        page.goto("/")
        page.get_by_role("button", name="About").click()
        expect(page.get_by_role("alert")).to_contain_text("Reload the page and try again.")
        box = page.get_by_role("alert").bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= page.evaluate("document.documentElement.clientWidth")
        expect(page.get_by_role("combobox", name="Theme")).to_be_in_viewport(ratio=1)


def test_a_rate_limit_is_waited_out(page: Page) -> None:
    problem = {
        "type": "/problems/rate-limited",
        "title": "Too many requests",
        "status": 429,
        "detail": "This address asked 60 times within a minute.",
        "instance": "/api/stocks/FB/forecast",
        "request_id": "0a1b2c3d",
        "retryable": True,
    }
    seen: list[bool] = []

    def refuse_until_seen(route: Route) -> None:
        if seen:
            route.continue_()
        else:
            route.fulfill(status=429, headers={"Retry-After": "4"}, json=problem)

    page.route("**/api/stocks/FB/forecast*", refuse_until_seen)
    page.goto("/?symbol=FB")
    forecast = _panel(page, "Forecast")
    expect(forecast.get_by_role("alert")).to_contain_text("Too many requests")
    expect(forecast.get_by_text("0a1b2c3d")).to_be_visible()
    expect(forecast.get_by_role("timer")).to_have_text(COUNTDOWN)
    seen.append(True)
    expect(forecast.get_by_text(re.compile("Too early to tell"))).to_be_visible()


def test_a_request_that_takes_over_two_seconds_shows_its_progress(page: Page) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/api/stocks/FB/evaluation*", hold)
    page.goto("/?symbol=FB")
    progress = page.get_by_role("progressbar", name=re.compile("^Loading"))
    expect(progress).to_be_visible()
    expect(page.get_by_text(re.compile(r"\d s so far"))).to_be_visible()
    assert violations_in_both_themes(page) == []
    held[0].continue_()
    expect(progress).to_have_count(0)


def test_too_few_bars_are_explained(page: Page, stack: Stack) -> None:
    lines = [f"2024-01-{day:02},{day}.5,{day}.9,{day}.1,{day}.6" for day in (2, 3, 4, 5, 8, 9, 10, 11, 12, 16)]
    headers = {"X-API-Key": API_KEY, "Content-Type": "text/csv"}
    address = f"{stack.url}/api/stocks/TINY"
    body = "\n".join(["Date,Open,High,Low,Close", *lines])
    httpx.put(f"{address}/bars", content=body, headers=headers).raise_for_status()
    try:
        page.goto("/?symbol=TINY")
        expect(_panel(page, "Forecast").get_by_role("alert")).to_contain_text("TINY has 10 complete bars")
        expect(_panel(page, "Data")).to_contain_text("10")
        assert violations_in_both_themes(page) == []
    finally:
        httpx.delete(address, headers=headers).raise_for_status()


@pytest.mark.parametrize(
    ("symbol", "title", "advice"),
    [("NOPE", "Unknown symbol", "Check the spelling"), ("A+B%3E", "The request is not valid", "exchange ticker")],
)
def test_an_unknown_or_invalid_symbol_is_explained(page: Page, symbol: str, title: str, advice: str) -> None:
    page.goto(f"/?symbol={symbol}")
    expect(page.get_by_role("alert")).to_contain_text(title)
    expect(page.get_by_role("alert")).to_contain_text(advice)
    expect(page.get_by_text("Request ID")).to_be_visible()
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)
    assert violations_in_both_themes(page) == []


def test_an_unknown_page_links_to_the_home_page(page: Page) -> None:
    answer = page.goto("/stocks/AAPL")
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("heading", name="Page not found")).to_be_visible()
    assert violations_in_both_themes(page) == []
    page.get_by_role("link", name="see all stocks").click()
    expect(page.get_by_role("link", name=re.compile("MSFT"))).to_be_visible()


def test_a_tampered_address_shows_the_defaults(page: Page) -> None:
    page.goto("/?symbol=FB&horizon=9e9&level=-1&model=__proto__&range=%3Cscript%3E&sort=..&compare=FB,FB&windows=7")
    expect(page.get_by_role("heading", level=2, name="FB")).to_be_visible()
    expect(page.get_by_role("combobox", name="Horizon")).to_have_value("5")
    expect(page.get_by_role("radio", name="6M")).to_be_checked()
