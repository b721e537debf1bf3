"""What the data service counts beside its requests; the modules that are counted know callables, not Prometheus."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Histogram

from services.data.bars.checks import SENTENCES
from services.data.ports import CacheOutcome, Observe
from services.data.settings import VendorName
from shared.errors import RowsRejected
from shared.schemas.loads import LoadReport
from shared.telemetry.metrics import COMMAND_BUCKETS

MONGO_COMMANDS = (
    "abortTransaction",
    "aggregate",
    "commitTransaction",
    "createIndexes",
    "delete",
    "drop",
    "find",
    "hello",
    "insert",
    "listCollections",
    "ping",
    "renameCollection",
    "update",
)
CACHE_COMMANDS = ("get", "set", "delete", "clear")
OUTCOMES = ("ok", "failed")
VENDOR_TIME = "Time that a vendor took for one symbol, pauses and tries again included, in seconds."
VENDOR_BUCKETS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)


class DataMetrics:
    """Counters and times on one registry, each there from the start with nothing in it."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._reads = _counter(
            registry,
            "cache_requests_total",
            "Reads of bars by what the cache did: hit, miss, corrupt (thrown away) or unavailable.",
            "outcome",
            get_args(CacheOutcome),
        )
        self._rows = _counter(
            registry,
            "bars_ingested_total",
            "Rows of loads: inserted, updated, unchanged or rejected.",
            "outcome",
            ("inserted", "updated", "unchanged", "rejected"),
        )
        self._loads = _counter(
            registry,
            "loads_total",
            "Loads of a symbol: loaded, refused (for what was sent) or failed (for what we are).",
            "outcome",
            ("loaded", "refused", "failed"),
        )
        self._rejected = _counter(
            registry,
            "bars_rejected_total",
            "Rows that are not bars by the first check that they fail.",
            "code",
            (*SENTENCES, "other"),
        )
        self._replaced = Counter(
            "mongo_connections_replaced_total",
            "Connections to MongoDB that were replaced because they were made while the member was starting.",
            registry=registry,
        )
        mongo = _times(registry, "mongo_command", "command", "Time that MongoDB took for a command, in seconds.")
        cache = _times(registry, "cache_command", "command", "Time that the cache took for a command, in seconds.")
        vendor = _times(registry, "vendor_request", "vendor", VENDOR_TIME, VENDOR_BUCKETS)
        self.mongo = _observer(mongo, (*MONGO_COMMANDS, "other"))
        self.cache = _observer(cache, CACHE_COMMANDS)
        self.vendor = _observer(vendor, get_args(VendorName))

    def cache_read(self, outcome: CacheOutcome) -> None:
        """Count a read of bars by what the cache did."""
        self._reads.labels(outcome).inc()

    def connection_replaced(self) -> None:
        """Count a connection to MongoDB that was replaced."""
        self._replaced.inc()

    def loaded(self, report: LoadReport) -> None:
        """Count a load and its rows; one that has not one good row is refused."""
        is_stored = report.inserted + report.updated + report.unchanged > 0
        self._loads.labels("loaded" if is_stored else "refused").inc()
        for outcome in ("inserted", "updated", "unchanged"):
            self._rows.labels(outcome).inc(getattr(report, outcome))
        self._rows.labels("rejected").inc(len(report.rejected))
        for rejection in report.rejected:
            self._reject(rejection.code, 1)

    @contextmanager
    def load(self) -> Iterator[None]:
        """Count the load inside, if it raises, as refused for what was sent or as failed for what we are."""
        try:
            yield
        except Exception as error:
            if isinstance(error, RowsRejected):
                self._refused(error.codes)
            status = getattr(error, "status", getattr(error, "status_code", 500))
            self._loads.labels("refused" if status < 500 else "failed").inc()
            raise

    def _refused(self, codes: Mapping[str, int]) -> None:
        for code, n in codes.items():
            self._rows.labels("rejected").inc(n)
            self._reject(code, n)

    def _reject(self, code: str, n: int) -> None:
        self._rejected.labels(code if code in SENTENCES else "other").inc(n)


def _counter(registry: CollectorRegistry, name: str, meaning: str, label: str, values: Iterable[str]) -> Counter:
    counter = Counter(name, meaning, (label,), registry=registry)
    for value in values:
        counter.labels(value)
    return counter


def _times(
    registry: CollectorRegistry, what: str, label: str, meaning: str, buckets: tuple[float, ...] = COMMAND_BUCKETS
) -> Histogram:
    return Histogram(f"{what}_duration_seconds", meaning, (label, "outcome"), buckets=buckets, registry=registry)


def _observer(histogram: Histogram, whats: tuple[str, ...]) -> Observe:
    """Return what takes note in the histogram, of anything that is not expected as the last of the expected."""
    for what in whats:
        for outcome in OUTCOMES:
            histogram.labels(what, outcome)

    def observe(what: str, outcome: str, seconds: float) -> None:
        histogram.labels(what if what in whats else whats[-1], outcome).observe(seconds)

    return observe
