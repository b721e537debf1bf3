"""Opens the connections of the gateway and closes them in reverse."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from gateway.settings import GatewaySettings
from shared.clients.data import DataClient
from shared.clients.observer import CallObserver
from shared.clients.prediction import PredictionClient
from shared.clients.runs import RunsClient
from shared.clients.transport import open_http


@dataclass(frozen=True)
class Resources:
    """The open connections of a running gateway."""

    data: DataClient
    prediction: PredictionClient
    runs: RunsClient


@asynccontextmanager
async def open_resources(
    settings: GatewaySettings,
    data_observer: CallObserver | None = None,
    prediction_observer: CallObserver | None = None,
) -> AsyncIterator[Resources]:
    """Open one connection pool per internal service; the observers are told of each call."""
    tokens = settings.service_tokens
    async with (
        open_http(str(settings.data_url), data_observer, tokens=tokens) as data,
        open_http(str(settings.prediction_url), prediction_observer, tokens=tokens) as prediction,
    ):
        yield Resources(
            data=DataClient(data, timeout_seconds=settings.data_timeout_seconds, observer=data_observer, retries=True),
            prediction=PredictionClient(
                prediction,
                timeout_seconds=settings.prediction_timeout_seconds,
                observer=prediction_observer,
                retries=True,
            ),
            runs=RunsClient(data, timeout_seconds=settings.data_timeout_seconds, observer=data_observer, retries=True),
        )
