"""Check a page with axe-core from the front end's packages, without network access."""

from typing import Any

from playwright.sync_api import Page

from tests.e2e.conftest import ROOT

AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
ALL = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
COLORS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}


def violations(page: Page) -> list[str]:
    """List violations of WCAG 2.2 AA and of axe's best practices, one line each."""
    page.evaluate(AXE.read_text())
    return _run(page, ALL)


def violations_in_both_themes(page: Page) -> list[str]:
    """List all violations in light, and those of colors in dark. Leaves the page dark."""
    page.emulate_media(color_scheme="light")
    found = violations(page)
    page.emulate_media(color_scheme="dark")
    return found + _run(page, COLORS)


def _run(page: Page, rules: dict[str, Any]) -> list[str]:
    found: dict[str, Any] = page.evaluate("runOnly => axe.run({runOnly})", rules)
    return [
        f"{violation['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
