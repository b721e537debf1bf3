"""Files that leave something open: the page asks, takes the answer in its form, and loads the right bars."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pandas as pd
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.accessibility import violations_in_both_themes
from tests.e2e.conftest import API_KEY
from tests.support.servers.processes import Stack

DATA = Path(__file__).parents[1] / "data"
HEADERS = {"X-API-Key": API_KEY, "Content-Type": "text/csv"}
SYMBOL = "BWASKS"
EVENINGS = "".join(f"2024-01-0{day}T23:00:00Z,1,3,0.5,2\n" for day in range(1, 6))
LAST_COLUMN = "Date,Open,High,Low,Final\n2024-01-02,1,3,0.5,2\n2024-01-03,1,3,0.5,2.5\n"
DATES = "Date,Open,High,Low,Close\n02/01/2024,1,3,0.5,2\n03/01/2024,1,3,0.5,2.5\n"
ENDS = "End,Open,High,Low,Close\n2024-01-03,1,3,0.5,2\n2024-01-04,1,3,0.5,2.5\n"


def _file(name: str) -> str:
    return (DATA / "files" / name).read_text()


QUESTIONS: dict[str, tuple[str, str, Callable[[Locator], object], tuple[str, float]]] = {
    "columns": (
        LAST_COLUMN,
        "Missing column: close.",
        lambda dialog: dialog.get_by_label("Columns").fill("close=Final"),
        ("2024-01-03", 2.5),
    ),
    "the end of each bar": (
        ENDS,
        "Name their column as either, date=… or close_time=…",
        lambda dialog: dialog.get_by_label("Columns").fill("close_time=End"),
        ("2024-01-03", 2.5),
    ),
    "decimal mark": (
        _file("comma-three-decimals/FUND.csv"),
        "Choose the decimal mark",
        lambda dialog: dialog.get_by_label("Decimal mark").select_option(label="1234,50, a comma"),
        ("", 64.409),
    ),
    "time zone": (
        "Date,Open,High,Low,Close\n" + EVENINGS,
        "Give the time zone of the exchange",
        lambda dialog: dialog.get_by_label("Time zone of the exchange").fill("Europe/Paris"),
        ("2024-01-06", 2),
    ),
    "parts of days": (
        _file("intraday/AMZN_60min.csv"),
        "Combine hours or minutes into daily bars",
        lambda dialog: dialog.get_by_label("Combine hours or minutes into daily bars").check(),
        ("2020-12-30", 3282.6),
    ),
    "date format": (
        DATES,
        "Choose the date format",
        lambda dialog: dialog.get_by_label("Date format").select_option(label="01-03-2013, day first"),
        ("2024-01-03", 2.5),
    ),
}


@pytest.fixture
def address(stack: Stack) -> Iterator[str]:
    """Yield the address of a symbol that is deleted after the test."""
    address = f"{stack.url}/api/stocks/{SYMBOL}"
    yield address
    assert httpx.delete(address, headers=HEADERS).status_code in {204, 404}


def _check(page: Page, file: Path) -> Locator:
    page.goto("/")
    page.get_by_role("button", name="Load bars").click()
    dialog = page.get_by_role("dialog", name="Load bars")
    dialog.get_by_label("Choose files").set_input_files(file)
    dialog.get_by_label("API key").fill(API_KEY)
    dialog.get_by_role("button", name="Check the file").click()
    return dialog


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_is_asked_and_its_answer_loads_the_right_bars(
    page: Page, address: str, tmp_path: Path, question: str
) -> None:
    content, sentence, answer, (session, close) = QUESTIONS[question]
    file = tmp_path / f"{SYMBOL}.csv"
    file.write_text(content)
    dialog = _check(page, file)
    expect(dialog.get_by_role("alert")).to_contain_text(sentence)
    assert httpx.get(address).status_code == 404
    if question != "date format":
        dialog.get_by_text("If the file is ambiguous").click()
    answer(dialog)
    dialog.get_by_role("button", name="Check the file").click()
    expect(dialog.get_by_role("heading", name="Nothing has been loaded yet")).to_be_visible()
    dialog.get_by_role("button", name="Load ").click()
    expect(dialog.get_by_role("heading", name="Loaded ")).to_be_visible()
    newest = httpx.get(f"{address}/bars").json()["bars"][-1]
    assert newest["close"] == close
    assert newest["session"] == (session or newest["session"])


def test_two_price_scales_of_one_symbol_are_asked_about_and_each_answer_does_what_it_says(
    page: Page, address: str, tmp_path: Path
) -> None:
    older = pd.read_csv(DATA / "basis" / "before_split.csv")
    newer = older.tail(30).assign(**{name: older[name] / 4 for name in ("Open", "High", "Low", "Close", "Adj Close")})
    file = tmp_path / f"{SYMBOL}.csv"
    newer.to_csv(file, index=False)
    before = httpx.put(f"{address}/bars", headers=HEADERS, content=older.to_csv(index=False)).json()
    dialog = _check(page, file)
    alert = dialog.get_by_role("alert")
    expect(alert).to_contain_text(f"differ in 30 of 30 stored sessions of {SYMBOL}")
    expect(alert).to_contain_text("all by the factor 0.25: it is on another scale")
    for choice in ("replace", "keep", "force"):
        expect(alert).to_contain_text(choice)
    assert violations_in_both_themes(page) == []
    assert httpx.get(address).json()["revision"] == before["revision"]
    dialog.get_by_label("Add only").check()
    dialog.get_by_role("button", name="Check the file").click()
    expect(dialog.get_by_text("Every session of the file is already stored: nothing would be added.")).to_be_visible()
    dialog.get_by_role("button", name="Back").click()
    dialog.get_by_label("Replace all").check()
    dialog.get_by_role("button", name="Check the file").click()
    dialog.get_by_role("button", name="Load 30 bars").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Remove").click()
    expect(dialog.get_by_text(f"{SYMBOL} now has 30 bars.")).to_be_visible()
    assert httpx.get(f"{address}/bars").json()["bars"][-1]["close"] == newer["Close"].iloc[-1]
