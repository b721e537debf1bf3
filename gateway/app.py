"""Puts the gateway together: `uvicorn --factory gateway.app:create_app`."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from fastapi import FastAPI

from gateway.docs import install_docs
from gateway.ports import Resources
from gateway.resources import open_resources as open_real_resources
from gateway.routes import router
from gateway.settings import GatewaySettings
from shared.app import build_app
from shared.settings import load_settings

OpenResources = Callable[[GatewaySettings], AbstractAsyncContextManager[Resources]]

DESCRIPTION = """\
What a model says of a stock, how wrong it has been, and whether it beats doing nothing.

Every error is `application/problem+json` (RFC 9457) with a `request_id` that stands in the logs of every service.
Not investment advice.
"""


def create_app(settings: GatewaySettings | None = None, open_resources: OpenResources = open_real_resources) -> FastAPI:
    """Return the gateway."""
    settings = settings or load_settings(GatewaySettings)
    app = build_app(
        "gateway",
        settings,
        lambda: open_resources(settings),
        metrics_path="/api/metrics",
        title="Bellwether",
        summary="Self-hosted stock prediction that says how wrong it has been.",
        description=DESCRIPTION,
    )
    app.include_router(router)
    install_docs(app)
    if settings.frontend_dir is not None:
        app.frontend("/", directory=settings.frontend_dir, fallback=None, check_dir=False)
    return app
