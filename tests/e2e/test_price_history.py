"""The price chart in a real browser: its values, its view and its downloads."""

import csv
import re
import struct
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.e2e.accessibility import violations_in_both_themes
from tests.support.polling import until

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
NEVER_IDLE = "window.waiting = []; window.requestIdleCallback = (become) => window.waiting.push(become)"


def _open(page: Page, search: str, past: str = "Missed") -> Locator:
    """Return the panel once its chart, the forecast and what the legend says of past forecasts are drawn."""
    page.goto(f"/?{search}")
    panel = page.get_by_role("region", name="Price and forecast")
    expect(panel.get_by_role("img", name=re.compile("^Candlestick chart of"))).to_be_visible()
    expect(panel.get_by_role("list", name="Legend").get_by_text("No change")).to_be_visible()
    expect(panel.get_by_role("list", name="Legend").get_by_text(past)).to_be_visible()
    until(lambda: page.evaluate("performance.getEntriesByName('bellwether:chart').length > 0"))
    return panel


def _readout(panel: Locator) -> Locator:
    return panel.get_by_role("group", name="Session values")


def _csv(page: Page, panel: Locator) -> tuple[str, list[dict[str, str]]]:
    with page.expect_download() as download:
        panel.get_by_role("button", name="Download CSV").click()
    rows = list(csv.DictReader(Path(download.value.path()).read_text().splitlines()))
    return download.value.suggested_filename, rows


def _seen(page: Page, panel: Locator) -> tuple[str, str, int]:
    sessions = [row["session"] for row in _csv(page, panel)[1]]
    return sessions[0], sessions[-1], len(sessions)


def test_the_keyboard_reads_every_session_and_the_forecast_beyond_the_last_bar(page: Page) -> None:
    panel = _open(page, "symbol=AAPL")
    expect(_readout(panel)).to_contain_text("1 Mar 2013")
    slider = panel.get_by_role("slider", name="Session")
    slider.press("ArrowLeft")
    expect(_readout(panel)).to_contain_text("28 Feb 2013")
    expect(_readout(panel)).to_contain_text(
        re.compile(r"Close\s*441.40.*5 sessions before\s*\d+\.\d\d to \d+\.\d\d.*Close\s*(in|out)side")
    )
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^28 Feb 2013: Open 444.05, .*, 5 sessions before "))
    slider.press("End")
    expect(_readout(panel)).to_contain_text(
        re.compile(r"8 Mar 2013.*Future session.*Forecast\s*430.47.*No change\s*430.47.*398.11 to 465.46")
    )
    slider.press("Home")
    expect(_readout(panel)).to_contain_text(re.compile("1 Mar 2000.*Close130.31.*No forecast tested"))
    assert _csv(page, panel)[1][0]["session"] == "2000-03-01", "the first session is not scrolled into view"


def test_the_pointer_reads_the_session_under_it(page: Page) -> None:
    panel = _open(page, "symbol=AAPL&range=1y")
    chart = panel.get_by_role("img", name=re.compile("^Candlestick chart of AAPL"))
    chart.hover(position={"x": 20, "y": 60})
    expect(_readout(panel)).to_contain_text(re.compile(r"Mar 2012.*5 sessions before"))
    page.get_by_role("heading", level=1).hover()
    expect(_readout(panel)).to_contain_text("1 Mar 2013")


def test_the_bars_before_the_chosen_range_are_added_when_idle_and_move_nothing(page: Page) -> None:
    page.add_init_script(NEVER_IDLE)
    panel = _open(page, "symbol=AAPL&range=1y", past="Past forecasts: loading")
    chart = panel.get_by_role("img", name=re.compile("^Candlestick chart of AAPL"))
    chart.hover(position={"x": 20, "y": 60})
    expect(_readout(panel)).to_contain_text(re.compile(r"Mar 2012"))
    panel.get_by_role("slider", name="Session").press("ArrowRight")
    expect(_readout(panel)).to_contain_text(re.compile("Mar 2012"))
    assert _seen(page, panel) == ("2012-03-01", "2013-03-08", 256)
    panel.get_by_role("button", name="Zoom out").click()
    until(lambda: _seen(page, panel)[0] < "2012")
    panel.get_by_role("button", name="Reset").click()
    until(lambda: _seen(page, panel) == ("2012-03-01", "2013-03-08", 256))
    panel.get_by_role("button", name="Zoom out").click()
    until(lambda: _seen(page, panel)[0] < "2012")
    zoomed = _seen(page, panel)
    chart.hover(position={"x": 20, "y": 60})
    expect(_readout(panel)).to_contain_text("1 Mar 2013")  # no bars are drawn there yet
    page.evaluate("window.waiting.splice(0).forEach((become) => become())")
    chart.hover(position={"x": 24, "y": 60})
    expect(_readout(panel)).to_contain_text(re.compile(r"2011.*No forecast tested"))
    assert _seen(page, panel) == zoomed


