"""Builds the prediction service: `uvicorn --factory services.prediction.app:create_app`."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import partial

from fastapi import FastAPI

from services.prediction.api.dependencies import Components
from services.prediction.api.forecasts import router as forecast_router
from services.prediction.api.health import DEPENDENCIES
from services.prediction.api.responder import Responder
from services.prediction.api.results import router as result_router
from services.prediction.api.runs import router as run_router
from services.prediction.metrics import BarMetrics, QueueMetrics
from services.prediction.ports import Resources
from services.prediction.resources import open_resources as open_real_resources
from services.prediction.settings import PredictionSettings
from shared.clients.metrics import UpstreamMetrics
from shared.settings import load_settings
from shared.telemetry.metrics import new_registry
from shared.web.app import Operations, build_app

MAX_START_SECONDS = 60.0
OpenResources = Callable[[PredictionSettings], AbstractAsyncContextManager[Resources]]


def create_app(settings: PredictionSettings | None = None, open_resources: OpenResources | None = None) -> FastAPI:
    """Build the prediction service."""
    settings = settings or load_settings(PredictionSettings)
    registry = new_registry()
    observer, queue_observer = UpstreamMetrics(registry).observer("data"), QueueMetrics(registry)
    bar_metrics = BarMetrics(registry, keeps=bool(settings.bar_bytes))
    responder = Responder(settings.calendar, registry)
    open_all = open_resources or partial(
        open_real_resources,
        observer=observer,
        queue_observer=queue_observer,
        bars_observer=bar_metrics,
        keeps_runs=True,
    )

    @asynccontextmanager
    async def open_components() -> AsyncIterator[Components]:
        async with open_all(settings) as resources:
            # A process that listens is sent requests, by Docker's names for instance, although another one is ready.
            with suppress(TimeoutError):  # then /readyz says why
                async with asyncio.timeout(MAX_START_SECONDS):
                    await resources.workers.wait_until_ready()
            yield Components(resources, responder, settings)

    return build_app(
        "prediction",
        settings,
        open_components,
        Operations(registry, DEPENDENCIES),
        _include_routers,
        title="Bellwether prediction service",
        summary="Internal: models and their scores. The public contract is the gateway's.",
    )


def _include_routers(app: FastAPI) -> None:
    for router in (result_router, forecast_router, run_router):
        app.include_router(router)
