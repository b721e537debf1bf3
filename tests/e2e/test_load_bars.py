"""Loading a file of bars: choose or drop it, check its contents, then load it."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pandas as pd
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.accessibility import violations_in_both_themes
from tests.e2e.conftest import API_KEY
from tests.support.servers.processes import Stack

HEADERS = {"X-API-Key": API_KEY, "Content-Type": "text/csv"}
HEADER = "Date,Open,High,Low,Close,Volume\n"
HELD_FILES = """names => {
  const held = new DataTransfer()
  for (const name of names) held.items.add(new File(['Date'], name))
  return held
}"""


@pytest.fixture
def address(stack: Stack) -> Iterator[str]:
    """Yield the address of a symbol that is deleted after the test."""
    address = f"{stack.url}/api/stocks/BWTEST"
    yield address
    assert httpx.delete(address, headers=HEADERS).status_code in {204, 404}


def _bars(n: int, first: str = "2012-01-03") -> pd.DataFrame:
    close = pd.Series(range(n)) * 0.5 + 20
    sessions = pd.bdate_range(first, periods=n).strftime("%Y-%m-%d")
    columns = {"Date": sessions, "Open": close - 0.1, "High": close + 0.4, "Low": close - 0.4, "Close": close}
    return pd.DataFrame(columns)


def _open(page: Page) -> Locator:
    page.goto("/")
    page.get_by_role("button", name="Load bars").click()
    return page.get_by_role("dialog", name="Load bars")


def _check(dialog: Locator, file: Path, key: str = API_KEY) -> None:
    dialog.get_by_label("Choose files").set_input_files(file)
    dialog.get_by_label("API key").fill(key)
    dialog.get_by_role("button", name="Check the file").click()


def test_a_file_of_a_new_symbol_is_checked_loaded_and_shown(page: Page, address: str, tmp_path: Path) -> None:
    file = tmp_path / "bwtest_us_d.csv"
    _bars(60).to_csv(file, index=False)
    dialog = _open(page)
    assert violations_in_both_themes(page) == []
    dialog.get_by_label("Company (optional)").fill("Bell & Wether")
    _check(dialog, file)
    expect(dialog.get_by_text("All 60 rows can be loaded. BWTEST is new and would have 60 bars.")).to_be_visible()
    expect(
        dialog.get_by_text("Only 60 bars, less than one year (252 sessions): scores are unreliable.")
    ).to_be_visible()
    assert violations_in_both_themes(page) == []
    assert httpx.get(address).status_code == 404
    dialog.get_by_role("button", name="Load 60 bars").click()
    expect(dialog.get_by_role("heading", name="Loaded 60 bars")).to_be_visible()
    assert violations_in_both_themes(page) == []
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?symbol=BWTEST$"))
    expect(page.get_by_role("heading", level=2, name="BWTEST")).to_be_visible()
    expect(dialog).to_have_count(0)
    assert httpx.get(address).json()["name"] == "Bell & Wether"


def test_every_symbol_of_a_file_is_checked_and_loaded(page: Page, stack: Stack, tmp_path: Path) -> None:
    file = tmp_path / "two_tickers.csv"
    pd.concat([_bars(40).assign(Symbol=symbol) for symbol in ("BWONE", "BWTWO")]).to_csv(file, index=False)
    dialog = _open(page)
    _check(dialog, file)
    expect(dialog.get_by_text("80 bars of 2 symbols can be loaded.")).to_be_visible()
    assert violations_in_both_themes(page) == []
    rows = dialog.get_by_role("region", name="Symbols").get_by_role("row")
    expect(rows.nth(2)).to_have_text(re.compile("^BWTWOCan be loaded: 40 new, 0 corrected, 0 unchanged"))
    page.set_viewport_size({"width": 360, "height": 800})
    assert dialog.evaluate("element => element.scrollWidth <= element.clientWidth")
    dialog.get_by_role("button", name="Load 2 symbols").click()
    expect(dialog.get_by_role("heading", name="Loaded 2 symbols")).to_be_focused()
    assert violations_in_both_themes(page) == []
    dialog.get_by_role("button", name="Show BWONE").click()
    expect(page.get_by_role("heading", level=2, name="BWONE")).to_be_visible()
    for symbol in ("BWONE", "BWTWO"):
        assert httpx.delete(f"{stack.url}/api/stocks/{symbol}", headers=HEADERS).status_code == 204


def test_rejected_rows_are_listed_before_anything_is_written(page: Page, address: str, tmp_path: Path) -> None:
    good = _bars(30).to_csv(index=False)
    bad = ["2013-01-02,10,9,8,9", "not a day,10,11,9,10", "2013-01-04,10,11,9,", "2013-01-07,10,9,8,9"]
    file = tmp_path / "BWTEST.csv"
    file.write_text(good + "\n".join(bad) + "\n")
    dialog = _open(page)
    _check(dialog, file)
    expect(dialog.get_by_role("heading", name="Nothing has been loaded yet")).to_be_focused()
    expect(dialog.get_by_text("30 of 34 rows can be loaded")).to_be_visible()
    reasons = dialog.get_by_role("region", name="4 rejected rows").get_by_role("listitem")
    expect(reasons).to_have_text(
        [
            "2 rows: The high is below the open, low or close.",
            "1 row: The date is missing or cannot be read.",
            "1 row: Open, high, low or close is missing.",
        ]
    )
    dialog.get_by_text("Show rows").click()
    rows = dialog.get_by_role("table").get_by_role("row")
    expect(rows.nth(1)).to_have_text(re.compile(r"^312 Jan 2013The high is below"))
    expect(rows.nth(2)).to_have_text(re.compile(r"^32–The date is missing"))
    page.set_viewport_size({"width": 360, "height": 800})
    assert dialog.evaluate("element => element.scrollWidth <= element.clientWidth")
    assert violations_in_both_themes(page) == []
    assert httpx.get(address).status_code == 404


def test_a_parquet_file_replaces_the_bars_after_confirmation(page: Page, address: str, tmp_path: Path) -> None:
    before = httpx.put(f"{address}/bars", headers=HEADERS, content=_bars(50).to_csv(index=False))
    assert before.json()["inserted"] == 50
    file = tmp_path / "BWTEST.parquet"
    _bars(20, "2012-03-01").to_parquet(file)
    dialog = _open(page)
    dialog.get_by_label("Replace all").check()
    _check(dialog, file)
    load = dialog.get_by_role("button", name="Load 20 bars")
    load.click()
    question = page.get_by_role("alertdialog", name="Replace the bars of BWTEST?")
    expect(question.get_by_role("button", name="Cancel")).to_be_focused()
    expect(question.get_by_text("BWTEST has 50 bars, from 3 Jan 2012 to 12 Mar 2012. 42 bars")).to_be_visible()
    assert violations_in_both_themes(page) == []
    page.keyboard.press("Escape")
    expect(question).to_have_count(0)
    expect(load).to_be_focused()
    assert httpx.get(address).json()["bars"] == 50
    load.click()
    question.get_by_role("button", name="Remove 42 bars and load 20 bars").click()
    expect(dialog.get_by_text("BWTEST now has 20 bars.")).to_be_visible()
    assert httpx.get(address).json()["first_session"] == "2012-03-01"


def test_problems_are_shown_and_the_input_is_kept(page: Page, address: str, tmp_path: Path) -> None:
    file = tmp_path / "BWTEST.csv"
    file.write_text(HEADER.replace("Close", "<img src=x onerror=alert(1)>") + "2013-01-02,1,1,1,1,1\n" * 900_000)
    dialog = _open(page)
    _check(dialog, file, "a wrong key")
    key = dialog.get_by_label("API key")
    assert key.evaluate("input => input.validity.patternMismatch")
    key.fill("a-wrong-key")
    dialog.get_by_role("button", name="Check the file").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Check the API key: it is not valid here.")
    expect(key).to_be_focused()
    assert violations_in_both_themes(page) == []
    key.fill(API_KEY)
    dialog.get_by_role("button", name="Check the file").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Missing column: close.")
    expect(dialog.get_by_role("alert")).to_contain_text("'<img src=x onerror=a…'")
    expect(dialog.get_by_text("Request ID")).to_be_visible()
    assert page.locator("img[src=x]").count() == 0
    file.write_text(HEADER)
    dialog.get_by_role("button", name="Check the file").click()
    expect(dialog.get_by_role("alert")).to_contain_text("It was changed, moved or deleted after you chose it.")
    file.write_bytes(b"x" * 34_000_000)
    dialog.get_by_label("Choose other files").set_input_files(file)
    expect(dialog.get_by_role("alert")).to_contain_text("BWTEST.csv is 34 MB, and uploads are limited to 33.6 MB.")
    file.write_text(HEADER)
    dialog.get_by_label("Choose other files").set_input_files(file)
    page.context.set_offline(True)
    dialog.get_by_role("button", name="Check the file").click()
    expect(dialog.get_by_role("alert")).to_contain_text("This device is offline")
    expect(dialog.get_by_text("BWTEST.csv")).to_be_visible()


def test_escape_stops_an_upload_and_then_closes_the_dialog(page: Page, address: str, tmp_path: Path) -> None:
    file = tmp_path / "BWTEST.csv"
    file.write_text(HEADER + "2013-01-02,1,1,1,1,1\n" * 100_000)
    dialog = _open(page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 200_000}
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", slow)
    _check(dialog, file)
    expect(dialog.get_by_text(re.compile(r"^[1-9]\d? % of 2.1 MB$"))).to_be_visible()
    assert violations_in_both_themes(page) == []
    page.keyboard.press("Escape")
    expect(dialog.get_by_text("BWTEST.csv")).to_be_visible()
    expect(dialog.get_by_label("Choose other files")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="Load bars")).to_be_focused()


def test_a_file_is_dropped_anywhere_on_the_page(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/")
    expect(page.get_by_role("button", name="Load bars")).to_be_visible()
    assert [url for url in asked if "dialog" in url] == []
    one, two = (page.evaluate_handle(HELD_FILES, names) for names in (["^gspc_d.csv"], ["A.csv", "B.csv"]))
    overlay = page.get_by_text("Drop files to check their bars")
    page.dispatch_event("body", "dragenter", {"dataTransfer": one})
    expect(overlay).to_be_visible()
    assert violations_in_both_themes(page) == []
    page.dispatch_event("body", "dragleave", {"dataTransfer": one})
    expect(overlay).to_have_count(0)
    page.dispatch_event("main", "drop", {"dataTransfer": two})
    dialog = page.get_by_role("dialog", name="Load bars")
    expect(dialog.get_by_text(re.compile(r"^2 files\. Bars are added or corrected"))).to_be_visible()
    expect(dialog.get_by_label("Symbol of A.csv")).to_have_value("A")
    assert violations_in_both_themes(page) == []
    page.dispatch_event("main", "drop", {"dataTransfer": one})
    expect(dialog.get_by_text("^gspc_d.csv")).to_be_visible()
    expect(dialog.get_by_label("Symbol")).to_have_value("^GSPC")
    expect(dialog.get_by_role("alert")).to_have_count(0)
