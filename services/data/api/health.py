"""What the data service depends on, and gauges that are computed at scrape time."""

import asyncio
from collections.abc import Mapping

from fastapi import Request

from services.data.api.dependencies import Components
from services.data.symbols.freshness import BEHIND, FAR, SYMBOLS, freshness
from shared.telemetry.metrics import GaugeValues, ScrapeCollector, ScrapeGauge
from shared.web.health import Dependency


def _components(request: Request) -> Components:
    components: Components = request.app.state.components
    return components


async def _store(request: Request) -> None:
    await _components(request).store.ping()


async def _cache(request: Request) -> None:
    await _components(request).cache.ping()


async def _feed(request: Request) -> None:
    await _components(request).feed.ping()


DEPENDENCIES = {
    "store": Dependency(_store),
    "cache": Dependency(_cache, when_failing="degraded"),
    "feed": Dependency(_feed, when_failing="degraded"),
}


def freshness_gauges(calendar: str | None) -> ScrapeCollector:
    """Return the collector of how far the symbols are behind this exchange; it reads the catalogue."""

    async def collect(request: Request) -> Mapping[ScrapeGauge, GaugeValues]:
        last_sessions = await _components(request).catalogue.last_sessions()
        return await asyncio.to_thread(freshness, last_sessions, calendar)

    return ScrapeCollector((SYMBOLS, FAR, BEHIND), collect)
