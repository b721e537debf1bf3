"""The prediction service in process, on a data service with a fake store; work runs where it is called."""

from collections.abc import AsyncIterator, Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import ParamSpec, TypeVar

import httpx

from services.prediction.app import create_app
from services.prediction.ports import Item, Outcome, Resources
from services.prediction.settings import PredictionSettings
from shared.clients.data import DataClient
from shared.errors import ComputationRefused, ServiceError
from tests.support.asgi import serve
from tests.support.data.fakes import FakeBarCache, FakeBarStore, serve_data

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

    def require_ready(self) -> None:
        pass

    async def wait_until_ready(self) -> None:
        pass

    async def ping(self) -> None:
        if self._error is not None:
            raise self._error


class InlineEngine:
    """An engine without processes of its own, which symbols in `harmful` are said to end."""

    def __init__(self, harmful: Sequence[str] = ()) -> None:
        self._harmful = harmful

    def map_unordered(
        self, task: Callable[[Item], T], items: Iterable[Item], at_once: int
    ) -> Iterator[Outcome[Item, T]]:
        for item in items:
            try:
                if isinstance(item, tuple) and item[0] in self._harmful:
                    raise ComputationRefused("The computation ended its process 3 times.")
                yield Outcome(item, task(item), None)
            except ServiceError as error:
                yield Outcome(item, None, error)

    def cancel(self) -> None:
        pass


@asynccontextmanager
async def serve_prediction(
    store: FakeBarStore, workers: InlineWorkers | None = None, cache: FakeBarCache | None = None
) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client of the prediction service."""
    async with serve_data(store, cache) as http:
        data = DataClient(http, upstream="the data service", timeout_seconds=60)

        @asynccontextmanager
        async def open_fakes(_: PredictionSettings) -> AsyncIterator[Resources]:
            yield Resources(data=data, workers=workers or InlineWorkers())

        async with serve(create_app(PredictionSettings(), open_resources=open_fakes)) as client:
            yield client
