"""What the gateway needs from outside."""

from dataclasses import dataclass
from typing import Protocol

from shared.clients.data import BarsAnswer, BarsQuery, LoadQuery, Upload
from shared.health import Health
from shared.loads import LoadReport, Stock, StockPage
from shared.predictions import Result


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

    async def revision(self, *, symbol: str) -> str:
        """Return the revision of the bars of `symbol`."""
        ...

    async def bars_as(self, *, symbol: str, query: BarsQuery, if_none_match: str | None) -> BarsAnswer:
        """Return the bars of `symbol` as `query` wants them, to be passed on."""
        ...

    async def load(self, *, symbol: str, query: LoadQuery, upload: Upload) -> LoadReport:
        """Load bars of `symbol` while they arrive."""
        ...

    async def delete(self, *, symbol: str) -> None:
        """Remove `symbol` and all of its bars."""
        ...

    async def health(self) -> Health:
        """Return what the service says of itself."""
        ...


class PredictionService(Protocol):
    """Who predicts."""

    async def result(self, *, symbol: str, adjusted: bool) -> Result:
        """Return the same-session result of `symbol`."""
        ...

    async def health(self) -> Health:
        """Return what the service says of itself."""
        ...


@dataclass(frozen=True)
class Resources:
    """What a running gateway holds open."""

    data: DataService
    prediction: PredictionService
