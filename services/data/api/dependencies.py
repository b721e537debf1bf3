"""The data service's resources as route parameters. Async, because FastAPI runs the others in a thread each."""

from typing import Annotated

from fastapi import Depends, Request

from services.data.bars.reader import BarReader
from services.data.bars.writer import BarWriter
from services.data.metrics import DataMetrics
from services.data.ports import BarStore, ForecastLedger, Resources
from services.data.settings import DataSettings
from services.data.symbols.catalogue import Catalogue


def resources_of(request: Request) -> Resources:
    """Return what the lifespan opened."""
    resources: Resources = request.app.state.resources
    return resources


async def _store(request: Request) -> BarStore:
    return resources_of(request).store


async def _reader(request: Request) -> BarReader:
    reader: BarReader = request.app.state.reader
    return reader


async def _catalogue(request: Request) -> Catalogue:
    catalogue: Catalogue = request.app.state.catalogue
    return catalogue


async def _writer(request: Request) -> BarWriter:
    writer: BarWriter = request.app.state.writer
    return writer


async def _ledger(request: Request) -> ForecastLedger:
    return resources_of(request).ledger


async def _metrics(request: Request) -> DataMetrics:
    metrics: DataMetrics = request.app.state.metrics
    return metrics


async def _settings(request: Request) -> DataSettings:
    settings: DataSettings = request.app.state.settings
    return settings


BarStoreDep = Annotated[BarStore, Depends(_store)]
BarReaderDep = Annotated[BarReader, Depends(_reader)]
CatalogueDep = Annotated[Catalogue, Depends(_catalogue)]
BarWriterDep = Annotated[BarWriter, Depends(_writer)]
ForecastLedgerDep = Annotated[ForecastLedger, Depends(_ledger)]
MetricsDep = Annotated[DataMetrics, Depends(_metrics)]
SettingsDep = Annotated[DataSettings, Depends(_settings)]
