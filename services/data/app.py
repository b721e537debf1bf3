"""Puts the data service together: `uvicorn --factory services.data.app:create_app`."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import get_args

from fastapi import FastAPI
from prometheus_client import Counter

from services.data.ports import CacheOutcome, Resources
from services.data.resources import open_resources as open_real_resources
from services.data.routes import operations, router
from services.data.settings import DataSettings
from shared.app import build_app
from shared.settings import load_settings

OpenResources = Callable[[DataSettings], AbstractAsyncContextManager[Resources]]


def create_app(settings: DataSettings | None = None, open_resources: OpenResources = open_real_resources) -> FastAPI:
    """Return the data service."""
    settings = settings or load_settings(DataSettings)
    app = build_app(
        "data",
        settings,
        lambda: open_resources(settings),
        title="Bellwether data service",
        summary="Internal: owns daily bars. The public contract is the gateway's.",
    )
    app.state.cache_requests = Counter(
        "cache_requests_total", "Reads of the cache by outcome.", ("outcome",), registry=app.state.registry
    )
    for outcome in get_args(CacheOutcome):
        app.state.cache_requests.labels(outcome)
    app.include_router(router)
    app.include_router(operations)
    return app
