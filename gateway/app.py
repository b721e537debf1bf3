"""Builds the gateway: `uvicorn --factory gateway.app:create_app`."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

from fastapi import FastAPI
from limits import RateLimitItemPerMinute
from prometheus_client import CollectorRegistry
from starlette.middleware import Middleware

from gateway.answers.keeper import Answers
from gateway.answers.shortcut import ShortcutMiddleware
from gateway.answers.store import AnswerStore
from gateway.api.dependencies import Components
from gateway.api.forecasts import router as forecast_router
from gateway.api.health import COLLECTORS, DEPENDENCIES
from gateway.api.health import router as health_router
from gateway.api.ledger import router as ledger_router
from gateway.api.ledger import writes as ledger_writes
from gateway.api.results import router as result_router
from gateway.api.runs import router as run_router
from gateway.api.runs import writes as run_writes
from gateway.api.screener import router as screener_router
from gateway.api.stocks import router as stock_router
from gateway.api.strict_requests import STRICT
from gateway.api.uploads import router as upload_router
from gateway.api_keys import NEEDS_KEY, ApiKeys, not_authorised, parse_digests
from gateway.browser_headers import BrowserHeadersMiddleware, api_headers
from gateway.docs import install_docs
from gateway.metrics import AnswerMetrics, RateLimitMetrics
from gateway.page import install_page
from gateway.rate_limits.callers import parse_networks
from gateway.rate_limits.counters import open_counters
from gateway.rate_limits.kinds import Kind
from gateway.rate_limits.middleware import RateLimitMiddleware
from gateway.resources import Resources
from gateway.resources import open_resources as open_real_resources
from gateway.settings import GatewaySettings
from shared.clients.metrics import UpstreamMetrics
from shared.errors import NotAuthorised, RateLimited
from shared.revisions.follower import follow
from shared.revisions.freshness import Freshness
from shared.settings import TracingSettings, load_settings
from shared.telemetry.metrics import new_registry
from shared.web.app import Operations, build_app
from shared.web.problem import problem_responses

OpenResources = Callable[[GatewaySettings], AbstractAsyncContextManager[Resources]]

READING_POSTS = {"/api/result", "/api/result/"}
DESCRIPTION = """\
What a model predicts for a stock, how wrong it has been, and whether it beats assuming no change.

Every error is `application/problem+json` (RFC 9457) with a `request_id` that the logs of every service have.
A parameter that a path does not have is an error, and so is a second value of one that has a single value.
While the database is down, known data is served with `Warning: 110 - "Response is Stale"`.
Not investment advice.
"""


def create_app(
    settings: GatewaySettings | None = None,
    open_resources: OpenResources | None = None,
    monotonic: Callable[[], float] = time.monotonic,
) -> FastAPI:
    """Build the gateway; `monotonic` is the clock of the kept answers."""
    settings = settings or load_settings(GatewaySettings)
    registry = new_registry()
    upstreams, answer_metrics = UpstreamMetrics(registry), AnswerMetrics(registry)
    open_all = open_resources or partial(
        open_real_resources,
        data_observer=upstreams.observer("data"),
        prediction_observer=upstreams.observer("prediction"),
    )

    @asynccontextmanager
    async def open_components() -> AsyncIterator[Components]:
        async with (
            open_all(settings) as resources,
            open_counters(settings.limits_redis_url) as counters,
            _keep_answers(resources, settings, answer_metrics, monotonic) as answers,
        ):
            clients = (resources.data, resources.prediction, resources.runs)
            yield Components(*clients, _api_keys(settings), settings, counters, answers)

    app = build_app(
        "gateway",
        settings,
        open_components,
        _operations(registry),
        partial(_include_routers, settings=settings),
        reading_posts=READING_POSTS,
        middleware=[_rate_limits(settings, RateLimitMetrics(registry))],
        title="Bellwether",
        summary="Self-hosted stock prediction that says how wrong it has been.",
        description=DESCRIPTION,
    )
    app.add_exception_handler(NotAuthorised, not_authorised)
    _install_front(app, settings)
    return app


def _install_front(app: FastAPI, settings: GatewaySettings) -> None:
    """Install the headers for browsers and the shortcut to kept answers, around everything else."""
    app.add_middleware(BrowserHeadersMiddleware)
    if _has_short_cut(settings):
        app.add_middleware(
            ShortcutMiddleware,
            posts=READING_POSTS,
            headers=api_headers(),
            admits_host=app.state.hosts.admits,
            observe=app.state.metrics.requests.observe,
        )
    install_docs(app)
    if settings.frontend_dir is not None:
        install_page(app, settings.frontend_dir)


@asynccontextmanager
async def _keep_answers(
    resources: Resources, settings: GatewaySettings, metrics: AnswerMetrics, monotonic: Callable[[], float]
) -> AsyncIterator[Answers]:
    """Keep answers while the feed of revisions is followed."""
    freshness = Freshness(monotonic)
    async with follow("gateway", resources.data, freshness, [resources.prediction], metrics.alive, monotonic):
        yield Answers(
            AnswerStore(settings.answer_bytes, metrics.stored),
            freshness,
            is_public=settings.open_reads,
            count=metrics.count,
            monotonic=monotonic,
        )


def _has_short_cut(settings: GatewaySettings) -> bool:
    """Say whether a kept answer may be served before routing: not if a key, a limit or a trace comes first."""
    is_limited = settings.reads_per_minute or settings.computations_per_minute
    is_traced = load_settings(TracingSettings).endpoint is not None
    return bool(settings.answer_bytes) and settings.open_reads and not is_limited and not is_traced


def _operations(registry: CollectorRegistry) -> Operations:
    return Operations(
        registry,
        DEPENDENCIES,
        is_ready_without=True,  # some responses are then 503, but another gateway would do no better
        collectors=COLLECTORS,
        metrics_path="/api/metrics",
        is_public=True,
    )


def _include_routers(app: FastAPI, settings: GatewaySettings) -> None:
    """Include all routers. Those that write require a key, and with closed reads those that read do, too."""
    reads = (stock_router, result_router, forecast_router, ledger_router, run_router, screener_router)
    writes = (upload_router, ledger_writes, run_writes)
    for router in (*reads, *writes):
        if router in writes or not settings.open_reads:
            dependencies, errors = [NEEDS_KEY, STRICT], [NotAuthorised, RateLimited]
        else:
            dependencies, errors = [STRICT], [RateLimited]
        app.include_router(router, dependencies=dependencies, responses=problem_responses(*errors))
    app.include_router(health_router)


def _rate_limits(settings: GatewaySettings, metrics: RateLimitMetrics) -> Middleware:
    """Build the innermost middleware: its refusals are measured and logged, and have a request id."""
    per_minute: dict[Kind, int] = {
        "reads": settings.reads_per_minute,
        "computations": settings.computations_per_minute,
        "writes": settings.writes_per_minute,
    }
    return Middleware(
        RateLimitMiddleware,
        limits={kind: RateLimitItemPerMinute(n, namespace=kind) for kind, n in per_minute.items() if n},
        proxies=parse_networks(settings.trusted_proxies),
        observe=metrics.count,
    )


def _api_keys(settings: GatewaySettings) -> ApiKeys:
    digests, _ = parse_digests(settings.api_keys.get_secret_value().split(",") if settings.api_keys else [])
    keys = ApiKeys(digests, settings.api_keys_file)
    keys.is_file_valid()  # reads the file, so that its keys are known even if it becomes invalid later
    return keys
