"""The data service's components as route parameters."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from services.data.bars.kept_answers import KeptAnswers
from services.data.bars.reader import BarReader
from services.data.bars.writer import BarWriter
from services.data.followers.broadcast import Broadcast
from services.data.metrics import DataMetrics
from services.data.ports import BarCache, BarStore, ChangeFeed, Followers, ForecastLedger
from services.data.runs.ports import RunStore
from services.data.runs.watches import RunWatches
from services.data.screener.answers import Screeners
from services.data.settings import DataSettings
from services.data.symbols.catalogue import Catalogue
from services.data.symbols.revisions import Revisions
from shared.web.dependencies import component


@dataclass(frozen=True)
class Components:
    """The components that the routes use."""

    store: BarStore
    cache: BarCache
    feed: ChangeFeed
    followers: Followers
    broadcast: Broadcast
    ledger: ForecastLedger
    runs: RunStore
    watches: RunWatches
    kept: KeptAnswers
    reader: BarReader
    writer: BarWriter
    catalogue: Catalogue
    revisions: Revisions
    screeners: Screeners
    metrics: DataMetrics
    settings: DataSettings


BarStoreDep = Annotated[BarStore, Depends(component("store"))]
BarReaderDep = Annotated[BarReader, Depends(component("reader"))]
ScreenersDep = Annotated[Screeners, Depends(component("screeners"))]
CatalogueDep = Annotated[Catalogue, Depends(component("catalogue"))]
RevisionsDep = Annotated[Revisions, Depends(component("revisions"))]
BarWriterDep = Annotated[BarWriter, Depends(component("writer"))]
RunStoreDep = Annotated[RunStore, Depends(component("runs"))]
RunWatchesDep = Annotated[RunWatches, Depends(component("watches"))]
ForecastLedgerDep = Annotated[ForecastLedger, Depends(component("ledger"))]
MetricsDep = Annotated[DataMetrics, Depends(component("metrics"))]
SettingsDep = Annotated[DataSettings, Depends(component("settings"))]
BroadcastDep = Annotated[Broadcast, Depends(component("broadcast"))]
ChangeFeedDep = Annotated[ChangeFeed, Depends(component("feed"))]
FollowersDep = Annotated[Followers, Depends(component("followers"))]
