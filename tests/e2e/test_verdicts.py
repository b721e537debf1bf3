"""Verdicts, warnings and explanations of a forecast, of a same-day estimate and of their bars."""

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.accessibility import violations, violations_in_both_themes
from tests.e2e.conftest import API_KEY
from tests.support.polling import until
from tests.support.servers.processes import Stack

STILL = "() => document.getAnimations().every(animation => animation.playState === 'finished')"


def _forecast(page: Page) -> Locator:
    return page.get_by_role("region", name="Forecast", exact=True)


def _same_day(page: Page) -> Locator:
    return page.get_by_role("region", name=re.compile("^Same-day estimate"))


def _is_before(first: Locator, second: Locator) -> bool:
    other = second.element_handle()
    assert other is not None
    follows: bool = first.evaluate("(one, other) => (one.compareDocumentPosition(other) & 4) === 4", other)
    return follows


def test_the_verdicts_come_after_the_warnings_and_before_the_scores(page: Page) -> None:
    page.goto("/?symbol=AAPL")
    same_day = _same_day(page)
    no_change = same_day.get_by_text("64 % smaller error than assuming no change")
    expect(no_change).to_be_visible()
    expect(same_day.get_by_text("7.6 % larger error: no better than a fixed formula")).to_be_visible()
    expect(same_day.get_by_text("90 % intervals held 89.8 %")).to_be_visible()
    warning = same_day.get_by_text(re.compile("It says nothing about tomorrow"))
    scores = same_day.get_by_role("list", name="Scores")
    assert _is_before(warning, no_change)
    assert _is_before(no_change, scores)
    cards = scores.get_by_role("listitem")
    expect(cards).to_have_count(4)
    assert cards.first.inner_text().split() == ["MAE", "2.07", "no", "change", "5.72"]


def test_the_forecast_starts_with_a_sentence_and_its_trust(page: Page) -> None:
    page.goto("/?symbol=AAPL")
    forecast = _forecast(page)
    verdict = forecast.get_by_text(
        re.compile("^By Fri, 8 Mar 2013: most likely between 398 and 465 .* No model here has reliably beaten")
    )
    expect(verdict).to_be_visible()
    expect(forecast.get_by_text("no better", exact=True).first).to_be_visible()
    expect(forecast.get_by_text("95 % CI −0.03 to 0.03").first).to_be_visible()
    past = forecast.get_by_text("These dates have passed: load newer bars.")
    assert _is_before(past, verdict)
    held = "90 % intervals held 88.4 to 90.0 %, ± 2.6 by chance."
    steps = forecast.get_by_role("table", name=held)
    assert _is_before(verdict, steps)
    expect(steps.get_by_role("row")).to_have_count(6)
    expect(steps.get_by_role("row").nth(1)).to_contain_text("4 Mar 2013")  # the last bar is on a Friday
    forecast.get_by_text("Model: no change, and why").click()
    expect(
        forecast.get_by_text(re.compile("^None of the other 5 models has beaten assuming no change"))
    ).to_be_visible()
    expect(forecast.get_by_role("row", name=re.compile("^moving average −0.64"))).to_be_visible()


def test_a_score_is_explained_to_the_mouse_and_to_the_keyboard(page: Page) -> None:
    page.goto("/?symbol=AAPL")
    explanation = page.get_by_role("tooltip")
    scores = _same_day(page).get_by_role("list", name="Scores")
    scores.get_by_role("listitem").first.hover()
    expect(explanation).to_contain_text("Mean absolute error")
    page.keyboard.press("Escape")
    expect(explanation).to_have_count(0)
    scores.get_by_role("button", name="RMSE").focus()
    page.keyboard.press("Tab")
    expect(scores.get_by_role("button", name="Directional accuracy")).to_be_focused()
    expect(explanation).to_contain_text("No change predicts none.")
    until(lambda: page.evaluate(STILL))
    assert violations(page) == []


def test_a_tap_explains_what_skill_is(browser: Browser, stack: Stack) -> None:
    context = browser.new_context(base_url=stack.url, viewport={"width": 360, "height": 800}, has_touch=True)
    page = context.new_page()
    page.goto("/?symbol=AAPL")
    _forecast(page).get_by_role("button", name="skill").tap()
    expect(page.get_by_role("tooltip")).to_contain_text("0 is no better, below 0 is worse")
    page.get_by_role("heading", name="Forecast", exact=True).tap()
    expect(page.get_by_role("tooltip")).to_have_count(0)
    context.close()


