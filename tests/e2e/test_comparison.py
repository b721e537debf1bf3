"""The comparison of up to four symbols in a real browser, and the printed page.

The literal values were computed with pandas from the bars of the sample.
"""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.accessibility import violations_in_both_themes
from tests.e2e.resizing import resize

ADDRESS = "/?symbol=AAPL&range=1y&compare=IBM,MSFT"
WARNINGS = "Before you compare these numbers"

COLORS = """(host, wanted) => {
  const seen = new Set()
  for (const canvas of host.querySelectorAll('canvas')) {
    if (canvas.width * canvas.height === 0) continue
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true })
    copy.drawImage(canvas, 0, 0)
    const { data } = copy.getImageData(0, 0, canvas.width, canvas.height)
    for (let i = 0; i < data.length; i += 4) seen.add([data[i], data[i + 1], data[i + 2]].join())
  }
  return wanted.filter((color) => seen.has(color))
}"""


def _panel(page: Page) -> Locator:
    return page.get_by_role("region", name="Comparison")


def _chart(page: Page) -> Locator:
    return _panel(page).get_by_role("img", name=re.compile("^Line chart of the change in close of"))


def _rows(page: Page) -> Locator:
    table = _panel(page).get_by_role("table", name=re.compile("largest change first"))
    return table.get_by_role("row").filter(has=page.get_by_role("rowheader"))


def _box(page: Page) -> Locator:
    return _panel(page).get_by_role("combobox", name="Compare AAPL with")


def test_three_symbols_are_compared_since_their_first_shared_session(page: Page) -> None:
    page.goto(ADDRESS)
    ibm = re.compile(r"IBM.*International.*197\.53.*202\.91.*\+2\.72 %.*−12\.61 %.*3 Apr 2012 – 12 Jul 2012.*251")
    msft = re.compile(r"MSFT.*Microsoft.*32\.29.*27\.95.*−13\.44 %.*−19\.73 %.*15 Mar 2012 – 4 Dec 2012.*251")
    aapl = re.compile(r"AAPL.*Apple.*544\.47.*430\.47.*−20\.94 %.*−38\.69 %.*19 Sept 2012 – 1 Mar 2013.*251")
    expect(_rows(page)).to_have_text([ibm, msft, aapl])
    expect(_panel(page).get_by_text(re.compile("since 1 Mar 2012, the first session of this range"))).to_be_visible()
    expect(_panel(page).get_by_role("list", name=WARNINGS)).to_have_count(0)
    expect(_chart(page)).to_be_visible()
    lines = ["20,87,74", "168,56,11", "41,84,163"]
    assert _chart(page).evaluate(COLORS, lines) == lines


def test_the_crosshair_is_moved_with_mouse_and_keyboard(page: Page) -> None:
    page.goto(ADDRESS)
    slider = _panel(page).get_by_role("slider", name="Session")
    slider.focus()
    page.keyboard.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", "1 Mar 2012: AAPL 0.00 %, IBM 0.00 %, MSFT 0.00 %")
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    by_keyboard = _panel(page).get_by_role("list", name="Change to 28 Feb 2013")
    expect(by_keyboard).to_be_visible()
    resize(page, _chart(page), 1000)  # which the chart reports as a move of its crosshair
    expect(by_keyboard).to_be_visible()
    resize(page, _chart(page), 1440)
    _chart(page).hover(position={"x": 300, "y": 100})
    expect(_panel(page).get_by_role("list", name=re.compile("^Change to .* Jul 2012"))).to_be_visible()
    page.mouse.move(0, 0)
    expect(_panel(page).get_by_role("list", name="Change to 1 Mar 2013")).to_be_visible()