def test_ranges_scale_and_adjustment_are_in_the_address_and_on_the_chart(page: Page) -> None:
    panel = _open(page, "symbol=AAPL&range=1y")
    until(lambda: _seen(page, panel) == ("2012-03-01", "2013-03-08", 256))
    panel.get_by_text("1M", exact=True).click()
    expect(page).to_have_url(re.compile(r"\?symbol=AAPL&range=1m$"))
    until(lambda: _seen(page, panel) == ("2013-02-01", "2013-03-08", 25))
    panel.get_by_text("All", exact=True).click()
    panel.get_by_text("Log", exact=True).click()
    panel.get_by_role("checkbox", name="Adjusted for splits and dividends").check()
    expect(page).to_have_url(re.compile(r"adjusted=true&range=all&scale=log"))
    expect(_readout(panel)).to_contain_text("Close56.14")
    until(lambda: _seen(page, panel) == ("2000-03-01", "2013-03-08", 3275))


def test_zoom_is_by_button_and_ctrl_wheel_and_a_bare_wheel_scrolls_the_page(page: Page) -> None:
    panel = _open(page, "symbol=AAPL&range=1m")
    panel.get_by_role("button", name="Zoom out").click()
    until(lambda: _seen(page, panel)[2] > 25)
    zoomed = _seen(page, panel)[2]
    panel.get_by_role("img", name=re.compile("^Candlestick chart of")).hover()
    page.keyboard.down("Control")
    page.mouse.wheel(0, -60)
    page.keyboard.up("Control")
    until(lambda: _seen(page, panel)[2] < zoomed)
    panel.get_by_role("button", name="Reset").click()
    until(lambda: _seen(page, panel) == ("2013-02-01", "2013-03-08", 25))
    page.mouse.wheel(0, 300)
    until(lambda: page.evaluate("scrollY > 0"))
    until(lambda: _seen(page, panel) == ("2013-02-01", "2013-03-08", 25))


def test_the_view_is_saved_as_csv_and_as_png(page: Page) -> None:
    panel = _open(page, "symbol=AAPL&range=1m")
    name, rows = _csv(page, panel)
    assert re.fullmatch(r"AAPL_2013-02-01_2013-03-08_[0-9a-f]{16}\.csv", name)
    last, ahead = rows[-6], rows[-1]
    assert (last["session"], last["open"], last["close"], last["volume"]) == ("2013-03-01", "438", "430.47", "19730300")
    assert float(last["past_lower"]) < float(last["past_forecast"]) < float(last["past_upper"])
    assert last["forecast"] == ""
    assert (ahead["session"], ahead["close"], ahead["past_forecast"]) == ("2013-03-08", "", "")
    assert (ahead["forecast"], ahead["persistence"]) == ("430.47", "430.47")
    assert float(ahead["forecast_lower"]) < 430.47 < float(ahead["forecast_upper"])

    with page.expect_download() as download:
        panel.get_by_role("button", name="Download PNG").click()
    assert download.value.suggested_filename == name.replace(".csv", ".png")
    picture = Path(download.value.path()).read_bytes()
    assert picture.startswith(PNG_SIGNATURE)
    width, height = struct.unpack(">II", picture[16:24])
    assert width > 600
    assert height > 250
    assert len(picture) > 5_000


def test_the_panel_is_accessible_with_the_table_open(page: Page) -> None:
    panel = _open(page, "symbol=FB")
    panel.get_by_text("Show as a table").click()
    table = panel.get_by_role("table", name=re.compile("^Newest session first"))
    expect(table.get_by_role("row", name=re.compile("^8 Mar 2013"))).to_be_visible()
    expect(table.get_by_role("row", name=re.compile("^1 Mar 2013 27"))).to_be_visible()
    assert violations_in_both_themes(page) == []


def test_a_narrow_screen_scrolls_in_one_direction_only(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    panel = _open(page, "symbol=GOOG")
    panel.get_by_text("Show as a table").click()
    expect(panel.get_by_role("table", name=re.compile("^Newest session first"))).to_be_visible()
    frame = panel.get_by_role("region", name="Chart data")
    caption = frame.locator("caption > :first-child").bounding_box()
    box = panel.bounding_box()
    assert box is not None
    assert caption is not None
    assert box["x"] + box["width"] <= 320
    assert caption["x"] + caption["width"] <= 320, "the whole sentence is in view"
    assert panel.evaluate("panel => panel.scrollWidth <= panel.clientWidth")
