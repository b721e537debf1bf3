"""Puts the gateway together: `uvicorn --factory gateway.app:create_app`."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial

from fastapi import FastAPI

from gateway.api.forecasts import router as forecast_router
from gateway.api.health import DEPENDENCIES
from gateway.api.ledger import router as ledger_router
from gateway.api.ledger import writes as ledger_writes
from gateway.api.results import operations, probes
from gateway.api.results import router as prediction_router
from gateway.api.stocks import router as stock_router
from gateway.api.uploads import router as write_router
from gateway.api_keys import NEEDS_KEY, ApiKeys, not_authorised, parse
from gateway.browser_headers import BrowserHeadersMiddleware
from gateway.docs import install_docs
from gateway.page import install_page
from gateway.ports import Resources
from gateway.resources import open_resources as open_real_resources
from gateway.settings import GatewaySettings
from shared.clients.metrics import UpstreamMetrics
from shared.errors import NotAuthorised
from shared.settings import load_settings
from shared.web.app import build_app
from shared.web.problem import problem_responses

OpenResources = Callable[[GatewaySettings], AbstractAsyncContextManager[Resources]]

DESCRIPTION = """\
What a model says of a stock, how wrong it has been, and whether it beats doing nothing.

Every error is `application/problem+json` (RFC 9457) with a `request_id` that stands in the logs of every service.
Not investment advice.
"""


def create_app(settings: GatewaySettings | None = None, open_resources: OpenResources | None = None) -> FastAPI:
    """Return the gateway."""
    settings = settings or load_settings(GatewaySettings)
    app = build_app(
        "gateway",
        settings,
        lambda: open_all(settings),
        metrics_path="/api/metrics",
        title="Bellwether",
        summary="Self-hosted stock prediction that says how wrong it has been.",
        description=DESCRIPTION,
    )
    upstreams = UpstreamMetrics(app.state.registry)
    open_all = open_resources or partial(
        open_real_resources, data_watch=upstreams.watch("data"), prediction_watch=upstreams.watch("prediction")
    )
    app.state.looks.append(DEPENDENCIES)
    app.add_middleware(BrowserHeadersMiddleware)
    _install_keys(app, settings)
    for router in (stock_router, prediction_router, forecast_router, ledger_router):
        if settings.open_reads:
            app.include_router(router)
        else:
            app.include_router(router, dependencies=[NEEDS_KEY], responses=problem_responses(NotAuthorised))
    app.include_router(write_router)
    app.include_router(ledger_writes)
    app.include_router(operations)
    app.include_router(probes)
    install_docs(app)
    if settings.frontend_dir is not None:
        install_page(app, settings.frontend_dir)
    return app


def _install_keys(app: FastAPI, settings: GatewaySettings) -> None:
    digests, _ = parse(settings.api_keys.get_secret_value().split(",") if settings.api_keys else [])
    app.state.api_keys = ApiKeys(digests, settings.api_keys_file)
    app.add_exception_handler(NotAuthorised, not_authorised)
