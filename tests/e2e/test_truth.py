"""The page tells what the bars and the forecasts are: gaps, ends, digits, dates, misses and verdicts."""

import random
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.accessibility import violations_in_both_themes
from tests.e2e.conftest import API_KEY
from tests.e2e.test_comparison import COLORS
from tests.support.polling import until
from tests.support.servers.processes import Stack

HEADER = "Date,Open,High,Low,Close,Volume,Adj Close"
FORECAST_COLOR = "41,84,163"
N_BARS = 420
FIRST_AFTER_GAP = "2021-09-01"
ADJUSTED_UNTIL = "2021-06-30"


def _weekdays(last: date, n: int) -> list[date]:
    days = (last - timedelta(days) for days in range(2 * n))
    return sorted([day for day in days if day.weekday() < 5][:n])


def _walk(
    last: date, first_close: float, volatility: float, digits: int, *, n: int = N_BARS, adjusted_until: str = ""
) -> list[str]:
    """Write bars of a random walk that ends on `last`."""
    draw = random.Random(1)
    close, lines = first_close, []
    for day in _weekdays(last, n):
        opened, close = close, close * (1 + draw.gauss(0, volatility))
        prices = (opened, 1.003 * max(opened, close), 0.997 * min(opened, close), close)
        adjusted = f"{close / 2:.{digits}f}" if f"{day}" <= adjusted_until else ""
        lines.append(",".join([f"{day}", *(f"{price:.{digits}f}" for price in prices), "1000", adjusted]))
    return lines


def _texts() -> Mapping[str, list[str]]:
    last = date(2021, 12, 31)
    newer = [line for line in _walk(date(2022, 9, 30), 60, 0.01, 2) if line >= FIRST_AFTER_GAP]
    with_gap = _walk(date(2020, 2, 28), 100, 0.01, 2) + newer
    return {
        "GAPPY": with_gap,
        "WHOLE": _walk(date(2022, 9, 30), 80, 0.01, 2, n=3 * N_BARS),
        "ENDS": _walk(last, 100, 0.01, 2, adjusted_until=ADJUSTED_UNTIL),
        "SHIB": _walk(last, 1.2e-5, 0.04, 12),
        "EURUSD": _walk(last, 1.16, 0.004, 5),
        "STALE": _walk(datetime.now(tz=UTC).date() - timedelta(days=8), 50, 0.01, 2),
    }


@pytest.fixture(scope="module", autouse=True)
def symbols(stack: Stack) -> Iterator[None]:
    """Load symbols with a gap, with adjusted closes that end early, and with tiny and narrow prices."""
    key = {"authorization": f"Bearer {API_KEY}"}
    with httpx.Client(base_url=f"{stack.url}/api/stocks/", headers=key, timeout=60) as client:
        texts = _texts()
        for symbol, lines in texts.items():
            content = "\n".join([HEADER, *lines])
            client.put(f"{symbol}/bars", content=content, headers={"content-type": "text/csv"}).raise_for_status()
        yield
        for symbol in texts:
            client.delete(symbol).raise_for_status()


def _chart_panel(page: Page, search: str) -> Locator:
    page.goto(f"/?{search}")
    panel = page.get_by_role("region", name="Price and forecast")
    expect(panel.get_by_role("list", name="Legend").get_by_text("Missed")).to_be_visible()
    expect(panel.get_by_role("list", name="Legend").get_by_text("No change")).to_be_visible()
    return panel


def _chart(panel: Locator) -> Locator:
    return panel.get_by_role("img", name=re.compile("^Candlestick chart of"))


def _forecast(page: Page) -> Locator:
    return page.get_by_role("region", name="Forecast", exact=True)


def test_missing_years_take_space_on_the_axis_and_are_not_a_crash(page: Page) -> None:
    panel = _chart_panel(page, "symbol=GAPPY&range=all")
    expect(panel.get_by_role("list", name="Legend").get_by_text("No bars")).to_be_visible()
    expect(_chart(panel)).to_have_accessible_description(re.compile("No bars between 28 Feb 2020 and 1 Sept 2021"))
    slider = panel.get_by_role("slider", name="Session")
    n_slots = int(slider.get_attribute("max") or 0) + 1
    n_bars = len(_texts()["GAPPY"])
    assert n_slots - n_bars > 380, "the weekdays of 18 months, and five sessions ahead"
    slider.press("Home")
    for _ in range(3):
        slider.press("PageUp")
    chart = _chart(panel)
    box = chart.bounding_box()
    assert box is not None
    chart.hover(position={"x": box["width"] / 2, "y": 40})
    expect(panel.get_by_role("group", name="Session values")).to_contain_text("No bar")
    assert violations_in_both_themes(page) == []


