"""Metrics of the gateway's own."""

from prometheus_client import CollectorRegistry, Counter

from gateway.rate_limits.counters import Place
from gateway.rate_limits.kinds import KINDS, Kind


class RateLimitMetrics:
    """Counts the decisions of the rate limits on one registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._decisions = Counter(
            "rate_limit_decisions_total",
            "Requests that counted against a rate limit, by kind, outcome (allowed, refused) and where they were "
            "counted (shared, local).",
            ("kind", "outcome", "place"),
            registry=registry,
        )
        for kind in KINDS:
            for outcome in ("allowed", "refused"):
                for place in ("shared", "local"):
                    self._decisions.labels(kind, outcome, place)

    def count(self, kind: Kind, is_allowed: bool, place: Place) -> None:
        """Count one decision."""
        self._decisions.labels(kind, "allowed" if is_allowed else "refused", place).inc()
