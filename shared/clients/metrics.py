"""Metrics of the calls to internal services and of their circuit breakers."""

from typing import get_args

import structlog
from prometheus_client import CollectorRegistry, Gauge, Histogram

from shared.clients.base import CallObserver, CallResult
from shared.clients.breaker import State
from shared.telemetry.metrics import LATENCY_BUCKETS

log = structlog.get_logger()
STATES: dict[State, int] = {"closed": 0, "half_open": 1, "open": 2}


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
        self._state = Gauge(
            "breaker_state",
            "State of the circuit breaker before an internal service: 0 closed, 1 half-open, 2 open.",
            ("upstream",),
            registry=registry,
            multiprocess_mode="livemax",
        )

    def observer(self, upstream: str) -> CallObserver:
        """Return the observer for a client of this upstream."""
        for outcome in get_args(CallResult):
            self._seconds.labels(upstream, outcome)
        state = self._state.labels(upstream)
        state.set(STATES["closed"])
        return CallObserver(
            call=lambda outcome, seconds: self._seconds.labels(upstream, outcome).observe(seconds),
            breaker=_BreakerGauge(upstream, state),
        )


class _BreakerGauge:
    """Sets the gauge to each state, and logs when calls stop and resume, but not the probes in between."""

    def __init__(self, upstream: str, gauge: Gauge) -> None:
        self._upstream = upstream
        self._gauge = gauge
        self._logged: State = "closed"

    def __call__(self, now: State) -> None:
        self._gauge.set(STATES[now])
        if now not in ("half_open", self._logged):
            self._logged = now
            log.warning("upstream_back" if now == "closed" else "upstream_silent", upstream=self._upstream)
