"""The gateway's own metrics."""

from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge

from gateway.answers.keeper import AnswerOutcome
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


class AnswerMetrics:
    """Counts requests for answers that may be kept, and shows what is kept, on one registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Counter(
            "answer_requests_total",
            "Requests whose answer may be kept, by outcome: hit (served without asking), confirmed (asked, and the "
            "kept one is still current), miss (asked).",
            ("outcome",),
            registry=registry,
        )
        self._by_outcome = {outcome: self._requests.labels(outcome) for outcome in get_args(AnswerOutcome)}
        self._evicted = Counter(
            "answers_evicted_total", "Kept answers removed because the limit of memory was reached.", registry=registry
        )
        self._bytes = Gauge(
            "answer_bytes", "Memory that kept answers take, in bytes.", registry=registry, multiprocess_mode="livesum"
        )
        self._alive = Gauge(
            "revision_feed_alive",
            "Whether the feed of revisions is alive, 1 or 0; if not, kept answers are served only after asking.",
            registry=registry,
            multiprocess_mode="livemin",
        )
        self._alive.set(0)

    def count(self, outcome: AnswerOutcome) -> None:
        """Count one request."""
        self._by_outcome[outcome].inc()

    def stored(self, n_bytes: int, n_evicted: int) -> None:
        """Show the memory that is taken, and count the answers that were removed."""
        self._bytes.set(n_bytes)
        self._evicted.inc(n_evicted)

    def alive(self, is_alive: bool) -> None:
        """Show whether the feed is alive."""
        self._alive.set(is_alive)
