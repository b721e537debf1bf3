"""The data service's dependencies, and gauges that are computed at scrape time."""

import asyncio
from collections.abc import Mapping

from fastapi import Request

from services.data.api.dependencies import Components
from services.data.symbols.freshness import SESSIONS_BEHIND, SYMBOL_COUNT, SYMBOLS_BEHIND, compute_freshness
from shared.telemetry.metrics import GaugeValues, ScrapeCollector, ScrapeGauge
from shared.web.health import Dependency


def _components(request: Request) -> Components:
    components: Components = request.app.state.components
    return components


async def _ping_store(request: Request) -> None:
    await _components(request).store.ping()


async def _ping_cache(request: Request) -> None:
    await _components(request).cache.ping()


async def _ping_feed(request: Request) -> None:
    await _components(request).feed.ping()


DEPENDENCIES = {
    "store": Dependency(_ping_store),
    "cache": Dependency(_ping_cache, when_failing="degraded"),
    "feed": Dependency(_ping_feed, when_failing="degraded"),
}


def freshness_gauges(calendar: str | None) -> ScrapeCollector:
    """Build the collector of how far the symbols are behind this exchange; it reads the catalogue."""

    async def collect(request: Request) -> Mapping[ScrapeGauge, GaugeValues]:
        last_sessions = await _components(request).catalogue.last_sessions()
        return await asyncio.to_thread(compute_freshness, last_sessions, calendar)

    return ScrapeCollector((SYMBOL_COUNT, SYMBOLS_BEHIND, SESSIONS_BEHIND), collect)