def test_a_change_over_a_gap_says_so_in_the_comparison(page: Page) -> None:
    page.goto("/?symbol=GAPPY&compare=WHOLE&range=all")
    compared = page.get_by_role("region", name="Comparison")
    warnings = compared.get_by_role("list", name="Before you compare these numbers")
    expect(warnings).to_contain_text(
        "GAPPY has no bars between 28 Feb 2020 and 1 Sept 2021: its change spans that time."
    )
    expect(compared.get_by_role("row", name=re.compile("GAPPY"))).to_contain_text("(over a gap)")
    expect(compared.get_by_role("list", name=re.compile("^Change to"))).to_contain_text(
        re.compile(r"GAPPY.*% \(over a gap\)")
    )
    expect(compared.get_by_role("row", name=re.compile("WHOLE"))).not_to_contain_text("(over")
    assert violations_in_both_themes(page) == []


def test_adjusted_prices_that_end_early_are_refused_and_unadjusted_ones_are_a_click_away(page: Page) -> None:
    page.goto("/?symbol=ENDS&adjusted=true")
    alert = page.get_by_role("alert")  # one only
    expect(alert).to_contain_text("The adjusted closes of ENDS end on 2021-06-30, but its bars on 2021-12-31.")
    expect(alert).to_contain_text("use unadjusted prices")
    expect(page.locator("header", has=page.get_by_role("heading", level=2))).to_contain_text("Last close unknown.")
    assert violations_in_both_themes(page) == []
    page.get_by_role("button", name="Show unadjusted prices").click()
    page.mouse.move(0, 0)  # off the chart, which would show the values under the pointer
    expect(page.get_by_role("group", name="Session values")).to_contain_text(re.compile(r"^31 Dec 2021Open\d+"))
    expect(page.get_by_text("The newest bars have no adjusted close.")).to_be_visible()
    expect(_forecast(page).get_by_role("table").first).to_be_visible()


@pytest.mark.parametrize(("symbol", "price"), [("SHIB", r"0\.0000\d{4}"), ("EURUSD", r"1\.\d{4}")])
def test_prices_have_the_digits_that_their_moves_need(page: Page, symbol: str, price: str) -> None:
    panel = _chart_panel(page, f"symbol={symbol}")
    header = page.locator("header", has=page.get_by_role("heading", level=2, name=symbol))
    expect(header.locator("strong").first).to_have_text(re.compile(f"^{price}$"))
    expect(panel.get_by_role("group", name="Session values")).to_contain_text(re.compile(f"Close{price}Change"))
    table = _forecast(page).get_by_role("table").first
    expect(table.get_by_role("row").nth(1)).to_contain_text(re.compile(rf"{price}{price}{price}"))
    assert table.evaluate("table => table.offsetWidth <= table.parentElement.clientWidth"), "a column is cut off"


def test_a_stale_week_is_counted_in_sessions(page: Page) -> None:
    page.goto("/?symbol=STALE")
    header = page.locator("header", has=page.get_by_role("heading", level=2, name="STALE"))
    expect(header).to_contain_text(re.compile(r"\D[3-6] sessions behind"))


def test_forecast_days_that_are_over_are_greyed(page: Page) -> None:
    _chart_panel(page, "symbol=AAPL")
    row = _forecast(page).get_by_role("row", name=re.compile(r"^4 Mar 2013 \(over\)"))
    expect(row).to_have_class("step-over")
    newer = page.get_by_text("These dates have passed: load newer bars.")
    expect(newer).to_be_visible()


def test_a_fan_out_of_view_leaves_no_shards(page: Page) -> None:
    panel = _chart_panel(page, "symbol=AAPL&range=1m")
    chart = _chart(panel)
    until(lambda: chart.evaluate(COLORS, [FORECAST_COLOR]) == [FORECAST_COLOR])
    box = chart.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    for _ in range(3):
        page.mouse.move(box["x"] + 100, y)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] - 120, y, steps=6)
        page.mouse.up()
    page.get_by_role("heading", level=1).hover()
    until(lambda: chart.evaluate(COLORS, [FORECAST_COLOR]) == [])


