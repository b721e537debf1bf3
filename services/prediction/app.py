"""Puts the prediction service together: `uvicorn --factory services.prediction.app:create_app`."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial

from fastapi import FastAPI

from services.prediction.api.forecasts import router as forecast_router
from services.prediction.api.responder import Responder
from services.prediction.api.results import DEPENDENCIES, operations, router
from services.prediction.metrics import QueueMetrics
from services.prediction.ports import Resources
from services.prediction.resources import open_resources as open_real_resources
from services.prediction.settings import PredictionSettings
from shared.clients.metrics import UpstreamMetrics
from shared.settings import load_settings
from shared.web.app import build_app

OpenResources = Callable[[PredictionSettings], AbstractAsyncContextManager[Resources]]


def create_app(settings: PredictionSettings | None = None, open_resources: OpenResources | None = None) -> FastAPI:
    """Return the prediction service."""
    settings = settings or load_settings(PredictionSettings)
    app = build_app(
        "prediction",
        settings,
        lambda: open_all(settings),
        title="Bellwether prediction service",
        summary="Internal: models and their scores. The public contract is the gateway's.",
    )
    watch, queue = UpstreamMetrics(app.state.registry).watch("data"), QueueMetrics(app.state.registry)
    open_all = open_resources or partial(open_real_resources, watch=watch, queue=queue)
    app.state.looks.append(DEPENDENCIES)
    app.state.responder = Responder(settings.calendar, app.state.registry)
    app.include_router(router)
    app.include_router(forecast_router)
    app.include_router(operations)
    return app
