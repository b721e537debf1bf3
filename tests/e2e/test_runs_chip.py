"""The chip of the runs: a run is started on the page, followed while it goes, and listed when it is complete."""

import re

from playwright.sync_api import Locator, Page, Route, expect

from tests.e2e.accessibility import violations
from tests.e2e.conftest import API_KEY

CHIP = re.compile("^Run")


def _dialog(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Runs over all symbols")


def test_a_run_is_started_followed_and_complete(page: Page) -> None:
    page.goto("/screener")
    page.get_by_role("button", name=CHIP).click()
    _dialog(page).get_by_label("API key").fill(API_KEY)
    _dialog(page).get_by_role("button", name="Evaluate all symbols").click()
    expect(_dialog(page).get_by_role("list").get_by_text("Complete").first).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name=CHIP)).to_be_focused()
    expect(page.get_by_role("rowheader").first).to_have_text("AAPL")


def test_a_wrong_key_is_reported_and_can_be_corrected(page: Page) -> None:
    page.goto("/leaderboard")
    page.get_by_role("button", name=CHIP).click()
    _dialog(page).get_by_label("API key").fill("a-wrong-key")
    _dialog(page).get_by_role("button", name="Evaluate all symbols").click()
    expect(_dialog(page).get_by_role("alert")).to_contain_text("Check the API key")
    expect(_dialog(page).get_by_label("API key")).to_be_editable()


def test_without_a_run_the_list_is_asked_for_once(page: Page) -> None:
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(json={"runs": []})

    page.route("**/api/runs*", answer)
    page.goto("/")
    expect(page.get_by_role("link", name=re.compile("MSFT"))).to_be_visible()
    page.wait_for_timeout(5000)
    assert len(asked) == 1
