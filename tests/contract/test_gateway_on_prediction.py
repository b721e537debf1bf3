"""The gateway on the prediction service's own app, which reads from the data service's own app."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from typing import Any

import httpx
import numpy as np
import pytest

from gateway.app import create_app
from gateway.settings import GatewaySettings
from services.prediction.app import create_app as create_prediction_app
from services.prediction.settings import PredictionSettings
from shared.clients.prediction import PredictionClient
from shared.schemas.evaluations import Evaluation
from shared.schemas.forecasts import MODEL_NAMES, Forecast, Models
from shared.schemas.ranges import RangeForecast
from tests.support.asgi import serve
from tests.support.data.bars import make_frame
from tests.support.data.fakes import FakeBarStore
from tests.support.gateway.service import gateway_resources, make_gateway
from tests.support.prediction.service import serve_prediction

CLOSES = 100 * np.exp(np.random.default_rng(4).normal(0, 0.01, 400).cumsum())
PATHS = [
    "/api/stocks/AAPL/result",
    "/api/stocks/AAPL/forecast",
    "/api/stocks/AAPL/evaluation",
    "/api/models",
    "/api/stocks/AAPL/range",
]


def _store() -> FakeBarStore:
    return FakeBarStore({"AAPL": make_frame(closes=CLOSES), "FEW": make_frame("FEW", closes=range(10, 40))})


@asynccontextmanager
async def _gateway(store: FakeBarStore) -> AsyncIterator[httpx.AsyncClient]:
    async with serve_prediction(store) as http:
        resources = replace(gateway_resources(), prediction=PredictionClient(http, timeout_seconds=30))
        async with serve(make_gateway(resources, budget_seconds=60)) as client:
            yield client


@pytest.mark.parametrize("name", ["result", "forecast", "evaluation", "range"])
def test_what_may_be_asked_for_is_the_same_at_both_doors(name: str) -> None:
    outer = create_app(GatewaySettings()).openapi()["paths"][f"/api/stocks/{{symbol}}/{name}"]["get"]
    inner = create_prediction_app(PredictionSettings()).openapi()["paths"][f"/symbols/{{symbol}}/{name}"]["get"]

    def taken(operation: dict[str, Any]) -> dict[str, object]:
        return {one["name"]: one["schema"] for one in operation["parameters"] if one["in"] != "header"}

    assert taken(outer) == taken(inner)


async def test_what_the_prediction_service_says_arrives_as_the_models_have_it() -> None:
    async with _gateway(_store()) as client:
        forecast = Forecast.model_validate_json((await client.get(f"{PATHS[1]}?horizon=2&model=ridge")).content)
        query = "models=ridge&models=drift&windows=30&window=sliding"
        evaluation = Evaluation.model_validate_json((await client.get(f"{PATHS[2]}?{query}")).content)
        models = Models.model_validate_json((await client.get(PATHS[3])).content)
        expected = RangeForecast.model_validate_json((await client.get(f"{PATHS[4]}?horizon=5")).content)
    assert (expected.range.horizon, len(expected.range.sessions), expected.range.record.windows) == (5, 5, 250)
    assert [step.sessions_ahead for step in forecast.steps] == [1, 2]
    assert forecast.model.name == forecast.choice.asked_for == "ridge"
    assert [model.name for model in evaluation.models] == ["ridge", "persistence", "drift"]
    assert (evaluation.windows.n_windows, evaluation.windows.kind) == (30, "sliding")
    assert [model.name for model in models.models] == list(MODEL_NAMES)


@pytest.mark.parametrize("path", PATHS)
async def test_the_same_request_on_the_same_bars_is_answered_with_the_same_bytes(path: str) -> None:
    async with _gateway(_store()) as client:
        first, second = await client.get(path), await client.get(path)
        known = await client.get(path, headers={"If-None-Match": first.headers["etag"]})
    async with _gateway(_store()) as client:
        restarted = await client.get(path)
    assert first.status_code == 200
    assert first.content == second.content == restarted.content
    assert first.headers["etag"] == second.headers["etag"] == restarted.headers["etag"]
    assert (known.status_code, known.content) == (304, b"")


@pytest.mark.parametrize("path", PATHS[:3])
async def test_an_answer_is_sent_anew_when_any_bar_has_changed(path: str) -> None:
    store = _store()
    async with _gateway(store) as client:
        etag = (await client.get(path)).headers["etag"]
        store.frames["MSFT"] = make_frame("MSFT", closes=[*CLOSES[:-1], CLOSES[-1] * 1.01])
        changed = await client.get(path.replace("AAPL", "MSFT"), headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != etag


async def test_a_forecast_of_the_past_has_the_tag_of_all_bars_and_says_which_it_knew() -> None:
    path = f"{PATHS[1]}?as_of=2024-12-31&model=drift"
    async with _gateway(_store()) as client:
        past = await client.get(path)
        known = await client.get(path, headers={"If-None-Match": past.headers["etag"]})
        now = await client.get(f"{PATHS[1]}?model=drift")
    assert known.status_code == 304
    assert past.json()["as_of"] == "2024-12-31"
    assert past.json()["data"]["revision"] != now.json()["data"]["revision"]
    assert now.headers["etag"].startswith(f'"{now.json()["data"]["revision"]}-')
    assert now.headers["etag"].startswith(past.headers["etag"][:-1] + "-")  # and then the day, by which it warns


@pytest.mark.parametrize(
    ("path", "status", "slug"),
    [
        ("NOPE/forecast", 404, "symbol-not-found"),
        ("NOPE/evaluation", 404, "symbol-not-found"),
        ("FEW/forecast?horizon=20", 409, "not-enough-bars"),
        ("FEW/evaluation?horizon=20", 409, "not-enough-bars"),
        ("AAPL/forecast?as_of=2024-01-05", 409, "not-enough-bars"),
        ("AAPL/forecast?as_of=2023-12-29", 409, "not-enough-bars"),
    ],
)
async def test_what_cannot_be_forecast_is_refused_with_what_is_missing(path: str, status: int, slug: str) -> None:
    async with _gateway(_store()) as client:
        response = await client.get(f"/api/stocks/{path}")
    problem = response.json()
    assert (response.status_code, problem["type"]) == (status, f"/problems/{slug}")
    if status == 409:
        assert problem["required"] > problem["available"] >= 0


async def test_forecasts_and_evaluations_are_timed() -> None:
    async with serve_prediction(_store()) as http:
        await http.get("/symbols/AAPL/forecast?model=drift")
        await http.get("/symbols/AAPL/evaluation?models=drift")
        metrics = (await http.get("/metrics")).text
    for kind, count in {"forecast": 1.0, "evaluation": 1.0, "result": 0.0}.items():
        assert f"{kind}_duration_seconds_count {count}" in metrics


@pytest.mark.parametrize("path", [PATHS[1], PATHS[4]])
@pytest.mark.parametrize(("query", "is_stale"), [("", True), ("?as_of=2999-12-31", True), ("?as_of=2020-01-31", False)])
async def test_old_bars_are_warned_about_unless_a_past_day_is_requested(path: str, query: str, is_stale: bool) -> None:
    store = FakeBarStore({"AAPL": make_frame(closes=CLOSES, first_session=date(2019, 1, 1))})
    async with _gateway(store) as client:
        warnings = (await client.get(path + query)).json()["warnings"]
    assert ("stale" in {warning["code"] for warning in warnings}) == is_stale
