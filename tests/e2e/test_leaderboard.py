"""The leaderboard: the models of the last complete run beside what luck gives."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.accessibility import violations, violations_in_both_themes
from tests.e2e.conftest import KEPT
from tests.support.bench.universe_answers import make_leaderboard

Run = dict[str, Any]
MAX_ELEMENTS = 1500
MODELS = {"drift", "gradient boosting", "linear regression", "moving average", "no change", "ridge"}


def _open(page: Page, search: str = "") -> None:
    page.goto(f"/leaderboard{search}")
    expect(page.get_by_role("table", name=re.compile("^Models by skill"))).to_be_visible()


def test_all_models_are_ranked_by_skill_under_the_sentence(page: Page, run: Run) -> None:
    _open(page)
    table = page.get_by_role("table", name=re.compile("^Models by skill"))
    rows = table.get_by_role("row").filter(has=page.get_by_role("rowheader"))
    assert set(table.get_by_role("rowheader").all_inner_texts()) == MODELS
    skills = [float(text.split()[0].replace("−", "-")) for text in rows.locator("td:nth-of-type(1)").all_inner_texts()]
    assert skills == sorted(skills, reverse=True)
    sentence = page.get_by_text(re.compile("^[0-9]+ of 4 symbols looks? better .* luck alone gives"))
    expect(sentence).to_contain_text("1 other symbol cannot be compared: it has too few sessions in common with these")
    expect(page.get_by_role("definition").filter(has_text=re.compile("^[0-9]+ of 4$"))).to_be_visible()


def test_walks_of_few_symbols_name_nothing(page: Page, run: Run) -> None:
    _open(page)
    expect(page.get_by_role("region", name="Named beyond luck")).to_contain_text("None: nothing beyond luck.")


def test_another_horizon_is_an_address(page: Page, run: Run) -> None:
    _open(page)
    page.get_by_role("combobox", name="Horizon").select_option("5 sessions")
    page.wait_for_url("**/leaderboard?horizon=5")
    expect(page.get_by_role("region", name=re.compile("^Expected range"))).to_contain_text("as last time")


def test_of_ten_thousand_symbols_hundred_of_them_named_few_elements_are_drawn(page: Page) -> None:
    answer = make_leaderboard(10_000).model_dump_json()
    page.route("**/api/leaderboard?*", lambda route: route.fulfill(body=answer, content_type="application/json"))
    _open(page)
    assert page.evaluate("document.querySelectorAll('*').length") <= MAX_ELEMENTS
    assert violations_in_both_themes(page) == []
    page.get_by_role("link", name="All 100 are in the screener.").click()
    expect(page.get_by_role("link", name="Named beyond luck")).to_have_attribute("aria-current", "page")


def test_it_is_accessible_in_both_themes_and_on_a_phone(page: Page, run: Run) -> None:
    _open(page)
    page.screenshot(path=KEPT / "leaderboard-light.png")
    assert violations_in_both_themes(page) == []
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert violations(page) == []
    page.screenshot(path=KEPT / "leaderboard-phone-dark.png")