def test_a_split_shows_a_warning_until_adjusted_prices_are_compared(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(ADDRESS)
    _panel(page).get_by_text("All", exact=True).click()
    warnings = _panel(page).get_by_role("list", name=WARNINGS).get_by_role("listitem")
    expect(warnings).to_have_text(
        [
            re.compile("The closes of AAPL jump as in a split on 21 Jun 2000 and 28 Feb 2005"),
            re.compile("The closes of MSFT jump as in a split on 18 Feb 2003"),
        ]
    )
    table = _panel(page).get_by_role("table", name=re.compile("largest change first"))
    assert table.evaluate("table => table.offsetWidth <= table.parentElement.clientWidth"), "a column is cut off"
    _panel(page).get_by_role("button", name="Compare adjusted prices").click()
    expect(warnings).to_have_count(0)
    expect(_rows(page).first).to_have_text(re.compile(r"AAPL.*4\.19.*56\.14.*\+1,240\.86 %.*−81\.80 %.*3,270"))
    _panel(page).get_by_text("Log", exact=True).click()
    expect(page).to_have_url(re.compile(r"compare=IBM,MSFT&adjusted=true&range=all&scale=log$"))


def test_symbols_are_added_and_removed_with_the_keyboard(page: Page) -> None:
    page.goto(ADDRESS)
    _box(page).focus()
    page.keyboard.type("face")
    expect(page.get_by_role("option", name="FB Facebook, Inc.")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"compare=IBM,MSFT,FB&range=1y$"))
    expect(_rows(page)).to_have_count(4)
    expect(_panel(page).get_by_text(re.compile("since 18 May 2012, .* that all four have"))).to_be_visible()
    page.keyboard.type("g")
    expect(page.get_by_text(re.compile("^Three at most"))).to_be_visible()
    expect(page.get_by_role("option", name="GOOG Google Inc.")).to_be_disabled()
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+Tab")
    expect(_panel(page).get_by_role("button", name="Remove FB")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"compare=IBM,MSFT&range=1y$"))
    expect(_box(page)).to_be_focused()


def test_an_unknown_symbol_is_named_and_the_others_are_compared(page: Page) -> None:
    page.goto("/?symbol=AAPL&compare=NOPE,GOOG")
    expect(_panel(page).get_by_text("NOPE is left out.")).to_be_visible()
    expect(_panel(page).get_by_role("alert")).to_contain_text("Unknown symbol")
    expect(_rows(page)).to_have_count(2)
    _panel(page).get_by_role("button", name="Remove NOPE from the comparison").click()
    expect(page).to_have_url(re.compile(r"compare=GOOG$"))


def test_the_view_is_downloaded(page: Page, tmp_path: Path) -> None:
    page.goto(ADDRESS)
    expect(_chart(page)).to_be_visible()
    saved = []
    for kind in ("CSV", "PNG"):
        with page.expect_download() as download:
            _panel(page).get_by_role("button", name=f"Download {kind}").click()
        saved.append(download.value.suggested_filename)
        download.value.save_as(tmp_path / kind)
    assert saved == ["AAPL-IBM-MSFT-1y.csv", "AAPL-IBM-MSFT-1y.png"]
    lines = (tmp_path / "CSV").read_text().splitlines()
    assert lines[0] == "session,AAPL_close,AAPL_change_pct,IBM_close,IBM_change_pct,MSFT_close,MSFT_change_pct"
    assert lines[1] == "2012-03-01,544.47,0,197.53,0,32.29,0"
    assert lines[-1] == "2013-03-01,430.47,-20.9378,202.91,2.7236,27.95,-13.4407"
    assert len(lines) == 252
    assert (tmp_path / "PNG").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_the_comparison_is_accessible(page: Page) -> None:
    page.goto("/?symbol=AAPL&compare=NOPE,GOOG&range=all")
    expect(_chart(page)).to_be_visible()
    expect(_rows(page)).to_have_count(2)
    _box(page).click()
    expect(page.get_by_role("option", name="IBM International Business Machines Corporation")).to_be_visible()
    assert violations_in_both_themes(page) == []
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.keyboard.press("Escape")
    table = _panel(page).get_by_role("region", name="Changes compared")
    table.focus()
    expect(table).to_be_focused()


def test_the_printed_page_has_the_numbers_and_no_controls(page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(ADDRESS.replace("1y", "all"))
    expect(_chart(page)).to_be_visible()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print", color_scheme="dark")
    page.set_viewport_size({"width": 794, "height": 1123})
    expect(page.get_by_role("banner")).to_be_hidden()
    for role in ("combobox", "radio", "checkbox", "slider"):
        expect(page.get_by_role(role)).to_have_count(0)
    expect(page.locator("button:not(.explained, .sort-button):visible")).to_have_count(0)
    expect(_panel(page).get_by_role("list", name=WARNINGS)).to_be_visible()
    expect(_rows(page)).to_have_count(3)
    footer = page.get_by_text(
        re.compile(r"^Bellwether – not investment advice\. http://.*/\?symbol=AAPL&.*compare=IBM,MSFT")
    )
    expect(footer).to_be_visible()
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    picture = _chart(page).locator("canvas.on-paper")
    expect(picture).to_be_visible()
    assert picture.evaluate("canvas => [...canvas.getContext('2d').getImageData(2, 2, 1, 1).data]") == [255] * 4
    sizes = picture.evaluate("canvas => [canvas.clientWidth, canvas.closest('section').clientWidth]")
    assert sizes[0] == pytest.approx(sizes[1], abs=40)
    assert page.pdf(format="A4").startswith(b"%PDF-")
    expect(picture).to_have_count(0)
