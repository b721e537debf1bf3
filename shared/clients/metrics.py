"""Counts the calls to internal services, and shows what their breakers do."""

from typing import get_args

import structlog
from prometheus_client import CollectorRegistry, Gauge, Histogram

from shared.clients.base import CallObserver, CallResult
from shared.clients.breaker import State
from shared.telemetry.metrics import LATENCY_BUCKETS

log = structlog.get_logger()
STATES: dict[State, int] = {"closed": 0, "half_open": 1, "open": 2}


class UpstreamMetrics:
    """One observer per upstream, on one registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._seconds = Histogram(
            "upstream_request_duration_seconds",
            "Time that calls to an internal service took, health calls left out, in seconds.",
            ("upstream", "outcome"),
            buckets=LATENCY_BUCKETS,
            registry=registry,
        )
        self._state = Gauge(
            "breaker_state",
            "Whether an internal service is asked: 0 yes, 1 somebody is looking, 2 not for now.",
            ("upstream",),
            registry=registry,
            multiprocess_mode="livemax",
        )

    def observer(self, upstream: str) -> CallObserver:
        """Return what a client of this upstream tells, so far nothing."""
        for outcome in get_args(CallResult):
            self._seconds.labels(upstream, outcome)
        state = self._state.labels(upstream)
        state.set(STATES["closed"])
        return CallObserver(
            call=lambda outcome, seconds: self._seconds.labels(upstream, outcome).observe(seconds),
            breaker=_BreakerGauge(upstream, state),
        )


class _BreakerGauge:
    """Shows each state, and logs when calls stop and when they go on; not each look in between."""

    def __init__(self, upstream: str, gauge: Gauge) -> None:
        self._upstream = upstream
        self._gauge = gauge
        self._logged: State = "closed"

    def __call__(self, now: State) -> None:
        self._gauge.set(STATES[now])
        if now not in ("half_open", self._logged):
            self._logged = now
            log.warning("upstream_back" if now == "closed" else "upstream_silent", upstream=self._upstream)
