"""What the gateway needs from outside."""

from dataclasses import dataclass
from typing import Protocol

from shared.clients.base import Answer
from shared.clients.data import BarsQuery, LoadQuery, Upload
from shared.schemas.forecasts import EvaluationQuery, Forecast, ForecastQuery
from shared.schemas.ledger import Kept, Ledger, LedgerEntry, LedgerQuery
from shared.schemas.loads import LoadReport, Stock, StockPage
from shared.schemas.results import Result
from shared.web.health import Health


class DataService(Protocol):
    """Who has the bars."""

    async def symbols(self) -> list[str]:
        """Return every symbol that has bars, ascending."""
        ...

    async def stocks(self, *, query: str, limit: int, cursor: str | None) -> StockPage:
        """Return one page of the symbols that match, best first."""
        ...

    async def stock(self, *, symbol: str) -> Stock:
        """Return what is known about `symbol`."""
        ...

    async def bars_as(self, *, symbol: str, query: BarsQuery, if_none_match: str | None) -> Answer:
        """Return the bars of `symbol` as `query` wants them, to be passed on."""
        ...

    async def load(self, *, symbol: str, query: LoadQuery, upload: Upload) -> LoadReport:
        """Load bars of `symbol` while they arrive."""
        ...

    async def delete(self, *, symbol: str) -> None:
        """Remove `symbol` and all of its bars."""
        ...

    async def keep(self, *, symbol: str, entries: list[LedgerEntry]) -> Kept:
        """Append to the ledger of `symbol` what is not there yet."""
        ...

    async def ledger(self, *, symbol: str, query: LedgerQuery) -> Ledger:
        """Return what was said of `symbol` and what came."""
        ...

    async def health(self) -> Health:
        """Return what the service says of itself."""
        ...


class PredictionService(Protocol):
    """Who predicts."""

    async def result(self, *, symbol: str, adjusted: bool) -> Result:
        """Return the same-session result of `symbol`."""
        ...

    async def forecast(self, *, symbol: str, query: ForecastQuery) -> Forecast:
        """Return the forecast of `symbol`."""
        ...

    async def result_answer(self, *, symbol: str, adjusted: bool, if_none_match: str | None) -> Answer:
        """Return the result to be passed on."""
        ...

    async def forecast_answer(self, *, symbol: str, query: ForecastQuery, if_none_match: str | None) -> Answer:
        """Return the forecast to be passed on."""
        ...

    async def evaluation_answer(self, *, symbol: str, query: EvaluationQuery, if_none_match: str | None) -> Answer:
        """Return the walk-forward scores of `symbol` to be passed on."""
        ...

    async def models_answer(self, *, if_none_match: str | None) -> Answer:
        """Return what can be asked for, to be passed on."""
        ...

    async def health(self) -> Health:
        """Return what the service says of itself."""
        ...


@dataclass(frozen=True)
class Resources:
    """What a running gateway holds open."""

    data: DataService
    prediction: PredictionService
