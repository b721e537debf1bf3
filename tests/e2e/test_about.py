"""The About dialog: what the page is and what its numbers mean."""

from playwright.sync_api import Page, expect

from tests.e2e.accessibility import violations_in_both_themes


def test_the_dialog_is_read_by_keyboard_and_closed_by_escape(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto("/")
    button = page.get_by_role("button", name="About")
    button.press("Enter")
    dialog = page.get_by_role("dialog", name="About Bellwether")
    expect(dialog).to_be_focused()
    expect(dialog.get_by_role("row", name="On average 2.00 1.50")).to_be_visible()
    expect(dialog.get_by_role("link", name="API docs")).to_have_attribute("href", "/docs")
    assert dialog.evaluate("element => element.scrollWidth <= element.clientWidth")
    assert violations_in_both_themes(page) == []
    page.keyboard.press("End")
    expect(dialog.get_by_text("Not investment advice.")).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(button).to_be_focused()
