"""The real stack with the built page, and Debian's Chromium."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.support.servers import Stack, load_sample, running_stack

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "frontend" / "dist"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    assert (PAGE / "index.html").is_file(), "the page is not built: make build"
    with running_stack(tmp_path_factory.mktemp("e2e"), {"GATEWAY_FRONTEND_DIR": str(PAGE)}) as stack:
        load_sample(stack)
        yield stack


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which(os.environ.get("CHROMIUM", "chromium"))
    assert chromium, "Chromium is not there: apt install chromium, or set CHROMIUM to its path"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Let a fixture know whether its test failed, to keep the trace of it."""
    report = yield
    if report is not None and report.when == "call":
        item.stash[FAILED] = report.failed
    return report


FAILED = pytest.StashKey[bool]()
