"""Metrics of the calls to internal services and of their circuit breakers."""

from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from shared.clients.observer import CallObserver, CallResult
from shared.clients.pool import ConnectionState
from shared.telemetry.breakers import BreakerGauges
from shared.telemetry.metrics import LATENCY_BUCKETS


class UpstreamMetrics:
    """Call observers, one per upstream, on one registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._seconds = Histogram(
            "upstream_request_duration_seconds",
            "Duration of calls to an internal service, without health checks, in seconds.",
            ("upstream", "outcome"),
            buckets=LATENCY_BUCKETS,
            registry=registry,
        )
        self._waits = Histogram(
            "upstream_wait_duration_seconds",
            "Time that calls to an internal service waited for their turn in this process, in seconds.",
            ("upstream",),
            buckets=LATENCY_BUCKETS,
            registry=registry,
        )
        self._retries = Counter(
            "upstream_retries_total",
            "Reads retried after an internal service answered 503.",
            ("upstream",),
            registry=registry,
        )
        self._connections = Gauge(
            "upstream_connections",
            "Connections to an internal service: in use by a call, idle, or lost; none should ever be lost.",
            ("upstream", "state"),
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._breakers = BreakerGauges(registry)

    def observer(self, upstream: str) -> CallObserver:
        """Return the observer for a client of this upstream."""
        for outcome in get_args(CallResult):
            self._seconds.labels(upstream, outcome)
        return CallObserver(
            call=lambda outcome, seconds: self._seconds.labels(upstream, outcome).observe(seconds),
            waited=self._waits.labels(upstream).observe,
            retried=self._retries.labels(upstream).inc,
            connections=lambda counts: self._count_connections(upstream, counts),
            breaker=self._breakers.observer(upstream),
        )

    def _count_connections(self, upstream: str, counts: dict[ConnectionState, int]) -> None:
        for state, n in counts.items():
            self._connections.labels(upstream, state).set(n)
