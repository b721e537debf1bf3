"""The built page in a real browser on the real system, used as a person would: by role, label and keyboard."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request

from tests.support.servers import Stack

pytestmark = pytest.mark.timeout(120)
SCREENSHOTS = Path(__file__).parents[2] / "docs" / "screenshots"


@pytest.fixture
def page(browser: Browser, stack: Stack) -> Iterator[Page]:
    """Yield a page that fails its test on a console error or a request that leaves this machine."""
    context = browser.new_context(base_url=stack.url, viewport={"width": 1440, "height": 900}, locale="en-GB")
    page = context.new_page()
    errors: list[str] = []
    left: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))

    def on_request(request: Request) -> None:
        if not request.url.startswith((stack.url, "data:", "blob:")):
            left.append(request.url)

    page.on("request", on_request)
    yield page
    context.close()
    expected = [error for error in errors if not error.startswith("Failed to load resource")]
    assert expected == []
    assert left == []


def _search_box(page: Page) -> "object":
    return page.get_by_role("combobox", name=re.compile("symbol", re.IGNORECASE))
