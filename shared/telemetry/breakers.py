"""The gauge of circuit breakers, and the log of when calls stop and resume."""

from collections.abc import Callable

import structlog
from prometheus_client import CollectorRegistry, Gauge

from shared.breaker import State

log = structlog.get_logger()
STATES: dict[State, int] = {"closed": 0, "half_open": 1, "open": 2}


class BreakerGauges:
    """Shows the state of each circuit breaker of a service."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._state = Gauge(
            "breaker_state",
            "State of the circuit breaker before an internal service or a store: 0 closed, 1 half-open, 2 open.",
            ("upstream",),
            registry=registry,
            multiprocess_mode="livemax",
        )

    def observer(self, upstream: str) -> Callable[[State], None]:
        """Return what the breaker of this upstream calls with every new state."""
        state = self._state.labels(upstream)
        state.set(STATES["closed"])
        return _BreakerGauge(upstream, state)


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
