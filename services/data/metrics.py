"""The data service's own metrics. The measured modules call plain functions and do not know Prometheus."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Histogram

from services.data.bars.checks import REJECTION_DETAILS
from services.data.ports import CacheOutcome, ObserveDuration
from services.data.settings import VendorName
from shared.errors import RowsRejected
from shared.schemas.loads import LoadReport
from shared.telemetry.breakers import BreakerGauges
from shared.telemetry.metrics import COMMAND_BUCKETS

MONGO_COMMANDS = (
    "abortTransaction",
    "aggregate",
    "commitTransaction",
    "createIndexes",
    "delete",
    "drop",
    "find",
    "findAndModify",
    "hello",
    "insert",
    "listCollections",
    "ping",
    "renameCollection",
    "update",
)
CACHE_COMMANDS = ("get", "set", "delete", "clear")
OUTCOMES = ("ok", "failed")
WRITTEN_OUTCOMES = ("evaluated", "failed")
WRITTEN = "Results of symbols in runs that were written, by outcome: evaluated or failed."
REJECTED = "Rejected rows by the first check that they fail."
READS = "Reads of bars by cache outcome: hit, miss, stale (MongoDB is away), corrupt (discarded) or unavailable."
MONGO_TIME = "Duration of a MongoDB command, in seconds."
CACHE_TIME = "Duration of a cache command, in seconds."
VENDOR_TIME = "Duration of fetching one symbol from a vendor, including pauses and retries, in seconds."
VENDOR_BUCKETS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)


class DataMetrics:
    """Counters and histograms on one registry; every series exists from the start."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._reads = _build_counter(registry, "cache_requests_total", READS, "outcome", get_args(CacheOutcome))
        self._rows = _build_counter(
            registry,
            "bars_ingested_total",
            "Loaded rows by outcome: inserted, updated, unchanged or rejected.",
            "outcome",
            ("inserted", "updated", "unchanged", "rejected"),
        )
        self._loads = _build_counter(
            registry,
            "loads_total",
            "Loads of a symbol: loaded, refused (invalid input) or failed (an error of the service).",
            "outcome",
            ("loaded", "refused", "failed"),
        )
        self._rejected = _build_counter(
            registry, "bars_rejected_total", REJECTED, "code", (*REJECTION_DETAILS, "other")
        )
        self._run_results = _build_counter(registry, "run_results_written_total", WRITTEN, "outcome", WRITTEN_OUTCOMES)
        self._replaced_connections = Counter(
            "mongo_connections_replaced_total",
            "Connections to MongoDB that were replaced because they were opened while the member was starting.",
            registry=registry,
        )
        observer = BreakerGauges(registry).observer
        self.observe_store_breaker, self.observe_cache_breaker = observer("store"), observer("cache")
        mongo_times = _build_histogram(registry, "mongo_command", "command", MONGO_TIME)
        cache_times = _build_histogram(registry, "cache_command", "command", CACHE_TIME)
        vendor_times = _build_histogram(registry, "vendor_request", "vendor", VENDOR_TIME, VENDOR_BUCKETS)
        self.observe_mongo = _build_observer(mongo_times, (*MONGO_COMMANDS, "other"))
        self.observe_cache = _build_observer(cache_times, CACHE_COMMANDS)
        self.observe_vendor = _build_observer(vendor_times, get_args(VendorName))

    def count_cache_read(self, outcome: CacheOutcome) -> None:
        """Count a read of bars by cache outcome."""
        self._reads.labels(outcome).inc()

    def count_replaced_connection(self) -> None:
        """Count a connection to MongoDB that was replaced."""
        self._replaced_connections.inc()

    def count_run_result(self, *, is_failure: bool) -> None:
        """Count a result that the owner of a run wrote."""
        self._run_results.labels("failed" if is_failure else "evaluated").inc()

    def count_load(self, report: LoadReport) -> None:
        """Count a load and its rows; a load without a valid row is refused."""
        is_stored = report.inserted + report.updated + report.unchanged > 0
        self._loads.labels("loaded" if is_stored else "refused").inc()
        for outcome in ("inserted", "updated", "unchanged"):
            self._rows.labels(outcome).inc(getattr(report, outcome))
        self._count_rejected_rows({reason.code: reason.count for reason in report.rejected_by_code})

    def count_refused(self) -> None:
        """Count a symbol that was refused, of a file whose other symbols are loaded."""
        self._loads.labels("refused").inc()

    @contextmanager
    def count_failed_load(self) -> Iterator[None]:
        """Count the enclosed load, if it raises, as refused (a 4xx error) or failed (any other error)."""
        try:
            yield
        except Exception as error:
            if isinstance(error, RowsRejected):
                self._count_rejected_rows(error.codes)
            status = getattr(error, "status", getattr(error, "status_code", 500))
            self._loads.labels("refused" if status < 500 else "failed").inc()
            raise

    def _count_rejected_rows(self, codes: Mapping[str, int]) -> None:
        for code, n in codes.items():
            self._rows.labels("rejected").inc(n)
            self._rejected.labels(code if code in REJECTION_DETAILS else "other").inc(n)


def _build_counter(
    registry: CollectorRegistry, name: str, description: str, label: str, values: Iterable[str]
) -> Counter:
    counter = Counter(name, description, (label,), registry=registry)
    for value in values:
        counter.labels(value)
    return counter


def _build_histogram(
    registry: CollectorRegistry,
    subject: str,
    label: str,
    description: str,
    buckets: tuple[float, ...] = COMMAND_BUCKETS,
) -> Histogram:
    return Histogram(f"{subject}_duration_seconds", description, (label, "outcome"), buckets=buckets, registry=registry)


def _build_observer(histogram: Histogram, labels: tuple[str, ...]) -> ObserveDuration:
    """Build an observer; unknown labels are counted as the last expected one."""
    for label in labels:
        for outcome in OUTCOMES:
            histogram.labels(label, outcome)

    def observe(label: str, outcome: str, seconds: float) -> None:
        histogram.labels(label if label in labels else labels[-1], outcome).observe(seconds)

    return observe
