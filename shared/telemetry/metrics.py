"""Prometheus metrics through prometheus-fastapi-instrumentator, on a registry per app.

Labels are the method and the route template, never the raw path, so that unknown paths add no series.
"""

import asyncio
import platform
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

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
from starlette.exceptions import HTTPException  # noqa: TID251  # as for any unknown path

from shared.telemetry.multiprocess import MultiprocessMetrics, StaticCollector

LATENCY_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
COMMAND_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
COLLECT_TIMEOUT_SECONDS = 4.0  # the longest that a scrape waits for one collector; Prometheus gives up after 10
_METHODS = {"GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"}
# Routine requests every few seconds: neither logged, nor traced, nor counted as in progress, nor refused.
QUIET_PATHS = {"/healthz", "/readyz", "/metrics", "/api/health", "/api/metrics", "/changes", "/runs/claim"}
QUIET_FOLDER = "/followers/"
# A proxy adds one of these, which a caller outside cannot remove; Prometheus sends none.
_FORWARDED = {"forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"}
log = structlog.get_logger()

GaugeValues = Mapping[tuple[str, ...], float]


@dataclass(frozen=True)
class ScrapeGauge:
    """A gauge computed at scrape time; it describes the system, not this process."""

    name: str
    meaning: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class ScrapeCollector:
    """Computes gauges by label values; it leaves out those that it cannot determine."""

    gauges: tuple[ScrapeGauge, ...]
    collect: Callable[[Request], Awaitable[Mapping[ScrapeGauge, GaugeValues]]]


def new_registry() -> CollectorRegistry:
    """Create the registry of one app, with the metrics of the Python process."""
    disable_created_metrics()  # type: ignore[no-untyped-call]  # an extra series per metric that no dashboard reads
    registry = CollectorRegistry()
    files = MultiprocessMetrics.from_environment()
    if files is not None:
        files.remove_stale()
    else:
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=registry)
    return registry


@dataclass(frozen=True)
class ServiceMetrics:
    """Counters and histograms of one app on its registry, and gauges computed at each scrape."""

    registry: CollectorRegistry
    collectors: Sequence[ScrapeCollector]
    requests: "RequestMetrics"


def install_metrics(app: FastAPI, name: str, path: str, measured: ServiceMetrics) -> None:
    """Measure every request of `app`, and serve all metrics at `path`."""
    files = MultiprocessMetrics.from_environment()
    instrumentator = Instrumentator(should_exclude_streaming_duration=True, registry=measured.registry)
    instrumentator.add(measured.requests.record).instrument(app)
    _show_build(app, name, measured.registry)

    @app.get(
        path,
        tags=["operations"],
        summary="Prometheus metrics",
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}, "example": _EXAMPLE}}}},
    )
    async def metrics(request: Request) -> Response:
        """Counters and histograms of this service in the Prometheus text format.

        Not through a proxy: to a request that was forwarded from outside, this path does not exist.
        """
        if not _FORWARDED.isdisjoint(request.headers):
            raise HTTPException(404)
        collected = await collect_at_scrape(measured.collectors, request)
        of_processes = measured.registry if files is None else files.registry()
        return Response(generate_latest(of_processes) + generate_latest(collected), media_type=CONTENT_TYPE_LATEST)


_EXAMPLE = 'http_requests_total{endpoint="/api/result",method="POST"} 1.0\n'


async def collect_at_scrape(collectors: Sequence[ScrapeCollector], request: Request) -> CollectorRegistry:
    """Compute all gauges concurrently and return a registry that holds them."""
    families = await asyncio.gather(*(_families(collector, request) for collector in collectors))
    registry = CollectorRegistry()
    registry.register(StaticCollector(family for some in families for family in some))
    return registry


async def _families(collector: ScrapeCollector, request: Request) -> list[GaugeMetricFamily]:
    try:
        async with asyncio.timeout(COLLECT_TIMEOUT_SECONDS):
            values_by_gauge = await collector.collect(request)
    except Exception as error:  # one failing gauge must not cost the whole scrape
        names = [gauge.name for gauge in collector.gauges]
        log.warning("scrape_gauges_failed", gauges=names, error=type(error).__name__)
        return []
    families = []
    for gauge, values in values_by_gauge.items():
        family = GaugeMetricFamily(gauge.name, gauge.meaning, labels=gauge.labels)
        for labels, value in values.items():
            family.add_metric(labels, value)
        families.append(family)
    return families


def _show_build(app: FastAPI, name: str, registry: CollectorRegistry) -> None:
    labels = {"service": name, "version": app.version, "python": platform.python_version()}
    build = Gauge(
        "build_info",
        "Version of the service and of Python, always 1.",
        tuple(labels),
        registry=registry,
        multiprocess_mode="livemax",
    )
    build.labels(**labels).set(1)


class RequestMetrics:
    """Counts requests and responses, and measures how long they take, on one registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        labels = ("method", "endpoint")
        self._requests = Counter("http_requests_total", "Requests answered.", labels, registry=registry)
        self._errors = Counter(
            "http_errors_total", "Requests answered with a status of 400 or more.", labels, registry=registry
        )
        self._responses = Counter(
            "http_responses_total", "Responses by status.", (*labels, "status"), registry=registry
        )
        self._latency = Histogram(
            "http_request_latency_seconds",
            "Time from the request to the whole response, in seconds.",
            labels,
            buckets=LATENCY_BUCKETS,
            registry=registry,
        )
        self._series = lru_cache(maxsize=256)(self._find_series)

    def observe(self, method: str, endpoint: str, status: int, seconds: float) -> None:
        """Measure one request."""
        requests, responses, latency = self._series(method, endpoint, status)
        requests.inc()
        responses.inc()
        latency.observe(seconds)
        if status >= 400:
            self._errors.labels(method, endpoint).inc()

    def record(self, info: Info) -> None:
        """Measure the request that the instrumentator has seen."""
        self.observe(
            info.method if info.method in _METHODS else "OTHER",
            "unmatched" if info.modified_handler == "none" else info.modified_handler,
            info.response.status_code if info.response else 500,
            info.modified_duration,
        )

    def _find_series(self, method: str, endpoint: str, status: int) -> tuple[Counter, Counter, Histogram]:
        return (
            self._requests.labels(method, endpoint),
            self._responses.labels(method, endpoint, status),
            self._latency.labels(method, endpoint),
        )
