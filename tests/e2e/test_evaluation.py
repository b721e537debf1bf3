"""The model comparison and its controls, by role, label and keyboard."""

import re

from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.e2e.accessibility import violations, violations_in_both_themes
from tests.e2e.resizing import resize
from tests.support.servers.processes import Stack

MSFT = "/?symbol=MSFT&horizon=1&windows=100"


def _panel(page: Page) -> Locator:
    return page.get_by_role("region", name="Which model beats no change?")


def _scores(page: Page) -> Locator:
    return _panel(page).get_by_role("table", name=re.compile("^Scores"))


def _row(page: Page, model: str) -> Locator:
    return _scores(page).get_by_role("row", name=re.compile(f"^{model}"))


def _names(page: Page) -> list[str]:
    return [
        str(name)
        for name in _scores(page).get_by_role("radio").evaluate_all("all => all.map(r => r.labels[0].innerText)")
    ]


def _query(page: Page) -> str:
    return page.url.partition("?")[2]


def test_every_model_is_compared_with_no_change(page: Page) -> None:
    page.goto(MSFT)
    expect(_panel(page)).to_contain_text(
        "No better than assuming no change in the last 100 test sessions: skill 0.001, 95 % CI −0.005 to 0.005 "
        "(drift, the best of 5)."
    )
    expect(_panel(page)).to_contain_text("100 windows: each is one session from 4 Oct 2012 to 1 Mar 2013")
    expect(_panel(page)).to_contain_text("refitted at every window, gradient boosting every 125.")
    expect(_scores(page).get_by_role("radio")).to_have_count(6)
    cells = {name: _row(page, name).get_by_role("cell") for name in ("drift", "no change", "moving average")}
    expect(cells["drift"]).to_have_text(
        [
            "0.0009 no better",
            "−0.0045 to 0.0052",
            "0.2596",
            "0.3421",
            "0.4674",
            "53 %",
            "93.0 %",
            "1.20",
            "1.53",
        ]
    )
    expect(cells["no change"]).to_have_text(
        ["0.0000 by definition", "–", "0.2598", "0.3424", "0.4678", "–", "94.0 %", "1.20", "1.53"]
    )
    expect(cells["moving average"].first).to_have_text("−1.3682 no better")


def test_the_settings_are_in_the_address_and_a_link_restores_them(page: Page, browser: Browser, stack: Stack) -> None:
    page.goto("/?symbol=MSFT")
    page.get_by_role("combobox", name="Horizon").select_option("1 session")
    page.get_by_role("combobox", name="Level").select_option("80 %")
    page.get_by_role("combobox", name="Model").select_option("gradient boosting")
    page.get_by_role("combobox", name="Windows").select_option("100")
    _scores(page).get_by_role("button", name="RMSE").click()
    page.get_by_text("Absolute error", exact=True).click()
    _expect_what_was_chosen(page)
    assert _query(page) == "symbol=MSFT&model=gradient_boosting&horizon=1&level=80&windows=100&sort=rmse&chart=error"
    other = browser.new_context(base_url=stack.url, locale="en-GB")
    try:
        reader = other.new_page()
        reader.goto(page.url)
        _expect_what_was_chosen(reader)
        assert _query(reader) == _query(page)
    finally:
        other.close()


def _expect_what_was_chosen(page: Page) -> None:
    expect(page.get_by_role("combobox", name="Horizon")).to_have_value("1")
    expect(page.get_by_role("combobox", name="Level")).to_have_value("80")
    expect(page.get_by_role("combobox", name="Model")).to_have_value("gradient_boosting")
    expect(page.get_by_role("combobox", name="Windows")).to_have_value("100")
    expect(_scores(page)).to_have_accessible_name(re.compile("1 session ahead over 100 windows, with 80 % prediction"))
    expect(_scores(page).get_by_role("columnheader", name="RMSE")).to_have_attribute("aria-sort", "ascending")
    expect(_row(page, "gradient boosting").get_by_role("radio")).to_be_checked()
    expect(page.get_by_role("img", name="Absolute error of 2 models over 100 windows")).to_be_visible()


def test_going_back_and_forward_restores_the_view(page: Page) -> None:
    page.goto(MSFT)
    _scores(page).get_by_role("button", name="Model").click()
    expect(page).to_have_url(re.compile("sort=model$"))
    assert _names(page)[0].startswith("drift")
    page.goto("/?symbol=IBM&horizon=1&windows=100")
    expect(_scores(page).get_by_role("columnheader", name="Skill", exact=True)).to_have_attribute(
        "aria-sort", "descending"
    )
    page.go_back()
    expect(_scores(page).get_by_role("columnheader", name="Model")).to_have_attribute("aria-sort", "ascending")
    expect(page.get_by_role("heading", level=2, name="MSFT")).to_be_visible()
    page.go_forward()
    expect(page.get_by_role("heading", level=2, name="IBM")).to_be_visible()
    expect(_scores(page).get_by_role("columnheader", name="Skill", exact=True)).to_have_attribute(
        "aria-sort", "descending"
    )


