"""The gateway with fakes at its ports, and a result as the prediction service gives it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta

import httpx

from gateway.app import create_app
from gateway.ports import Resources
from gateway.settings import GatewaySettings
from shared.errors import ServiceError
from shared.health import Check, Health
from shared.predictions import Baseline, Data, Metrics, Model, Predictions, Result, Span, Split
from tests.support.asgi import serve

_DAY = date(2024, 1, 1)


def make_result(symbol: str = "AAPL") -> Result:
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
        data=Data(revision="0" * 16, first_session=_DAY, last_session=test.last_session, bars=10),
        split=Split(train=train, test=test),
        predictions=Predictions(
            session=[test.first_session, test.last_session], actual=[1.0, 2.0], predicted=[2.0, 3.0]
        ),
    )


@dataclass
class FakeData:
    """A data service that answers, or fails with `error`."""

    names: list[str] = field(default_factory=lambda: ["AAPL", "MSFT"])
    error: ServiceError | None = None
    state: Health = field(default_factory=lambda: Health.of({"store": Check(status="ok")}))

    async def symbols(self) -> list[str]:
        _raise(self.error)
        return self.names

    async def health(self) -> Health:
        _raise(self.error)
        return self.state


@dataclass
class FakePrediction:
    """A prediction service that answers for any symbol, or fails with `error`."""

    error: Exception | None = None
    state: Health = field(default_factory=lambda: Health(status="ok"))

    async def result(self, *, symbol: str) -> Result:
        _raise(self.error)
        return make_result(symbol)

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
    """Yield a client of a gateway whose internal services are fakes."""
    resources = Resources(data=data or FakeData(), prediction=prediction or FakePrediction())

    @asynccontextmanager
    async def open_fakes(_: GatewaySettings) -> AsyncIterator[Resources]:
        yield resources

    app = create_app(GatewaySettings(**settings), open_resources=open_fakes)  # type: ignore[arg-type]  # any field
    async with serve(app) as client:
        yield client
