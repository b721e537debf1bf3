"""Resizes the window around a chart."""

from playwright.sync_api import Locator, Page

from tests.support.polling import until


def resize(page: Page, chart: Locator, width: int) -> None:
    """Give the window this width, and wait until the chart has followed."""
    canvas = chart.locator("canvas").first
    before = canvas.bounding_box()
    page.set_viewport_size({"width": width, "height": 900})
    until(lambda: canvas.bounding_box() != before)