def test_the_header_and_the_card_describe_the_bars_and_their_age(page: Page) -> None:
    page.goto("/?symbol=AAPL")
    header = page.locator("header", has=page.get_by_role("heading", level=2, name="AAPL"))
    expect(header).to_contain_text("Apple Inc.")
    expect(header).to_contain_text("close of 1 Mar 2013 430.47 −10.93 (−2.48 %) since previous close")
    expect(header).to_contain_text(re.compile(r"\d,\d{3} sessions behind.*1 data problem"))
    card = page.get_by_role("region", name="Data")
    expect(card).to_contain_text("1 Mar 2000 – 1 Mar 2013")
    expect(card).to_contain_text("3,270")
    expect(card.get_by_role("listitem")).to_contain_text("2 jumps look like unadjusted splits")
    expect(card.get_by_role("listitem")).to_contain_text("On 21 Jun 2000, 28 Feb 2005.")
    with page.expect_download() as download:
        card.get_by_role("link", name="Bars as CSV").click()
    assert download.value.path().read_text().count("\n") == 1 + 3270


def test_adjusted_prices_have_no_jump_that_they_remove(page: Page) -> None:
    page.goto("/?symbol=AAPL&adjusted=true")
    expect(page.get_by_role("region", name="Data")).to_contain_text("No data problems found.")
    header = page.locator("header", has=page.get_by_role("heading", level=2, name="AAPL"))
    expect(header).to_contain_text("sessions behind")
    expect(header).not_to_contain_text("data problem")


def test_few_bars_show_a_warning(page: Page) -> None:
    page.goto("/?symbol=FB")
    expect(_forecast(page).get_by_text("The bars allow only 51 test sessions")).to_be_visible()
    expect(_forecast(page).get_by_text(re.compile("Too early to tell whether any model beats"))).to_be_visible()
    expect(_same_day(page).get_by_text("smaller error than assuming no change")).to_be_visible()
    expect(page.get_by_role("region", name="Data")).to_contain_text("196 bars, less than one year")


@pytest.fixture
def tiny(stack: Stack) -> Iterator[str]:
    """Yield a symbol with 82 bars: enough for a same-day estimate, too few for a forecast."""
    symbol, key = "TINY", {"authorization": f"Bearer {API_KEY}"}
    with httpx.Client(base_url=f"{stack.url}/api/stocks/", headers=key) as client:
        bars = client.get("IBM/bars", params={"format": "csv", "start": "2012-11-01"}).text.replace("IBM", symbol)
        client.put(f"{symbol}/bars", content=bars, headers={"content-type": "text/csv"}).raise_for_status()
        yield symbol
        client.delete(symbol).raise_for_status()


def test_too_few_bars_for_a_forecast_leave_the_same_day_prediction(page: Page, tiny: str) -> None:
    page.goto(f"/?symbol={tiny}")
    expect(_forecast(page).get_by_role("alert")).to_contain_text("TINY has 82 complete bars")
    expect(_same_day(page).get_by_text("smaller error than assuming no change")).to_be_visible()
    expect(_same_day(page).get_by_role("list", name="Scores").get_by_role("listitem")).to_have_count(4)
    assert violations(page) == []


def test_the_panels_are_accessible_and_fit_one_screen(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto("/?symbol=AAPL")
    scores = _same_day(page).get_by_role("list", name="Scores")
    expect(scores).to_be_visible()
    expect(_forecast(page).get_by_role("table").first).to_be_visible()
    data = page.get_by_role("region", name="Data")
    expect(data.get_by_role("listitem")).to_be_visible()
    assert violations_in_both_themes(page) == []
    assert _height(_forecast(page)) <= 560
    assert _bottom(data.get_by_role("listitem")) - _top(data) <= 240  # the panel itself is stretched to its row
    assert _bottom(scores) - _top(_same_day(page)) <= 300


def _height(part: Locator) -> float:
    return _bottom(part) - _top(part)


def _top(part: Locator) -> float:
    box = part.bounding_box()
    assert box is not None
    return box["y"]


def _bottom(part: Locator) -> float:
    box = part.bounding_box()
    assert box is not None
    return box["y"] + box["height"]
