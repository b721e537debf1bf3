"""Prometheus metrics through prometheus-fastapi-instrumentator, on a registry per app.

Labels are the method and the route template, never the raw path, so that made-up paths add no series.
"""

import asyncio
import platform
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import structlog
from fastapi import FastAPI, Request, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_fastapi_instrumentator import Instrumentator
from prometheus_fastapi_instrumentator.metrics import Info
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.errors import ServiceError
from shared.telemetry.multiprocess import Fixed, MetricsFiles

LATENCY_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
COMMAND_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
LOOK_SECONDS = 2.0  # the longest that a scrape waits for one look; Prometheus gives up after 10
_METHODS = {"GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"}
_PROBES = {"/healthz", "/readyz", "/metrics", "/api/health", "/api/metrics"}
log = structlog.get_logger()

Values = Mapping[tuple[str, ...], float]


@dataclass(frozen=True)
class Looked:
    """A gauge that is looked up when somebody asks for the metrics: it is of the system, not of one process."""

    name: str
    meaning: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Look:
    """Finds the values of some gauges, by the values of their labels; what it cannot find it leaves out."""

    gauges: tuple[Looked, ...]
    find: Callable[[Request], Awaitable[Mapping[Looked, Values]]]


DEPENDENCY_UP = Looked("dependency_up", "Whether what the service needs answers, 1 or 0.", ("dependency",))


def look_at_dependencies(answers: Mapping[str, Callable[[Request], Awaitable[bool]]]) -> Look:
    """Return the look at each dependency by its name; one that raises a ServiceError or takes too long is down."""

    async def is_up(answer: Callable[[Request], Awaitable[bool]], request: Request) -> float:
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                return float(await answer(request))
        except (ServiceError, TimeoutError):
            return 0.0

    async def find(request: Request) -> Mapping[Looked, Values]:
        found = await asyncio.gather(*(is_up(answer, request) for answer in answers.values()))
        return {DEPENDENCY_UP: {(name,): up for name, up in zip(answers, found, strict=True)}}

    return Look((DEPENDENCY_UP,), find)


def install_metrics(app: FastAPI, name: str, path: str) -> CollectorRegistry:
    """Measure every request of `app`, answer `path` with the measurements, and return the registry for more.

    `app.state.looks` is the list of what is looked up at each scrape; add to it.
    """
    disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each, which no dashboard reads
    files = MetricsFiles.of_environment()
    registry = CollectorRegistry()
    if files is not None:
        files.tidy()
    else:
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=registry)
    Instrumentator(registry=registry).add(_record(registry)).instrument(app)
    _install_gauges(app, name, registry)
    app.state.looks = []

    @app.get(
        path,
        tags=["operations"],
        summary="Prometheus metrics",
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}, "example": _EXAMPLE}}}},
    )
    async def metrics(request: Request) -> Response:
        """Counters and histograms of this service in the Prometheus text format."""
        looked = await _looked_up(app.state.looks, request)
        of_processes = registry if files is None else files.registry()
        return Response(generate_latest(of_processes) + generate_latest(looked), media_type=CONTENT_TYPE_LATEST)

    return registry


_EXAMPLE = 'http_requests_total{endpoint="/api/result",method="POST"} 1.0\n'


async def _looked_up(looks: list[Look], request: Request) -> CollectorRegistry:
    families = [
        family for found in await asyncio.gather(*(_families(look, request) for look in looks)) for family in found
    ]
    registry = CollectorRegistry()
    registry.register(Fixed(families))
    return registry


async def _families(look: Look, request: Request) -> list[GaugeMetricFamily]:
    try:
        async with asyncio.timeout(2 * LOOK_SECONDS):
            found = await look.find(request)
    except Exception as error:  # whatever it is, the other metrics are the more wanted
        log.warning("metrics_look_failed", gauges=[gauge.name for gauge in look.gauges], error=type(error).__name__)
        return []
    families = []
    for gauge, values in found.items():
        family = GaugeMetricFamily(gauge.name, gauge.meaning, labels=gauge.labels)
        for labels, value in values.items():
            family.add_metric(labels, value)
        families.append(family)
    return families


def _install_gauges(app: FastAPI, name: str, registry: CollectorRegistry) -> None:
    about = {"service": name, "version": app.version, "python": platform.python_version()}
    build = Gauge("build_info", "What runs, always 1.", tuple(about), registry=registry, multiprocess_mode="livemax")
    build.labels(**about).set(1)
    in_progress = Gauge(
        "http_requests_in_progress",
        "Requests being served now; looks at health and metrics are not counted.",
        registry=registry,
        multiprocess_mode="livesum",
    )
    in_progress.set(0)
    app.add_middleware(_InProgressMiddleware, gauge=in_progress)


class _InProgressMiddleware:
    """Counts the requests that are being served; the instrumentator's own count is not on the app's registry."""

    def __init__(self, app: ASGIApp, gauge: Gauge) -> None:
        self.app = app
        self.gauge = gauge

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in _PROBES:
            await self.app(scope, receive, send)
            return
        with self.gauge.track_inprogress():
            await self.app(scope, receive, send)


def _record(registry: CollectorRegistry) -> Callable[[Info], None]:
    labels = ("method", "endpoint")
    requests = Counter("http_requests_total", "Requests answered.", labels, registry=registry)
    errors = Counter("http_errors_total", "Requests answered with a status of 400 or more.", labels, registry=registry)
    responses = Counter("http_responses_total", "Responses by status.", (*labels, "status"), registry=registry)
    latency = Histogram(
        "http_request_latency_seconds",
        "Time from the request to the whole response, in seconds.",
        labels,
        buckets=LATENCY_BUCKETS,
        registry=registry,
    )

    def record(info: Info) -> None:
        method = info.method if info.method in _METHODS else "OTHER"
        endpoint = "unmatched" if info.modified_handler == "none" else info.modified_handler
        status = info.response.status_code if info.response else 500
        requests.labels(method, endpoint).inc()
        responses.labels(method, endpoint, status).inc()
        latency.labels(method, endpoint).observe(info.modified_duration)
        if status >= 400:
            errors.labels(method, endpoint).inc()

    return record
