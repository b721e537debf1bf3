"""Puts the data service together: `uvicorn --factory services.data.app:create_app`."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import partial

import structlog
from fastapi import FastAPI

from services.data.api.bars import operations, router
from services.data.api.health import DEPENDENCIES, look_at_freshness
from services.data.api.ledger import router as ledger_router
from services.data.api.uploads import router as write_router
from services.data.bars.reader import BarReader
from services.data.bars.writer import BarWriter
from services.data.metrics import DataMetrics
from services.data.ports import Resources
from services.data.resources import open_resources as open_real_resources
from services.data.settings import DataSettings
from services.data.symbols.catalogue import Catalogue
from shared.errors import StoreUnavailable
from shared.settings import load_settings
from shared.web.app import build_app

FOLLOW_AGAIN_SECONDS = 1.0
log = structlog.get_logger()
OpenResources = Callable[[DataSettings], AbstractAsyncContextManager[Resources]]


def create_app(settings: DataSettings | None = None, open_resources: OpenResources | None = None) -> FastAPI:
    """Return the data service."""
    settings = settings or load_settings(DataSettings)

    @asynccontextmanager
    async def opened() -> AsyncIterator[Resources]:
        open_all = open_resources or partial(open_real_resources, metrics=app.state.metrics)
        async with open_all(settings) as resources:
            app.state.reader = BarReader(resources.store, resources.cache, seconds=settings.cache_seconds)
            app.state.catalogue = Catalogue(resources.store, seconds=settings.cache_seconds)
            app.state.writer = BarWriter(resources.store, resources.cache, app.state.reader, app.state.catalogue)
            following = asyncio.create_task(_follow(app, resources))
            try:
                yield resources
            finally:
                following.cancel()
                with suppress(asyncio.CancelledError):
                    await following

    app = build_app(
        "data",
        settings,
        opened,
        title="Bellwether data service",
        summary="Internal: owns daily bars. The public contract is the gateway's.",
    )
    app.state.metrics = DataMetrics(app.state.registry)
    app.state.looks += [DEPENDENCIES, look_at_freshness(settings.calendar)]
    app.include_router(router)
    app.include_router(write_router)
    app.include_router(ledger_router)
    app.include_router(operations)
    return app


async def _follow(app: FastAPI, resources: Resources) -> None:
    """Forget what changes in the store, whoever changes it."""
    with suppress(StoreUnavailable):  # which health says; what matters here is what the store says of itself in the log
        await resources.store.ping()
    while True:
        try:
            async for symbols in resources.feed.changes():
                app.state.catalogue.forget()
                await app.state.reader.forget(symbols)
        except Exception:  # a defect must not leave the service without the feed for good
            log.exception("change_feed_stopped")
        await asyncio.sleep(FOLLOW_AGAIN_SECONDS)
