"""The gateway with doubles of the internal services at the transport, and a small result."""

import asyncio
import json
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field

import httpx
from fastapi import FastAPI
from pydantic import TypeAdapter

from gateway.api_keys import compute_digest
from gateway.app import create_app
from gateway.examples import stocks as examples
from gateway.examples.forecasts import EVALUATION, EXPECTED_RANGE, FORECAST, MODELS
from gateway.examples.ledger import LEDGER
from gateway.examples.screener import LEADERBOARD, SCREENER
from gateway.resources import Resources
from gateway.settings import GatewaySettings
from shared.clients.data import DataClient
from shared.clients.prediction import PredictionClient
from shared.clients.runs import RunsClient
from shared.errors import ServiceError, UpstreamUnavailable
from shared.schemas.bars import BarsQuery
from shared.schemas.evaluations import Evaluation
from shared.schemas.forecasts import EvaluationQuery, Forecast, ForecastQuery, Models
from shared.schemas.ledger import LedgerEntry, LedgerQuery
from shared.schemas.loads import LoadQuery
from shared.schemas.ranges import RangeForecast, RangeQuery
from shared.schemas.wire import Wire
from shared.web.health import Check, Health
from tests.support.asgi import serve
from tests.support.gateway.feed import FakeFeed
from tests.support.gateway.results import FILE_LINES, REVISION, make_result

ETAG = f'"{REVISION}-{"f" * 16}"'  # of every prediction
RUN_ETAG = '"0123456789abcdef"'  # of the leaderboard and the screener
KEY = "a-key-that-may-write"
ENTRIES = TypeAdapter(list[LedgerEntry])
WITH_KEY = {"X-API-Key": KEY}


