from datetime import date

import numpy as np
import pytest

from gateway.examples.forecasts import EVALUATION, EXPECTED_RANGE, FORECAST, MODELS
from shared.errors import Busy, NoAdjustedPrices, NotEnoughBars, ServiceError, SymbolNotFound
from shared.schemas.evaluations import Evaluation
from shared.schemas.forecasts import MODEL_NAMES, EvaluationQuery, Forecast, ForecastQuery
from shared.schemas.ranges import RangeForecast, RangeQuery
from tests.support.gateway.service import ETAG, WITH_KEY, FakePrediction, serve_gateway
from tests.support.gateway.shared import Gateway

CACHEABLE = ["/api/stocks/AAPL/forecast", "/api/stocks/AAPL/evaluation", "/api/stocks/AAPL/range", "/api/models"]


async def test_a_forecast_is_asked_for_and_passed_on(gateway: Gateway) -> None:
    usual = await gateway.client.get("/api/stocks/aapl/forecast")
    query = "horizon=20&model=ridge&level=80&as_of=2013-02-28&adjusted=true"
    await gateway.client.get(f"/api/stocks/BRK.B/forecast?{query}")
    assert (usual.status_code, usual.json()) == (200, FORECAST)
    assert gateway.asked == [
        ("AAPL", ForecastQuery(horizon=5, model="auto", level=90, as_of=None, adjusted=False)),
        ("BRK.B", ForecastQuery(horizon=20, model="ridge", level=80, as_of=date(2013, 2, 28), adjusted=True)),
    ]


async def test_an_evaluation_is_asked_for_and_passed_on(gateway: Gateway) -> None:
    usual = await gateway.client.get("/api/stocks/AAPL/evaluation")
    await gateway.client.get("/api/stocks/AAPL/evaluation?horizon=5&windows=20&window=sliding&models=drift&level=99")
    assert (usual.status_code, usual.json()) == (200, EVALUATION)
    query = EvaluationQuery(horizon=5, windows=20, window="sliding", models=["drift"], level=99)
    assert gateway.asked == [("AAPL", EvaluationQuery(models=list(MODEL_NAMES))), ("AAPL", query)]


async def test_a_range_is_asked_for_and_passed_on(gateway: Gateway) -> None:
    usual = await gateway.client.get("/api/stocks/aapl/range")
    await gateway.client.get("/api/stocks/BRK.B/range?horizon=5&as_of=2013-02-28&adjusted=true")
    assert (usual.status_code, usual.json()) == (200, EXPECTED_RANGE)
    assert RangeForecast.model_validate(EXPECTED_RANGE).model_dump(mode="json") == EXPECTED_RANGE
    asked = RangeQuery(horizon=5, as_of=date(2013, 2, 28), adjusted=True)
    assert gateway.asked == [("AAPL", RangeQuery()), ("BRK.B", asked)]


@pytest.mark.parametrize(
    "query",
    [
        "models=ridge,drift",
        "models=ridge&models=drift",
        "models=%20drift%20,ridge&models=persistence",
        "models=drift,ridge",
    ],
)
async def test_models_are_named_with_commas_or_one_by_one_and_persistence_is_always_there(
    gateway: Gateway, query: str
) -> None:
    response = await gateway.client.get(f"/api/stocks/AAPL/evaluation?{query}")
    assert response.status_code == 200
    assert gateway.asked == [("AAPL", EvaluationQuery(models=["ridge", "persistence", "drift"]))]


async def test_models_are_listed(gateway: Gateway) -> None:
    response = await gateway.client.get("/api/models")
    assert (response.status_code, response.json()) == (200, MODELS)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("forecast", "horizon=0"),
        ("forecast", "horizon=21"),
        ("forecast", "level=49"),
        ("forecast", "level=100"),
        ("forecast", "as_of=2013-02-30"),
        ("forecast", "adjusted=perhaps"),
        ("forecast", "model=crystal_ball"),
        ("forecast", "colour=red"),
        ("evaluation", "windows=19"),
        ("evaluation", "windows=1001"),
        ("evaluation", "window=rolling"),
        ("evaluation", "models="),
        ("evaluation", "models=ridge,crystal_ball"),
        ("evaluation", "model=ridge"),
        ("range", "horizon=2"),
        ("range", "horizon="),
        ("range", "level=80"),
    ],
)
async def test_an_invalid_parameter_is_pointed_at_and_no_service_is_called(
    gateway: Gateway, path: str, query: str
) -> None:
    response = await gateway.client.get(f"/api/stocks/AAPL/{path}?{query}")
    assert (response.status_code, response.json()["type"]) == (422, "/problems/invalid-request")
    assert response.json()["errors"][0]["pointer"].startswith("/query/" + query.partition("=")[0])
    assert gateway.asked == []


@pytest.mark.parametrize("query", ["forecast?model=crystal_ball", "evaluation?models=ridge,crystal_ball"])
async def test_an_unknown_model_is_answered_with_those_that_there_are(gateway: Gateway, query: str) -> None:
    problem = (await gateway.client.get(f"/api/stocks/AAPL/{query}")).json()
    assert all(f"'{name}'" in problem["detail"] for name in MODEL_NAMES)
    assert "crystal_ball" not in problem["detail"]
    assert problem["detail"].startswith("/query/model: ") == ("'auto'" in problem["detail"]) == ("model=" in query)


