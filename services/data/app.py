"""Builds the data service: `uvicorn --factory services.data.app:create_app`."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager, suppress
from functools import partial

import structlog
from fastapi import FastAPI

from services.data.api.bars import router as bars_router
from services.data.api.changes import router as changes_router
from services.data.api.computing import router as computing_router
from services.data.api.dependencies import Components
from services.data.api.health import DEPENDENCIES, RUN_GAUGES, freshness_gauges
from services.data.api.ledger import router as ledger_router
from services.data.api.revisions import router as revisions_router
from services.data.api.runs import router as runs_router
from services.data.api.screener import router as screener_router
from services.data.api.uploads import router as upload_router
from services.data.bars.kept_answers import KeptAnswers
from services.data.bars.load import Invalidate
from services.data.bars.reader import BarReader
from services.data.bars.writer import BarWriter
from services.data.followers.broadcast import Broadcast
from services.data.followers.membership import Membership
from services.data.followers.write_fence import WriteFence
from services.data.memory import return_freed_memory
from services.data.metrics import DataMetrics
from services.data.ports import Resources
from services.data.resources import open_resources as open_real_resources
from services.data.runs.watches import RunWatches
from services.data.screener.answers import Screeners
from services.data.settings import DataSettings
from services.data.symbols.catalogue import Catalogue
from services.data.symbols.revisions import Revisions
from shared.background import in_background
from shared.errors import ServiceError, StoreUnavailable
from shared.settings import load_settings
from shared.telemetry.metrics import new_registry
from shared.web.app import Operations, build_app

RETRY_SECONDS = 1.0
CLEAN_SECONDS = 600.0
log = structlog.get_logger()
OpenResources = Callable[[DataSettings], AbstractAsyncContextManager[Resources]]


def create_app(settings: DataSettings | None = None, open_resources: OpenResources | None = None) -> FastAPI:
    """Build the data service."""
    settings = settings or load_settings(DataSettings)
    return_freed_memory()
    registry = new_registry()
    metrics = DataMetrics(registry)
    return build_app(
        "data",
        settings,
        lambda: _open_components(settings, metrics, open_resources or partial(open_real_resources, metrics=metrics)),
        Operations(registry, DEPENDENCIES, collectors=[freshness_gauges(settings.calendar), RUN_GAUGES]),
        _include_routers,
        title="Bellwether data service",
        summary="Internal: owns daily bars. The public contract is the gateway's.",
    )


def _include_routers(app: FastAPI) -> None:
    bars = (bars_router, revisions_router, upload_router, ledger_router, changes_router)
    for router in (*bars, computing_router, runs_router, screener_router):
        app.include_router(router)


@asynccontextmanager
async def _open_components(
    settings: DataSettings, metrics: DataMetrics, open_resources: OpenResources
) -> AsyncIterator[Components]:
    async with open_resources(settings) as resources:
        kept = KeptAnswers(settings.stale_seconds)
        broadcast, membership = Broadcast(), Membership(resources.feed, resources.followers)
        seconds, may_trust = settings.cache_seconds, membership.may_trust_memory
        reader = BarReader(resources.store, resources.cache, kept, seconds=seconds, may_trust_memory=may_trust)
        catalogue = Catalogue(resources.store, kept, seconds=seconds, may_trust_memory=may_trust)

        async def invalidate(symbols: set[str] | None) -> None:
            catalogue.invalidate()
            await reader.invalidate(symbols)
            broadcast.publish(symbols)

        def fence_rose() -> None:
            broadcast.publish(set())
            membership.advance()

        following = (_follow(resources, invalidate, fence_rose), membership.run())
        work = in_background(*following, _clean_runs(resources))
        async with work, aclosing(Revisions(resources.store, reader)) as revisions:
            yield Components(
                store=resources.store,
                cache=resources.cache,
                feed=resources.feed,
                followers=resources.followers,
                broadcast=broadcast,
                ledger=resources.ledger,
                runs=resources.runs,
                watches=RunWatches(resources.runs),
                kept=kept,
                reader=reader,
                writer=BarWriter(resources.store, invalidate, WriteFence(resources.followers)),
                catalogue=catalogue,
                revisions=revisions,
                screeners=Screeners(resources.runs, catalogue, settings.calendar),
                metrics=metrics,
                settings=settings,
            )


async def _clean_runs(resources: Resources) -> None:
    """Remove runs and results that have expired; while a run is computed, nothing is removed."""
    while True:
        try:
            if n_removed := await resources.runs.clean():
                log.info("runs_cleaned", removed=n_removed)
        except ServiceError as error:
            log.info("runs_not_cleaned", reason=error.detail)  # the next round will do it
        except Exception:  # a bug must not stop the cleaning forever
            log.exception("runs_not_cleaned")
        await asyncio.sleep(CLEAN_SECONDS)


async def _follow(resources: Resources, invalidate: Invalidate, fence_rose: Callable[[], None]) -> None:
    """Invalidate the symbols that change in the store."""
    with suppress(StoreUnavailable):  # health reports it; this ping only makes the store log its limitations
        await resources.store.ping()
    while True:
        try:
            async for symbols in resources.feed.changes():
                if symbols is None or symbols:
                    await invalidate(symbols)
                else:
                    fence_rose()
        except Exception:  # a bug must not stop the feed forever
            log.exception("change_feed_stopped")
        await asyncio.sleep(RETRY_SECONDS)
