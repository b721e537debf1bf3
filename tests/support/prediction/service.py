"""The prediction service in process, on a data service with a fake store; work runs where it is called."""

import asyncio
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager
from typing import ParamSpec, TypeVar

import httpx

import services.prediction.warm_up  # noqa: F401  # imports what computes, which takes longer than a request may
from services.prediction.app import create_app
from services.prediction.ports import Resources
from services.prediction.settings import PredictionSettings
from shared.clients.data import DataClient
from shared.errors import ServiceError
from tests.support.asgi import serve
from tests.support.data.fakes import FakeBarStore, serve_data
from tests.support.prediction.runs import FakeRunStore

P = ParamSpec("P")
T = TypeVar("T")


class InlineWorkers:
    """Workers that run at once, or refuse with `error`."""

    def __init__(self, error: ServiceError | None = None) -> None:
        self._error = error

    async def run(self, key: Hashable, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        if self._error is not None:
            raise self._error
        return work(*args, **kwargs)

    def require_room(self) -> None:
        pass

    async def wait_until_ready(self) -> None:
        pass

    async def ping(self) -> None:
        if self._error is not None:
            raise self._error


@asynccontextmanager
async def serve_prediction(
    store: FakeBarStore,
    workers: InlineWorkers | None = None,
    runs: FakeRunStore | None = None,
    queued: asyncio.Event | None = None,
) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client of the prediction service."""
    async with serve_data(store) as http:
        data = DataClient(http, timeout_seconds=60)

        @asynccontextmanager
        async def open_fakes(_: PredictionSettings) -> AsyncIterator[Resources]:
            yield Resources(
                data=data,
                workers=workers or InlineWorkers(),
                runs=runs or FakeRunStore(),
                queued=queued or asyncio.Event(),
            )

        async with serve(create_app(PredictionSettings(), open_resources=open_fakes)) as client:
            yield client