@dataclass
class Double(ABC):
    """An internal service at the transport: it answers for any symbol and records requests, or fails with `error`.

    A ServiceError is answered as the service would, but UpstreamUnavailable is a refused connection; any other error is
    raised into the gateway.
    """

    error: Exception | None = None
    state: Health = field(default_factory=lambda: Health(status="ok"))
    asked: list[object] = field(default_factory=list)
    if_none_match: list[str | None] = field(default_factory=list)
    extra_headers: dict[str, str] = field(default_factory=dict)
    n_requests: int = 0
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    asked_once: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.may_answer.set()

    async def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer as a transport does."""
        if self.error is not None:
            return _problem(self.error)
        if request.url.path == "/readyz":
            status = 503 if self.state.status == "down" else 200
            return httpx.Response(status, text=self.state.model_dump_json())
        if not request.url.path.startswith(("/changes", "/followers/")):
            self.n_requests += 1
            self.if_none_match.append(request.headers.get("If-None-Match"))
            self.asked_once.set()
            await self.may_answer.wait()
        response = await self.answer(request, request.url.path.strip("/").split("/"))
        response.headers.update(self.extra_headers)
        return response

    @abstractmethod
    async def answer(self, request: httpx.Request, path: list[str]) -> httpx.Response:
        """Answer a request that is not about health."""

    def http(self) -> httpx.AsyncClient:
        """Return the pool of a client that has this service behind it."""
        return httpx.AsyncClient(transport=httpx.MockTransport(self.handle), base_url="http://internal")


@dataclass
class FakeData(Double):
    """A data service, with a feed of revisions if one is given."""

    feed: FakeFeed | None = None
    names: list[str] = field(default_factory=lambda: ["AAPL", "MSFT"])
    state: Health = field(default_factory=lambda: Health.of({"store": Check(status="ok")}))
    loaded: dict[str, bytes] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)

    async def answer(self, request: httpx.Request, path: list[str]) -> httpx.Response:
        if path == ["changes"] and self.feed is not None:
            return httpx.Response(200, headers={"Content-Type": "text/event-stream"}, content=self.feed.stream())
        if path[0] in {"leaderboards", "screener"}:
            return self._run_answer(request)
        return self._read(request, path) if request.method == "GET" else await self._write(request, path)

    def _read(self, request: httpx.Request, path: list[str]) -> httpx.Response:
        params = dict(request.url.params)
        match path:
            case ["symbols"]:
                return httpx.Response(200, json=self.names)
            case ["search"]:
                self.asked.append((params["query"], int(params["limit"]), params.get("cursor")))
                return httpx.Response(200, json=examples.STOCKS)
            case ["symbols", symbol]:
                return httpx.Response(200, json=examples.STOCK | {"symbol": symbol})
            case ["symbols", symbol, "bars"]:
                return self._bars(symbol, request)
            case ["symbols", symbol, "ledger"]:
                self.asked.append((symbol, LedgerQuery.model_validate(params)))
                return httpx.Response(200, json=LEDGER | {"symbol": symbol})
        return httpx.Response(404)

    async def _write(self, request: httpx.Request, path: list[str]) -> httpx.Response:
        match request.method, path:
            case "POST", ["followers", _] if self.feed is not None:
                return httpx.Response(200, json=self.feed.renew(json.loads(request.content)["fence"]))
            case "PUT", [*place, "bars"]:
                return await self._load(place[-1] if place else None, request)
            case "PATCH", ["symbols", symbol]:
                self.asked.append(symbol)
                return httpx.Response(200, json=examples.STOCK | {"symbol": symbol} | json.loads(request.content))
            case "DELETE", ["symbols", symbol]:
                self.asked.append(symbol)
                return httpx.Response(204)
            case "POST", ["symbols", symbol, "ledger"]:
                return self._keep(symbol, ENTRIES.validate_json(request.content))
        return httpx.Response(404)

    def _run_answer(self, request: httpx.Request) -> httpx.Response:
        """Answer with the leaderboard or the screener, unless the caller has it."""
        self.asked.append((request.url.path, dict(request.url.params)))
        etag = {"ETag": RUN_ETAG}
        if request.headers.get("If-None-Match") == RUN_ETAG:
            return httpx.Response(304, headers=etag)
        if request.url.params.get("format") == "csv":
            return httpx.Response(200, text="symbol,name\n", headers=etag | {"Content-Type": "text/csv; charset=utf-8"})
        return httpx.Response(200, json=SCREENER if "screener" in request.url.path else LEADERBOARD, headers=etag)

    def _bars(self, symbol: str, request: httpx.Request) -> httpx.Response:
        if_none_match = request.headers.get("If-None-Match")
        self.asked.append((symbol, BarsQuery.model_validate(dict(request.url.params)), if_none_match))
        etag = {"ETag": f'"{REVISION}"'}
        if if_none_match == etag["ETag"]:
            return httpx.Response(304, headers=etag)
        about = {"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": 'attachment; filename="AAPL.csv"'}
        return httpx.Response(200, headers=etag | about, content=b"\xff as it came")

    async def _load(self, symbol: str | None, request: httpx.Request) -> httpx.Response:
        query, headers = LoadQuery.model_validate(dict(request.url.params)), request.headers
        self.asked.append((symbol, query, headers["Content-Type"], headers.get("Content-Length")))
        if symbol is None:  # every one that the file names
            return httpx.Response(200, content=FILE_LINES)
        self.loaded[symbol] = await request.aread()
        return httpx.Response(200, json=examples.LOAD_REPORT | {"symbol": symbol})

    def _keep(self, symbol: str, entries: list[LedgerEntry]) -> httpx.Response:
        self.asked.append((symbol, entries))
        new = {entry.key for entry in entries} - self.kept
        self.kept |= new
        return httpx.Response(201, json={"kept": len(new), "known": len(entries) - len(new)})


@dataclass
class FakePrediction(Double):
    """A prediction service."""

    async def answer(self, request: httpx.Request, path: list[str]) -> httpx.Response:
        params = dict(request.url.params)
        match path:
            case ["models"]:
                asked: object = "models"
                found: Wire = Models.model_validate(MODELS)
            case ["symbols", symbol, "result"]:
                adjusted = params.get("adjusted") == "true"
                asked, found = (symbol, adjusted), make_result(symbol, adjusted=adjusted)
            case ["symbols", symbol, "forecast"]:
                asked = (symbol, ForecastQuery.model_validate(params))
                found = self.forecast(symbol, ForecastQuery.model_validate(params))
            case ["symbols", symbol, "evaluation"]:
                models = {"models": [params["models"]]} if "models" in params else {}
                asked = (symbol, EvaluationQuery.model_validate(params | models))
                found = Evaluation.model_validate(EVALUATION | {"stock_symbol": symbol})
            case ["symbols", symbol, "range"]:
                asked = (symbol, RangeQuery.model_validate(params))
                found = RangeForecast.model_validate(EXPECTED_RANGE | {"stock_symbol": symbol})
            case _:
                return httpx.Response(404)
        self.asked.append(asked)
        if request.headers.get("If-None-Match") == ETAG:
            return httpx.Response(304, headers={"ETag": ETAG})
        headers = {"ETag": ETAG, "Content-Type": "application/json"}
        return httpx.Response(200, headers=headers, content=found.model_dump_json().encode())

    def forecast(self, symbol: str, query: ForecastQuery) -> Forecast:
        """Return the forecast to answer with."""
        return Forecast.model_validate(FORECAST | {"stock_symbol": symbol})


def _problem(error: Exception) -> httpx.Response:
    if type(error) is UpstreamUnavailable:
        raise httpx.ConnectError(error.detail)
    if not isinstance(error, ServiceError):
        raise error
    errors = [{"pointer": pointer, "detail": detail} for pointer, detail in error.errors]
    problem = {"type": f"/problems/{error.slug}", "title": error.title, "detail": error.detail, "errors": errors}
    return httpx.Response(error.status, json=problem | dict(error.extras))


def gateway_resources(data: Double | None = None, prediction: Double | None = None) -> Resources:
    """Return the gateway's clients with these services behind them."""
    http = (data or FakeData()).http()
    return Resources(
        data=DataClient(http, timeout_seconds=2),
        runs=RunsClient(http, timeout_seconds=2),
        prediction=PredictionClient((prediction or FakePrediction()).http(), timeout_seconds=2),
    )


def make_gateway(
    resources: Resources, monotonic: Callable[[], float] = time.monotonic, /, **settings: object
) -> FastAPI:
    """Build a gateway with these clients, which knows `KEY`, unless told otherwise."""
    given = {"api_keys": compute_digest(KEY)} | settings
    return create_app(
        GatewaySettings(**given),  # type: ignore[arg-type]  # any field
        open_resources=lambda _: nullcontext(resources),
        monotonic=monotonic,
    )


@asynccontextmanager
async def serve_gateway(
    data: FakeData | None = None, prediction: FakePrediction | None = None, **settings: object
) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client of a gateway with doubles behind it."""
    monotonic = data.feed.monotonic if data is not None and data.feed is not None else time.monotonic
    async with serve(make_gateway(gateway_resources(data, prediction), monotonic, **settings)) as client:
        yield client
