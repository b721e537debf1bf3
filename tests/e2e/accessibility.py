"""Checks a page with axe-core, from the front end's own packages: nothing is fetched."""

from typing import Any

from playwright.sync_api import Page

from tests.e2e.conftest import ROOT

AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
ALL = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}


def violations(page: Page) -> list[str]:
    """Return what axe finds against WCAG 2.2 AA and its own good practice, as one line each."""
    page.evaluate(AXE.read_text())
    return _run(page, ALL)


def violations_in_both_themes(page: Page) -> list[str]:
    """Return what axe finds in light, and what it finds in dark of that which colours decide; the page is left dark."""
    page.emulate_media(color_scheme="light")
    found = violations(page)
    page.emulate_media(color_scheme="dark")
    return found + _run(page, COLOURS)


def _run(page: Page, rules: dict[str, Any]) -> list[str]:
    found: dict[str, Any] = page.evaluate("runOnly => axe.run({runOnly})", rules)
    return [
        f"{violation['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