def test_a_chart_is_readable_in_forced_colors(page: Page) -> None:
    page.emulate_media(forced_colors="active")
    panel = _chart_panel(page, "symbol=AAPL&range=1m")
    until(lambda: _chart(panel).evaluate(COLORS, [FORECAST_COLOR]) == [FORECAST_COLOR])


def test_the_headline_and_the_rows_follow_one_rule(page: Page) -> None:
    page.goto("/?symbol=AAPL")
    expect(_forecast(page)).to_contain_text("No model here has reliably beaten “no change”.")
    expect(_forecast(page).get_by_text(re.compile("^Best of the others: gradient boosting, skill"))).to_be_visible()
    table = page.get_by_role("region", name="Which model beats no change?").get_by_role("table").first
    expect(table.get_by_text("no better", exact=True)).to_have_count(3)  # gradient boosting, drift and moving average
    expect(table.get_by_text("too early to tell", exact=True)).to_have_count(2)
    expect(table.get_by_text("was better", exact=True)).to_have_count(0)


def test_the_actual_closes_are_drawn_over_a_past_forecast(page: Page) -> None:
    panel = _chart_panel(page, "symbol=AAPL&as_of=2012-04-20")
    expect(page.get_by_label("As of")).to_have_value("2012-04-20")
    expect(_forecast(page).get_by_text(re.compile("^By Fri, 27 Apr 2012: most likely between"))).to_be_visible()
    expect(_forecast(page).get_by_role("row", name=re.compile(r"^27 Apr 2012.* 603\.00 (in|out)side$"))).to_be_visible()
    values = panel.get_by_role("group", name="Session values")
    expect(values).to_contain_text("20 Apr 2012")
    panel.get_by_role("slider", name="Session").press("ArrowRight")
    expect(values).to_contain_text(re.compile(r"23 Apr 2012.*Forecast\d+\.\d\dNo change572\.98.*Close(in|out)side"))
    page.get_by_label("As of").fill("")
    expect(page).to_have_url(re.compile(r"\?symbol=AAPL$"))
    expect(values).to_contain_text("1 Mar 2013")


def test_a_day_that_is_typed_is_requested_once(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.extend(re.findall(r"/forecast\?.*as_of=([^&]*)", request.url)))
    _chart_panel(page, "symbol=AAPL")
    page.get_by_label("As of").press("Home")
    page.keyboard.type("04042012", delay=50)
    expect(page).to_have_url(re.compile(r"as_of=2012-04-04$"))
    expect(_forecast(page).get_by_text(re.compile("^By Thu, 12 Apr 2012: most likely between"))).to_be_visible()
    assert asked == ["2012-04-04"]


def test_the_printed_page_keeps_the_names_of_metrics_and_models(page: Page) -> None:
    page.goto("/?symbol=AAPL")
    models = page.get_by_role("region", name="Which model beats no change?")
    expect(models.get_by_role("table").first).to_be_visible()
    expect(_forecast(page)).to_contain_text("No model here")
    page.emulate_media(media="print")
    for name in ("no change", "drift", "ridge", "gradient boosting", "linear regression", "moving average"):
        expect(models.get_by_role("table").first.get_by_text(name, exact=True)).to_be_visible()
    for name in ("Skill", "MAE", "RMSE", "MASE", "Coverage", "Mean width", "Interval score"):
        expect(models.get_by_role("columnheader", name=re.compile(f"^{name}")).first).to_be_visible()
    same_day = page.get_by_role("region", name="Same-day estimate (not a forecast)")
    for name in ("MAE", "RMSE", "Directional accuracy", "Coverage"):
        expect(same_day.get_by_text(name, exact=True).first).to_be_visible()
    is_amber = """list => {
        const border = getComputedStyle(list).borderTopColor
        list.style.color = 'var(--warn)'
        return border === getComputedStyle(list).color
    }"""
    assert not same_day.get_by_role("list").first.evaluate(is_amber), "amber is for faults of the data"
    expect(_forecast(page).get_by_text("skill", exact=True)).to_be_visible()
    expect(_forecast(page).get_by_text(re.compile("^Typical day ahead"))).to_be_visible()


def test_long_prices_and_a_long_name_fit_on_a_narrow_phone(page: Page) -> None:
    name = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
    page.route("**/api/stocks/SHIB", lambda route: route.fulfill(json=route.fetch().json() | {"name": name}))
    page.set_viewport_size({"width": 320, "height": 640})
    _chart_panel(page, "symbol=SHIB")
    expect(page.get_by_role("main").get_by_text(name)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
