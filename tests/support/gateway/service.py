"""The gateway with fakes at its ports, and a result as the prediction service gives it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta

import httpx

from gateway.api_keys import digest_of
from gateway.app import create_app
from gateway.examples import stocks as examples
from gateway.examples.forecasts import EVALUATION, FORECAST, MODELS
from gateway.examples.ledger import LEDGER
from gateway.ports import Resources
from gateway.settings import GatewaySettings
from shared.clients.base import Answer
from shared.clients.data import BarsQuery, LoadQuery, Upload
from shared.errors import ServiceError
from shared.schemas.evaluations import Evaluation
from shared.schemas.forecasts import EvaluationQuery, Forecast, ForecastQuery, Models
from shared.schemas.ledger import Kept, Ledger, LedgerEntry, LedgerQuery
from shared.schemas.loads import LoadReport, Stock, StockPage
from shared.schemas.results import (
    Baseline,
    Data,
    Metrics,
    Midrange,
    Model,
    Predictions,
    Result,
    ResultInterval,
    Span,
    Split,
    Wire,
)
from shared.web.health import Check, Health
from tests.support.asgi import serve

_DAY = date(2024, 1, 1)
REVISION = "0" * 16
ETAG = f'"{REVISION}-{"f" * 16}"'  # of every prediction
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
        midrange_skill=0.2,
        mse=1.0,
        metrics=Metrics(**scores),
        baseline=Baseline(**scores | {"mae": 2.0}),
        midrange=Midrange(**scores | {"mae": 1.25}),
        interval=ResultInterval(level=90, coverage=1.0, mean_width=4.0, n_calibration=20),
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
            session=[test.first_session, test.last_session],
            actual=[1.0, 2.0],
            predicted=[2.0, 3.0],
            lower=[0.0, 1.0],
            upper=[4.0, 5.0],
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
    kept: set[str] = field(default_factory=set)

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

    async def bars_as(self, *, symbol: str, query: BarsQuery, if_none_match: str | None) -> Answer:
        _raise(self.error)
        self.asked.append((symbol, query, if_none_match))
        etag = {"ETag": f'"{REVISION}"'}
        if if_none_match == etag["ETag"]:
            return Answer(304, etag, b"")
        about = {"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": 'attachment; filename="AAPL.csv"'}
        return Answer(200, etag | about, b"\xff as it came")

    async def load(self, *, symbol: str, query: LoadQuery, upload: Upload) -> LoadReport:
        _raise(self.error)
        self.asked.append((symbol, query, upload.media_type, upload.length))
        self.loaded[symbol] = b"".join([chunk async for chunk in upload.body])
        return LoadReport.model_validate(examples.LOAD_REPORT | {"symbol": symbol})

    async def delete(self, *, symbol: str) -> None:
        _raise(self.error)
        self.asked.append(symbol)

    async def keep(self, *, symbol: str, entries: list[LedgerEntry]) -> Kept:
        _raise(self.error)
        self.asked.append((symbol, entries))
        n_before = len(self.kept)
        self.kept |= {entry.key for entry in entries}
        n_kept = len(self.kept) - n_before
        return Kept(kept=n_kept, known=len(entries) - n_kept)

    async def ledger(self, *, symbol: str, query: LedgerQuery) -> Ledger:
        _raise(self.error)
        self.asked.append((symbol, query))
        return Ledger.model_validate(LEDGER | {"symbol": symbol})

    async def health(self) -> Health:
        _raise(self.error)
        return self.state


@dataclass
class FakePrediction:
    """A prediction service that answers for any symbol and keeps what it is asked, or fails with `error`."""

    error: Exception | None = None
    state: Health = field(default_factory=lambda: Health(status="ok"))
    asked: list[object] = field(default_factory=list)

    async def result(self, *, symbol: str, adjusted: bool) -> Result:
        _raise(self.error)
        return make_result(symbol, adjusted=adjusted)

    async def forecast(self, *, symbol: str, query: ForecastQuery) -> Forecast:
        _raise(self.error)
        return Forecast.model_validate(FORECAST | {"stock_symbol": symbol})

    async def result_answer(self, *, symbol: str, adjusted: bool, if_none_match: str | None) -> Answer:
        return self._answer(make_result(symbol, adjusted=adjusted), (symbol, adjusted), if_none_match)

    async def forecast_answer(self, *, symbol: str, query: ForecastQuery, if_none_match: str | None) -> Answer:
        found = Forecast.model_validate(FORECAST | {"stock_symbol": symbol})
        return self._answer(found, (symbol, query), if_none_match)

    async def evaluation_answer(self, *, symbol: str, query: EvaluationQuery, if_none_match: str | None) -> Answer:
        found = Evaluation.model_validate(EVALUATION | {"stock_symbol": symbol})
        return self._answer(found, (symbol, query), if_none_match)

    async def models_answer(self, *, if_none_match: str | None) -> Answer:
        return self._answer(Models.model_validate(MODELS), "models", if_none_match)

    def _answer(self, found: Wire, asked: object, if_none_match: str | None) -> Answer:
        _raise(self.error)
        self.asked.append(asked)
        if if_none_match == ETAG:
            return Answer(304, {"ETag": ETAG}, b"")
        headers = {"ETag": ETAG, "Content-Type": "application/json"}
        return Answer(200, headers, found.model_dump_json().encode())

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
