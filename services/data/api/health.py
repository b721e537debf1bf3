"""The data service's dependencies, and gauges that are computed at scrape time."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

from fastapi import Request

from services.data.api.dependencies import Components
from services.data.symbols.freshness import SESSIONS_BEHIND, SYMBOL_COUNT, SYMBOLS_BEHIND, compute_freshness
from shared.errors import StoreUnavailable
from shared.telemetry.metrics import GaugeValues, ScrapeCollector, ScrapeGauge
from shared.web.health import Check, Dependency, Health

MAX_NAMED = 20  # collections that are not served


def _components(request: Request) -> Components:
    components: Components = request.app.state.components
    return components


async def _ping_store(request: Request) -> None:
    await _components(request).store.ping()
    _components(request).kept.store_answered()


async def _check_freshness(request: Request) -> Health:
    components = _components(request)
    if components.kept.are_served:
        try:
            await _ping_store(request)
        except StoreUnavailable:
            return Health(status="degraded", checks={"answers": _STALE}, stale=True)
    return Health(status="ok")


async def _ping_cache(request: Request) -> None:
    await _components(request).cache.ping()


async def _inspect_store(request: Request) -> Health:
    """Ping the store, and name collections that are not served, which is not a failure."""
    await _ping_store(request)
    names = await _components(request).store.unserved()
    if not names:
        return Health(status="ok")
    shown = ", ".join(map(repr, names[:MAX_NAMED])) + (" …" if len(names) > MAX_NAMED else "")
    verb = "collection is" if len(names) == 1 else "collections are"
    detail = (
        f"{len(names):,} {verb} not served: a symbol has 1 to 15 characters, in upper case; a collection of many "
        f"symbols by a view for each (docs/mongodb-layouts.md). They are: {shown}."
    )
    return Health(status="ok", checks={"collections": Check(status="ok", detail=detail)})


async def _ping_feed(request: Request) -> None:
    await _components(request).feed.ping()


_STALE = Check(
    status="degraded", detail="They are from before the store stopped answering, and marked with the header Warning."
)
DEPENDENCIES = {
    "store": Dependency(_inspect_store),
    "cache": Dependency(_ping_cache, when_failing="degraded"),
    "feed": Dependency(_ping_feed, when_failing="degraded"),
    "freshness": Dependency(_check_freshness, when_failing="degraded", timeout_seconds=2.0),
}


def freshness_gauges(calendar: str | None) -> ScrapeCollector:
    """Build the collector of how far symbols lag behind their exchange, by default this one; it reads the catalogue."""

    async def collect(request: Request) -> Mapping[ScrapeGauge, GaugeValues]:
        last_sessions = await _components(request).catalogue.last_sessions()
        return await asyncio.to_thread(compute_freshness, last_sessions, calendar, datetime.now(UTC))

    return ScrapeCollector((SYMBOL_COUNT, SYMBOLS_BEHIND, SESSIONS_BEHIND), collect)


RUNS = ScrapeGauge("runs", "Runs over many symbols, by state.", ("state",))
PROGRESS_AGE = ScrapeGauge(
    "run_progress_age_seconds",
    "Time since a result was written or a run was claimed, in seconds; 0 if no run is waiting or running.",
)


async def _describe_runs(request: Request) -> Mapping[ScrapeGauge, GaugeValues]:
    activity = await _components(request).runs.activity()
    by_state: dict[tuple[str, ...], float] = {(state,): n for state, n in activity.n_by_state.items()}
    return {RUNS: by_state, PROGRESS_AGE: {(): activity.progress_age_seconds}}


RUN_GAUGES = ScrapeCollector((RUNS, PROGRESS_AGE), _describe_runs)
