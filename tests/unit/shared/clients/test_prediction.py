from collections.abc import Callable
from datetime import date
from typing import Any

import httpx

from gateway.examples.forecasts import FORECAST
from shared.clients.prediction import PredictionClient
from shared.schemas.forecasts import EvaluationQuery, Forecast, ForecastQuery


def _client(handler: Callable[[httpx.Request], httpx.Response]) -> PredictionClient:
    http = httpx.AsyncClient(transport=httpx.MockTransport(handler), base_url="http://prediction")
    return PredictionClient(http, timeout_seconds=1)


async def test_only_parameters_that_differ_from_the_defaults_are_sent() -> None:
    asked: list[tuple[str, dict[str, str]]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append((request.url.path, dict(request.url.params)))
        assert request.headers.get("if-none-match") == (None if len(asked) == 1 else '"abc"')
        return httpx.Response(304, headers={"etag": '"abc"', "server": "inner"})

    client = _client(answer)
    known: Any = {"symbol": "BRK.B", "if_none_match": '"abc"'}
    await client.raw_forecast(symbol="^GSPC", query=ForecastQuery())
    await client.raw_result(**known)
    await client.raw_result(adjusted=True, **known)
    await client.raw_forecast(query=ForecastQuery(horizon=3, as_of=date(2013, 3, 1), adjusted=True), **known)
    await client.raw_evaluation(query=EvaluationQuery(models=["ridge", "drift"], window="sliding"), **known)
    found = await client.raw_models(if_none_match='"abc"')
    assert asked == [
        ("/symbols/^GSPC/forecast", {}),
        ("/symbols/BRK.B/result", {}),
        ("/symbols/BRK.B/result", {"adjusted": "true"}),
        ("/symbols/BRK.B/forecast", {"horizon": "3", "as_of": "2013-03-01", "adjusted": "true"}),
        ("/symbols/BRK.B/evaluation", {"models": "ridge,persistence,drift", "window": "sliding"}),
        ("/models", {}),
    ]
    assert (found.status, found.body) == (304, b"")
    assert {name.lower(): value for name, value in found.headers.items()} == {"etag": '"abc"'}


async def test_a_forecast_survives_the_wire() -> None:
    forecast = Forecast.model_validate(FORECAST)
    client = _client(lambda _: httpx.Response(200, content=forecast.model_dump_json()))
    assert await client.forecast(symbol="AAPL", query=ForecastQuery()) == forecast