@pytest.mark.parametrize("path", CACHEABLE)
async def test_what_the_caller_has_is_not_sent_again(gateway: Gateway, path: str) -> None:
    first = await gateway.client.get(path)
    again = await gateway.client.get(path, headers={"If-None-Match": first.headers["etag"]})
    other = await gateway.client.get(path, headers={"If-None-Match": '"other"'})
    assert (first.status_code, again.status_code, other.status_code) == (200, 304, 200)
    assert again.content == b""
    assert first.headers["content-type"] == "application/json"
    for response in (first, again, other):
        assert response.headers["etag"] == ETAG
        assert response.headers["cache-control"] == "public, max-age=0, must-revalidate"


async def test_with_closed_reads_they_need_a_key_and_stay_out_of_shared_caches() -> None:
    async with serve_gateway(open_reads=False) as client:
        for path in (*CACHEABLE, "/api/stocks/AAPL/result", "/api/stocks/AAPL/bars"):
            refused, given = await client.get(path), await client.get(path, headers=WITH_KEY)
            assert (refused.status_code, given.status_code) == (401, 200), path
            assert given.headers["cache-control"] == "private, max-age=0, must-revalidate", path


@pytest.mark.parametrize("path", CACHEABLE[:2])
@pytest.mark.parametrize(
    ("error", "status", "members"),
    [
        (SymbolNotFound("The store has no symbol AAPL."), 404, {"retryable": False}),
        (NotEnoughBars("60 are needed.", required=60, available=44), 409, {"required": 60, "available": 44}),
        (NoAdjustedPrices("The bars of AAPL have no adjusted close."), 409, {"retryable": False}),
        (Busy("Too much is waiting."), 503, {"retryable": True}),
    ],
)
async def test_an_error_keeps_the_detail_and_members_of_the_service_that_raised_it(
    path: str, error: ServiceError, status: int, members: dict[str, object]
) -> None:
    async with serve_gateway(prediction=FakePrediction(error=error)) as client:
        response = await client.get(path)
    problem = response.json()
    assert (response.status_code, problem["detail"], problem["instance"]) == (status, error.detail, path)
    assert members.items() <= problem.items()
    assert ("retry-after" in response.headers) == error.retryable
    assert "etag" not in response.headers


async def test_the_docs_say_how_to_name_models_and_which_errors_may_come(gateway: Gateway) -> None:
    paths = (await gateway.client.get("/openapi.json")).json()["paths"]
    operation = paths["/api/stocks/{symbol}/evaluation"]["get"]
    models = next(one for one in operation["parameters"] if one["name"] == "models")
    assert (models["in"], models["required"]) == ("query", False)
    assert models["schema"]["items"]["enum"] == list(MODEL_NAMES)
    assert "commas" in models["description"]
    for name in ("forecast", "evaluation"):
        responses = paths[f"/api/stocks/{{symbol}}/{name}"]["get"]["responses"]
        of_http = {"400", "408", "414", "431"}  # any request can get these
        assert set(responses) - of_http == {"200", "304", "404", "409", "422", "429", "500", "502", "503", "504"}
        conflicts = responses["409"]["content"]["application/problem+json"]["examples"]
        assert set(conflicts) == {"not-enough-bars", "no-adjusted-prices"}


def test_the_example_of_an_evaluation_adds_up() -> None:
    found = Evaluation.model_validate(EVALUATION)
    windows, persistence = found.windows, found.models[-1]
    lengths = {len(windows.cutoff), len(windows.session), len(windows.last_close), len(windows.actual)}
    assert lengths == {windows.n_windows}
    assert [model.name for model in found.models] == [one.name for one in windows.series] == ["ridge", "persistence"]
    for model, one in zip(found.models, windows.series, strict=True):
        errors = np.abs(np.subtract(windows.actual, one.predicted))
        assert errors.round(2).tolist() == one.absolute_error
        assert model.metrics.mae == round(errors.mean(), 4)
        assert model.metrics.mse == round((errors**2).mean(), 4)
        assert model.metrics.rmse == round((errors**2).mean() ** 0.5, 4)
        assert model.skill.skill == one.skill_so_far[-1] == round(1 - model.metrics.mae / persistence.metrics.mae, 4)
        is_inside = np.less_equal(one.lower, windows.actual) & np.less_equal(windows.actual, one.upper)
        assert model.interval.coverage == is_inside.mean()
        assert model.interval.mean_width == round(np.subtract(one.upper, one.lower).mean(), 4)


def test_the_example_of_a_forecast_adds_up() -> None:
    found = Forecast.model_validate(FORECAST)
    assert len(found.steps) == found.horizon
    assert found.verdict == found.skill.verdict
    for step in found.steps:
        assert step.lower < step.point < step.upper
        assert step.skill.skill == round(1 - step.mae / step.mae_of_persistence, 4)
        assert step.session > found.as_of
