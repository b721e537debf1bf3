"""Metrics of the prediction service besides those of its requests; the measured code does not know Prometheus."""

from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from services.prediction.kept_bars import BarsObserver, BarsOutcome
from services.prediction.workers.measurements import FitOutcome, Measurements, Task
from services.prediction.workers.queue_observer import QueueObserver, Refusal
from shared.schemas.forecasts import MODEL_NAMES
from shared.schemas.results import SAME_SESSION
from shared.telemetry.metrics import LATENCY_BUCKETS

FIT_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
SKILL_BUCKETS = (-1.0, -0.5, -0.2, -0.1, -0.05, -0.02, 0.0, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
MODEL_LABELS = (SAME_SESSION, *MODEL_NAMES)


class ComputationMetrics:
    """Fits, skills and durations on one registry, with every series initialised to zero."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._fits = Counter(
            "model_fits_total",
            "Models that were needed, by outcome: fitted, kept (loaded from the model store) or failed.",
            ("model", "outcome"),
            registry=registry,
        )
        self._fit_seconds = Histogram(
            "model_fit_duration_seconds",
            "Time to fit a model, in seconds.",
            ("model",),
            buckets=FIT_BUCKETS,
            registry=registry,
        )
        self._seconds = Histogram(
            "computation_duration_seconds",
            "Duration of a task in its worker process, without queueing, in seconds.",
            ("task",),
            buckets=LATENCY_BUCKETS,
            registry=registry,
        )
        self._skills = Histogram(
            "model_skill",
            "Skills of computed walk-forwards: 1 - MAE / MAE of persistence; 0 is no better than persistence.",
            ("model",),
            buckets=SKILL_BUCKETS,
            registry=registry,
        )
        for model in MODEL_LABELS:
            self._fit_seconds.labels(model)
            for outcome in get_args(FitOutcome):
                self._fits.labels(model, outcome)
        for name in set(MODEL_NAMES) - {"persistence"}:
            self._skills.labels(name)
        for task in get_args(Task):
            self._seconds.labels(task)

    def record(self, measurements: Measurements) -> None:
        """Export the measurements of a computation."""
        for fit in measurements.fits:
            self._fits.labels(fit.model, fit.outcome).inc()
            if fit.outcome == "fitted" and fit.seconds is not None:
                self._fit_seconds.labels(fit.model).observe(fit.seconds)
        for model, skill in measurements.skills:
            self._skills.labels(model).observe(skill)
        for task, seconds in measurements.seconds:
            self._seconds.labels(task).observe(seconds)


class BarMetrics(BarsObserver):
    """Counts reads of bars, and shows the memory of the kept ones.

    Args:
        registry: Holds the metrics.
        keeps: Whether bars are kept; if not, no feed is followed, and none is shown as lost.
    """

    def __init__(self, registry: CollectorRegistry, *, keeps: bool) -> None:
        self._reads = Counter(
            "bar_reads_total",
            "Reads of bars, by outcome: kept (used without asking), confirmed (asked, and still current) or read "
            "(from the data service).",
            ("outcome",),
            registry=registry,
        )
        self._by_outcome = {outcome: self._reads.labels(outcome) for outcome in get_args(BarsOutcome)}
        self._bytes = Gauge(
            "kept_bar_bytes", "Memory that kept bars take, in bytes.", registry=registry, multiprocess_mode="livesum"
        )
        self._alive = Gauge(
            "revision_feed_alive",
            "Whether the feed of revisions is alive, 1 or 0; if not, kept bars are used only after asking. Absent if "
            "PREDICTION_BAR_BYTES is 0.",
            registry=registry if keeps else None,
            multiprocess_mode="livemin",
        )
        if keeps:
            self._alive.set(0)

    def read(self, outcome: BarsOutcome) -> None:
        """Count one read."""
        self._by_outcome[outcome].inc()

    def stored(self, n_bytes: int) -> None:
        """Show the memory that is taken."""
        self._bytes.set(n_bytes)

    def alive(self, is_alive: bool) -> None:
        """Show whether the feed is alive."""
        self._alive.set(is_alive)


class QueueMetrics(QueueObserver):
    """Exports the queue of the worker processes."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def gauge(name: str, help_text: str) -> Gauge:
            return Gauge(name, help_text, registry=registry, multiprocess_mode="livesum")

        self._depth = gauge("worker_queue_depth", "Calls waiting for a worker process.")
        self._limit = gauge("worker_queue_limit", "Calls that may wait before further ones are refused.")
        self._busy = gauge("workers_busy", "Worker processes that are computing, even if the caller has left.")
        self._refusals = Counter(
            "worker_refusals_total",
            "Calls that were refused, by reason: queue_full, too_slow, died (the worker process), not_ready (all "
            "are starting) or harmful (it ended its worker process twice).",
            ("reason",),
            registry=registry,
        )
        for queue_gauge in (self._depth, self._limit, self._busy):
            queue_gauge.set(0)
        for reason in get_args(Refusal):
            self._refusals.labels(reason)

    def set_limit(self, limit: int) -> None:
        """Set the queue limit."""
        self._limit.set(limit)

    def set_load(self, *, waiting: int, busy: int) -> None:
        """Set the numbers of waiting and of running calls."""
        self._depth.set(waiting)
        self._busy.set(busy)

    def count_refusal(self, reason: Refusal) -> None:
        """Count a call that was refused."""
        self._refusals.labels(reason).inc()