def test_the_keyboard_sorts_selects_and_moves_through_the_windows(page: Page) -> None:
    page.goto(MSFT)
    _scores(page).get_by_role("button", name="MAE").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("sort=mae$"))
    _row(page, "drift").get_by_role("radio").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(page).to_have_url(re.compile("model=persistence"))
    expect(_row(page, "no change").get_by_role("radio")).to_be_focused()
    slider = page.get_by_role("slider", name="Window")
    slider.focus()
    page.keyboard.press("Home")
    expect(page.get_by_role("list", name="On 4 Oct 2012")).to_contain_text("ridge 0.1926 (off the chart)")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("list", name="On 5 Oct 2012")).to_contain_text("linear regression 0.2831 (off the chart)")
    page.keyboard.press("PageUp")
    chosen = page.get_by_role("list", name="On 19 Oct 2012")
    expect(chosen).to_be_visible()
    resize(page, page.get_by_role("img", name="Skill so far of 6 models over 100 windows"), 1000)
    expect(chosen).to_be_visible()


def test_the_pointer_reads_a_window_and_the_table_lists_all(page: Page) -> None:
    page.goto(MSFT)
    chart = page.get_by_role("img", name="Skill so far of 6 models over 100 windows")
    chart.hover(position={"x": 5, "y": 100})
    expect(page.get_by_role("list", name=re.compile(r"^On \d+ Oct 2012"))).to_be_visible()
    section = page.get_by_role("region", name="Window by window")
    section.get_by_text("Show as a table").click()
    table = section.get_by_role("table", name="Skill so far, newest window first")
    expect(table.get_by_role("row")).to_have_count(101)
    expect(table.get_by_role("row").nth(1)).to_contain_text("1 Mar 2013−0.0177")


def test_previous_numbers_are_marked_until_the_new_ones_arrive(page: Page) -> None:
    page.goto(MSFT)
    expect(_scores(page)).to_be_visible()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/evaluation?*", hold)
    page.get_by_role("combobox", name="Windows").select_option("1,000")
    notice = _panel(page).get_by_text("These are still the previous numbers: 1 session ahead, 100 windows")
    expect(notice).to_be_visible()
    expect(_panel(page).get_by_role("progressbar", name="Loading the new numbers")).to_be_visible()
    expect(_panel(page).locator("[aria-busy=true]")).to_be_visible()
    assert violations(page) == []
    held[0].continue_()
    expect(_panel(page)).to_contain_text("1,000 windows: each is one session")
    expect(notice).to_have_count(0)


def test_a_tampered_address_shows_the_defaults(page: Page) -> None:
    page.goto("/?symbol=MSFT&horizon=99999999999&windows=-1&level=1e9&model=%3Cscript%3E&sort=__proto__&chart=9")
    expect(_scores(page)).to_have_accessible_name(re.compile("5 sessions ahead over 250 windows, with 90 %"))
    page.get_by_role("combobox", name="Windows").select_option("500")
    expect(page).to_have_url(re.compile(r"\?symbol=MSFT&windows=500$"))


def test_the_panel_is_accessible_in_light_and_dark_and_fits_a_phone(page: Page) -> None:
    page.goto(f"{MSFT}&model=ridge&chart=error")
    expect(page.get_by_role("img", name=re.compile("^Absolute error"))).to_be_visible()
    _panel(page).get_by_text("What the columns mean").click()
    _panel(page).get_by_text("Show as a table").click()
    assert violations_in_both_themes(page) == []
    page.set_viewport_size({"width": 360, "height": 800})
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_on_a_phone_the_model_stays_visible_while_the_table_scrolls(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(MSFT)
    name = _row(page, "ridge").get_by_role("rowheader")
    width_cell = _row(page, "ridge").get_by_role("cell").last
    width_cell.scroll_into_view_if_needed()
    expect(width_cell).to_be_in_viewport(ratio=0.99)  # the table scrolls by whole pixels
    expect(name).to_be_in_viewport(ratio=1)


def test_the_controls_are_in_one_row(page: Page) -> None:
    page.goto(MSFT)
    expect(page.get_by_role("combobox", name="Model")).to_be_visible()
    boxes = [page.get_by_role("combobox", name=label).bounding_box() for label in ("Model", "Horizon", "Level")]
    assert len({box["y"] for box in boxes if box is not None}) == 1
