"""Opens the resources of the prediction service and closes them in reverse."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from functools import partial

from services.prediction.kept_bars import BarsObserver, KeptBars
from services.prediction.ports import BarsReader, Resources
from services.prediction.runs.keeper import Keeper, compute_in_child
from services.prediction.settings import PredictionSettings
from services.prediction.tasks import PRELOADED, prepare
from services.prediction.workers.process_pool import ProcessWorkers
from services.prediction.workers.queue_observer import QueueObserver
from shared.background import in_background
from shared.clients.data import DataClient
from shared.clients.observer import CallObserver
from shared.clients.runs import RunsClient
from shared.clients.transport import open_http
from shared.revisions.follower import follow
from shared.revisions.freshness import Freshness


@asynccontextmanager
async def open_resources(
    settings: PredictionSettings,
    observer: CallObserver | None = None,
    queue_observer: QueueObserver | None = None,
    bars_observer: BarsObserver | None = None,
    *,
    keeps_runs: bool = False,
) -> AsyncIterator[Resources]:
    """Open the connection pools to the data service and start the worker processes; claim runs if asked to."""
    queued = asyncio.Event()
    async with (
        open_data(settings, observer, bars_observer) as data,
        open_runs(settings) as runs,
        ProcessWorkers(
            n_workers=settings.workers,
            prepare=partial(prepare, settings),
            max_waiting=settings.max_waiting,
            timeout_seconds=settings.budget_seconds,
            max_bytes=settings.worker_memory_mb * 1_000_000,
            observer=queue_observer,
            preload=[PRELOADED],
        ) as workers,
        in_background(Keeper(runs, compute_in_child, queued).keep()) if keeps_runs else nullcontext(),
    ):
        yield Resources(data=data, workers=workers, runs=runs, queued=queued)


@asynccontextmanager
async def open_data(
    settings: PredictionSettings, observer: CallObserver | None = None, bars_observer: BarsObserver | None = None
) -> AsyncIterator[BarsReader]:
    """Open the connection pool to the data service."""
    async with open_http(str(settings.data_url), observer, tokens=settings.service_tokens) as http:
        data = DataClient(http, timeout_seconds=settings.data_timeout_seconds, observer=observer)
        async with _keep_bars(data, settings.bar_bytes, bars_observer or BarsObserver()) as bars:
            yield bars


@asynccontextmanager
async def open_runs(settings: PredictionSettings) -> AsyncIterator[RunsClient]:
    """Open the connection pool to the data service's runs."""
    async with open_http(str(settings.data_url), tokens=settings.service_tokens) as http:
        yield RunsClient(http, timeout_seconds=settings.data_timeout_seconds)


@asynccontextmanager
async def _keep_bars(data: DataClient, max_bytes: int, observer: BarsObserver) -> AsyncIterator[BarsReader]:
    """Keep bars while the feed of revisions is followed, unless none may be kept."""
    if not max_bytes:
        yield data
        return
    freshness = Freshness()
    async with follow("prediction", data, freshness, on_alive=observer.alive):
        yield KeptBars(data, freshness, max_bytes, observer)
