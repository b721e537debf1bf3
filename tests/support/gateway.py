"""The gateway with fakes at its ports, and a result as the prediction service gives it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta

import httpx

from gateway import examples
from gateway.api_keys import digest_of
from gateway.app import create_app
from gateway.ports import Resources
from gateway.settings import GatewaySettings
from shared.clients.data import BarsAnswer, BarsQuery, LoadQuery, Upload
from shared.errors import ServiceError
from shared.health import Check, Health
from shared.loads import LoadReport, Stock, StockPage
from shared.predictions import Baseline, Data, Metrics, Model, Predictions, Result, Span, Split
from tests.support.asgi import serve

_DAY = date(2024, 1, 1)
REVISION = "0" * 16
KEY = "a-key-that-may-write"
WITH_KEY = {"X-API-Key": KEY}


def make_result(symbol: str = "AAPL", *, adjusted: bool = False) -> Result:
    """Return a small, consistent result."""
    scores = {"mae": 1.0, "mse": 1.0, "rmse": 1.0, "mape": 0.01, "r2": 0.5, "directional_accuracy": 1.0}
    train = Span(first_session=_DAY, last_session=_DAY + timedelta(7), bars=8)
    test = Span(first_session=_DAY + timedelta(8), last_session=_DAY + timedelta(9), bars=2)
    return Result(
        stock_symbol=symbol,
        task="same_session_close",
        skill=0.5,
        mse=1.0,
        metrics=Metrics(**scores),
        baseline=Baseline(**scores | {"mae": 2.0}),
        warnings=[],
        model=Model(
            name="linear_regression",
            feature_names=["Open", "High", "Low"],
            coefficients=[0.1, 0.5, 0.4],
            intercept=0.0,
        ),
        data=Data(revision=REVISION, first_session=_DAY, last_session=test.last_session, bars=10, adjusted=adjusted),
        split=Split(train=train, test=test),
        predictions=Predictions(
            session=[test.first_session, test.last_session], actual=[1.0, 2.0], predicted=[2.0, 3.0]
        ),
    )


@dataclass
class FakeData:
    """A data service that answers and keeps what it is asked, or fails with `error`."""

    names: list[str] = field(default_factory=lambda: ["AAPL", "MSFT"])
    error: ServiceError | None = None
    state: Health = field(default_factory=lambda: Health.of({"store": Check(status="ok")}))
    asked: list[object] = field(default_factory=list)
    loaded: dict[str, bytes] = field(default_factory=dict)

    async def symbols(self) -> list[str]:
        _raise(self.error)
        return self.names

    async def stocks(self, *, query: str, limit: int, cursor: str | None) -> StockPage:
        _raise(self.error)
        self.asked.append((query, limit, cursor))
        return StockPage.model_validate(examples.STOCKS)

    async def stock(self, *, symbol: str) -> Stock:
        _raise(self.error)
        return Stock.model_validate(examples.STOCK | {"symbol": symbol})

    async def revision(self, *, symbol: str) -> str:
        _raise(self.error)
        return REVISION

    async def bars_as(self, *, symbol: str, query: BarsQuery, if_none_match: str | None) -> BarsAnswer:
        _raise(self.error)
        self.asked.append((symbol, query, if_none_match))
        etag = {"ETag": f'"{REVISION}"'}
        if if_none_match == etag["ETag"]:
            return BarsAnswer(304, etag, b"")
        about = {"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": 'attachment; filename="AAPL.csv"'}
        return BarsAnswer(200, etag | about, b"\xff as it came")

    async def load(self, *, symbol: str, query: LoadQuery, upload: Upload) -> LoadReport:
        _raise(self.error)
        self.asked.append((symbol, query, upload.media_type, upload.length))
        self.loaded[symbol] = b"".join([chunk async for chunk in upload.body])
        return LoadReport.model_validate(examples.LOAD_REPORT | {"symbol": symbol})

    async def delete(self, *, symbol: str) -> None:
        _raise(self.error)
        self.asked.append(symbol)

    async def health(self) -> Health:
        _raise(self.error)
        return self.state


@dataclass
class FakePrediction:
    """A prediction service that answers for any symbol, or fails with `error`."""

    error: Exception | None = None
    state: Health = field(default_factory=lambda: Health(status="ok"))
    n_results: int = 0

    async def result(self, *, symbol: str, adjusted: bool) -> Result:
        _raise(self.error)
        self.n_results += 1
        return make_result(symbol, adjusted=adjusted)

    async def health(self) -> Health:
        _raise(self.error)
        return self.state


def _raise(error: Exception | None) -> None:
    if error is not None:
        raise error


@asynccontextmanager
async def serve_gateway(
    data: FakeData | None = None, prediction: FakePrediction | None = None, **settings: object
) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client of a gateway whose internal services are fakes and which knows `KEY`, unless told otherwise."""
    resources = Resources(data=data or FakeData(), prediction=prediction or FakePrediction())

    @asynccontextmanager
    async def open_fakes(_: GatewaySettings) -> AsyncIterator[Resources]:
        yield resources

    given = {"api_keys": digest_of(KEY)} | settings
    app = create_app(GatewaySettings(**given), open_resources=open_fakes)  # type: ignore[arg-type]  # any field
    async with serve(app) as client:
        yield client
