"""The app factory of all deployables: errors, request ids, traces, limits, metrics, draining, health."""

import asyncio
import gc
import linecache
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

from fastapi import FastAPI, Request, Response
from fastapi.telemetry import TelemetryConfig
from prometheus_client import CollectorRegistry
from starlette.requests import ClientDisconnect

from shared import VERSION
from shared.settings import ServiceSettings, TracingSettings, UploadSettings, load_settings
from shared.telemetry.logs import configure_logging
from shared.telemetry.metrics import RequestMetrics, ScrapeCollector, ServiceMetrics, install_metrics
from shared.web.admission import Admission, AdmissionMetrics, AdmissionMiddleware
from shared.web.body_limit import BodyLimitMiddleware
from shared.web.connections import bound_connections
from shared.web.draining import Draining, DrainingMiddleware, notice_before_stop
from shared.web.guards.allowed_hosts import AllowedHosts, AllowedHostsMiddleware
from shared.web.guards.service_token import ServiceTokenMiddleware
from shared.web.guards.strict_json import StrictJsonMiddleware
from shared.web.health import Dependencies, dependency_gauge, health_router
from shared.web.methods import MethodsMiddleware
from shared.web.openapi import openapi_document
from shared.web.problem import install_problem_handlers
from shared.web.request_id import RequestIdMiddleware, is_quiet
from shared.web.request_lifetime import CLIENT_CLOSED_REQUEST, DeadlineMiddleware, DisconnectMiddleware
from shared.web.stale_responses import StaleResponsesMiddleware

C = TypeVar("C")


@dataclass(frozen=True)
class Operations:
    """What an app shows to its operators.

    Attributes:
        registry: Holds its metrics, from `shared.telemetry.metrics.new_registry`.
        dependencies: Pinged by `/readyz` and by the gauge `dependency_up`.
        is_ready_without: Whether `/readyz` ignores the dependencies.
        collectors: Further gauges computed at each scrape.
        metrics_path: The path that Prometheus scrapes.
        is_public: Whether callers need no token of the services, even if one is set.
    """

    registry: CollectorRegistry
    dependencies: Dependencies = field(default_factory=dict)
    is_ready_without: bool = False
    collectors: Sequence[ScrapeCollector] = ()
    metrics_path: str = "/metrics"
    is_public: bool = False


def build_app(
    name: str,
    settings: ServiceSettings,
    open_components: Callable[[], AbstractAsyncContextManager[C]],
    operations: Operations,
    include_routers: Callable[[FastAPI], None] = lambda _: None,  # directly: FastAPI builds routes anew at each level
    reading_posts: Collection[str] = (),  # paths whose POST only reads, so that it ends when its caller leaves
    **about: Any,
) -> FastAPI:
    """Build an app with these routes, whose lifespan opens the components and sets `app.state.components`."""
    configure_logging(name, settings)
    tracing, draining = load_settings(TracingSettings), Draining()
    put_limits_in_force = bound_connections(operations.registry)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        put_limits_in_force()
        with notice_before_stop(draining, settings.drain_seconds):
            async with _traces(name, tracing), open_components() as components:
                app.state.components = components
                freeze_objects()
                yield

    app = FastAPI(
        version=VERSION,
        lifespan=lifespan,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
        telemetry=_telemetry(is_on=tracing.endpoint is not None),
        **about,
    )
    install_problem_handlers(app)
    _install_inner_middleware(app, name, operations, reading_posts)
    include_routers(app)
    app.include_router(health_router({} if operations.is_ready_without else operations.dependencies, draining))
    _install_middleware(app, settings, draining, operations)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]  # the documented way to extend the schema
    return app


@cache  # once in a process: what a second app leaves behind must be found
def freeze_objects() -> None:
    """Let the garbage collector pass over all that exists now: modules, routes, schemas.

    Each full collection would look through more than a hundred thousand objects, and hold up every request for 20 to
    50 ms. The lines of code that pydantic has looked up for its descriptions go: 2.5 MB in the data service.
    """
    linecache.clearcache()
    gc.collect()
    gc.freeze()


def _install_inner_middleware(app: FastAPI, name: str, operations: Operations, reading_posts: Collection[str]) -> None:
    """Measure requests as callers sent them. What is added first is the innermost, so a HEAD counts as a HEAD."""
    collectors = [dependency_gauge(operations.dependencies), *operations.collectors]
    app.state.metrics = ServiceMetrics(operations.registry, collectors, RequestMetrics(operations.registry))
    app.add_exception_handler(ClientDisconnect, _client_disconnected)
    app.add_middleware(DisconnectMiddleware, reading_posts=reading_posts)
    app.add_middleware(MethodsMiddleware)
    install_metrics(app, name, operations.metrics_path, app.state.metrics)


def _telemetry(*, is_on: bool) -> TelemetryConfig:
    """Configure FastAPI's telemetry: request spans if tracing is on, but neither metrics nor logs."""
    return TelemetryConfig(
        tracing=is_on, metrics=False, logs=False, operation_spans=False, auto_configure=False, exclude=is_quiet
    )


@asynccontextmanager
async def _traces(name: str, settings: TracingSettings) -> AsyncIterator[None]:
    if settings.endpoint is None:
        yield
        return
    from shared.telemetry.trace_export import export_traces  # noqa: PLC0415  # takes half a second, needed for tracing only

    flush = export_traces(name, VERSION, str(settings.endpoint))
    try:
        yield
    finally:
        await asyncio.to_thread(flush)


async def _client_disconnected(_: Request, __: Exception) -> Response:
    """Answer a caller that disconnected before its body was complete; only the log shows the status."""
    return Response(status_code=CLIENT_CLOSED_REQUEST)


def _install_middleware(app: FastAPI, settings: ServiceSettings, draining: Draining, operations: Operations) -> None:
    metrics, tokens = AdmissionMetrics(operations.registry), () if operations.is_public else settings.service_tokens
    app.add_middleware(StaleResponsesMiddleware, registry=operations.registry)
    max_upload_bytes, write_budget_seconds = settings.max_body_bytes, settings.budget_seconds
    if isinstance(settings, UploadSettings):
        max_upload_bytes, write_budget_seconds = settings.max_upload_bytes, settings.write_budget_seconds
    app.add_middleware(StrictJsonMiddleware)
    app.add_middleware(BodyLimitMiddleware, max_bytes=settings.max_body_bytes, max_upload_bytes=max_upload_bytes)
    app.add_middleware(
        DeadlineMiddleware, budget_seconds=settings.budget_seconds, write_budget_seconds=write_budget_seconds
    )
    app.add_middleware(ServiceTokenMiddleware, tokens=tokens)
    prefix = type(settings).model_config.get("env_prefix", "")
    names = [name.strip() for name in settings.allowed_hosts.split(",")]
    app.state.draining = draining
    app.state.admission, app.state.hosts = Admission(settings.max_in_flight), AllowedHosts(names)
    app.add_middleware(AllowedHostsMiddleware, hosts=app.state.hosts, variable=f"{prefix}ALLOWED_HOSTS")
    app.add_middleware(RequestIdMiddleware)
    app.add_middleware(AdmissionMiddleware, admission=app.state.admission, metrics=metrics)
    app.add_middleware(DrainingMiddleware, draining=draining)


def _openapi(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        app.openapi_schema = openapi_document(app)
    return app.openapi_schema
