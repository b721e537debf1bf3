"""Prometheus metrics through prometheus-fastapi-instrumentator, on a registry per app.

Labels are the method and the route template, never the raw path, so that made-up paths add no series.
"""

from collections.abc import Callable

from fastapi import FastAPI, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_fastapi_instrumentator import Instrumentator
from prometheus_fastapi_instrumentator.metrics import Info

LATENCY_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_METHODS = {"GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"}


def install_metrics(app: FastAPI, path: str) -> CollectorRegistry:
    """Measure every request of `app`, answer `path` with the measurements, and return the registry for more."""
    disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each, which no dashboard reads
    registry = CollectorRegistry()
    for collector in (ProcessCollector, PlatformCollector, GCCollector):
        collector(registry=registry)
    Instrumentator(registry=registry).add(_record(registry)).instrument(app)

    @app.get(
        path,
        tags=["operations"],
        summary="Prometheus metrics",
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}, "example": _EXAMPLE}}}},
    )
    async def metrics() -> Response:
        """Counters and histograms of this service in the Prometheus text format."""
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return registry


_EXAMPLE = 'http_requests_total{endpoint="/api/result",method="POST"} 1.0\n'


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
