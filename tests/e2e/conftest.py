"""The real stack with the built page in Chromium, and a page that fails its test on errors and outside requests."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from gateway.api_keys import compute_digest
from tests.support.polling import until
from tests.support.servers.browser import PAGE, running_browser
from tests.support.servers.processes import Stack, load_sample, running_stack

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "test-results"
API_KEY = "the-key-of-the-browser-tests"
expect.set_options(timeout=120_000)  # catches hangs only: expectations are met within seconds


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    assert (PAGE / "index.html").is_file(), "Build the page first: make build"
    settings = {"GATEWAY_FRONTEND_DIR": str(PAGE), "GATEWAY_API_KEYS": compute_digest(API_KEY)}
    with running_stack(tmp_path_factory.mktemp("e2e"), settings) as stack:
        load_sample(stack)
        yield stack


@pytest.fixture(scope="session")
def run(stack: Stack) -> dict[str, Any]:
    """Evaluate the sample's symbols once, as a user would, and return the complete run."""
    headers = {"X-API-Key": API_KEY}
    asked = httpx.post(f"{stack.url}/api/runs", json={"horizons": [1, 5]}, headers=headers, timeout=30)
    assert asked.status_code in {200, 202}, asked.text
    found: dict[str, Any] = {}

    def has_ended() -> bool:
        found.update(httpx.get(f"{stack.url}/api/runs/{asked.json()['id']}").json())
        return found["state"] in {"succeeded", "failed", "cancelled"}

    until(has_ended, seconds=300)
    assert found["state"] == "succeeded", found
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with running_browser() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, stack: Stack, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Yield a page that fails its test on an error in the page or a request to another machine."""
    context = browser.new_context(base_url=stack.url, viewport={"width": 1440, "height": 900}, locale="en-GB")
    page = context.new_page()
    errors: list[str] = []
    requested: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if _is_error(message) else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda sent: requested.append(sent.url))
    yield page
    if request.node.stash.get(FAILED, True):
        page.screenshot(path=KEPT / f"{request.node.name}.png", full_page=True)
    context.close()
    assert errors == []
    assert [url for url in requested if not url.startswith((stack.url, "data:", "blob:"))] == []


def _is_error(message: ConsoleMessage) -> bool:
    return message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Tell the fixture whether its test failed, so that it keeps a picture."""
    report = yield
    if report is not None and report.when == "call":
        item.stash[FAILED] = report.failed
    return report


FAILED = pytest.StashKey[bool]()
