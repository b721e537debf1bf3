from collections.abc import Callable
from datetime import date

import httpx
import pytest

from gateway.examples.forecasts import FORECAST
from shared.clients.prediction import PredictionClient
from shared.schemas.forecasts import EvaluationQuery, Forecast, ForecastQuery
from tests.support.gateway.results import make_result


def _client(handler: Callable[[httpx.Request], httpx.Response]) -> PredictionClient:
    http = httpx.AsyncClient(transport=httpx.MockTransport(handler), base_url="http://prediction")
    return PredictionClient(http, upstream="the prediction service", timeout_seconds=1)


async def test_a_result_survives_the_wire() -> None:
    result = make_result()
    client = _client(lambda _: httpx.Response(200, content=result.model_dump_json()))
    assert await client.result(symbol="AAPL") == result


@pytest.mark.parametrize(("adjusted", "query"), [(False, b""), (True, b"adjusted=true")])
async def test_a_result_of_adjusted_prices_is_asked_for(adjusted: bool, query: bytes) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.query == query
        return httpx.Response(200, content=make_result(adjusted=adjusted).model_dump_json())

    assert (await _client(answer).result(symbol="AAPL", adjusted=adjusted)).data.adjusted is adjusted


async def test_only_parameters_that_differ_from_the_defaults_are_sent() -> None:
    asked: list[tuple[str, dict[str, str]]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append((request.url.path, dict(request.url.params)))
        assert request.headers.get("if-none-match") == (None if len(asked) == 1 else '"abc"')
        return httpx.Response(304, headers={"etag": '"abc"', "server": "inner"})

    client = _client(answer)
    known = {"symbol": "BRK.B", "if_none_match": '"abc"'}
    await client.raw_forecast(symbol="^GSPC", query=ForecastQuery())
    await client.raw_forecast(query=ForecastQuery(horizon=3, as_of=date(2013, 3, 1), adjusted=True), **known)
    await client.raw_evaluation(query=EvaluationQuery(models=["ridge", "drift"], window="sliding"), **known)
    found = await client.raw_models(if_none_match='"abc"')
    assert asked == [
        ("/symbols/^GSPC/forecast", {}),
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
