"""Debian's Chromium without a window, for the browser tests and the page's benchmark."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

PAGE = Path(__file__).parents[3] / "frontend" / "dist"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Start the browser and close it at the end."""
    chromium = shutil.which(os.environ.get("CHROMIUM", "chromium-headless-shell"))
    assert chromium, "Install Chromium (Debian: apt install chromium-headless-shell), or set CHROMIUM to its path."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()
