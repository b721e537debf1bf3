"""When the prediction service begins to listen."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.prediction.app import create_app
from services.prediction.ports import Resources
from services.prediction.settings import PredictionSettings
from shared.clients.data import DataClient
from tests.support.data.fakes import FakeBarStore, serve_data
from tests.support.prediction.runs import FakeRunStore
from tests.support.prediction.service import InlineWorkers


class StartingWorkers(InlineWorkers):
    """Workers that are ready when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.are_waited_for, self.are_ready = asyncio.Event(), asyncio.Event()

    async def wait_until_ready(self) -> None:
        self.are_waited_for.set()
        await self.are_ready.wait()


async def test_it_does_not_listen_until_a_worker_is_ready() -> None:
    workers = StartingWorkers()

    @asynccontextmanager
    async def open_fakes(_: PredictionSettings) -> AsyncIterator[Resources]:
        async with serve_data(FakeBarStore()) as http:
            data = DataClient(http, timeout_seconds=60)
            yield Resources(data=data, workers=workers, runs=FakeRunStore(), queued=asyncio.Event())

    app, started = create_app(PredictionSettings(), open_resources=open_fakes), asyncio.Event()

    async def start() -> None:
        async with app.router.lifespan_context(app):
            started.set()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(start())
        await workers.are_waited_for.wait()
        assert not started.is_set()
        workers.are_ready.set()
        await started.wait()
