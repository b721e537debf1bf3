import pytest

from gateway.examples.ledger import LEDGER
from shared.errors import InvalidRequest, NotEnoughBars, ServiceError, StoreUnavailable, SymbolNotFound
from shared.schemas.forecasts import ForecastQuery
from shared.schemas.ledger import Ledger, LedgerQuery, build_entries
from tests.support.data.ledgers import Forecasting, make_forecast
from tests.support.gateway.service import WITH_KEY, FakeData, serve_gateway
from tests.support.gateway.shared import Gateway

PATH = "/api/stocks/AAPL/ledger"


async def test_the_ledger_is_read_without_a_key_and_passed_on(gateway: Gateway) -> None:
    response = await gateway.client.get("/api/stocks/aapl/ledger?limit=7&cursor=QQ")
    assert (response.status_code, response.json()) == (200, LEDGER)
    assert gateway.asked == [("AAPL", LedgerQuery(limit=7, cursor="QQ"))]


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "page=2", "as_of=2024-01-03"])
async def test_what_cannot_be_asked_of_a_ledger_is_refused(gateway: Gateway, query: str) -> None:
    response = await gateway.client.get(f"{PATH}?{query}")
    assert (response.status_code, response.json()["type"]) == (422, "/problems/invalid-request")


async def test_a_forecast_is_made_kept_and_given() -> None:
    data, prediction = FakeData(), Forecasting()
    async with serve_gateway(data, prediction) as client:
        asked = {"horizon": 2, "model": "ridge", "level": 80, "adjusted": True}
        response = await client.post("/api/stocks/aapl/ledger", json=asked, headers=WITH_KEY)
    query = ForecastQuery(horizon=2, model="ridge", level=80, adjusted=True)
    forecast = make_forecast("AAPL", query)
    assert prediction.asked == [("AAPL", query)]
    assert data.asked == [("AAPL", build_entries(forecast))]
    assert response.status_code == 201
    assert response.json() == {"kept": 2, "known": 0, "forecast": forecast.model_dump(mode="json")}


@pytest.mark.parametrize("body", [b"{}", b""])
async def test_an_empty_request_records_the_default_forecast_once(body: bytes) -> None:
    prediction = Forecasting()
    headers = WITH_KEY | {"Content-Type": "application/json"}
    async with serve_gateway(prediction=prediction) as client:
        responses = [await client.post(PATH, content=body, headers=headers) for _ in range(2)]
    assert [response.status_code for response in responses] == [201, 201]
    assert [(one.json()["kept"], one.json()["known"]) for one in responses] == [(5, 0), (0, 5)]
    assert prediction.asked == [("AAPL", ForecastQuery())] * 2


@pytest.mark.parametrize("body", [{"as_of": "2024-01-03"}, {"horizon": 21}, {"model": "crystal_ball"}, [], 5])
async def test_an_invalid_body_is_refused_and_no_service_is_called(gateway: Gateway, body: object) -> None:
    response = await gateway.client.post(PATH, json=body, headers=WITH_KEY)
    assert (response.status_code, response.json()["type"]) == (422, "/problems/invalid-request")
    assert gateway.asked == []


async def test_with_closed_reads_the_ledger_needs_a_key_too() -> None:
    async with serve_gateway(open_reads=False) as client:
        assert (await client.get(PATH)).status_code == 401
        assert (await client.get(PATH, headers=WITH_KEY)).status_code == 200


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (SymbolNotFound("The store has no symbol AAPL."), 404),
        (InvalidRequest("A ledger takes forecasts that were made before the outcome."), 422),
        (StoreUnavailable("The store does not answer."), 503),
    ],
)
async def test_what_the_data_service_refuses_is_refused(error: ServiceError, status: int) -> None:
    async with serve_gateway(FakeData(error=error), Forecasting()) as client:
        for response in (await client.get(PATH), await client.post(PATH, headers=WITH_KEY)):
            assert (response.status_code, response.json()["detail"]) == (status, error.detail)


async def test_what_cannot_be_forecast_is_not_kept() -> None:
    data = FakeData()
    prediction = Forecasting(error=NotEnoughBars("Too few.", required=60, available=3))
    async with serve_gateway(data, prediction) as client:
        response = await client.post(PATH, headers=WITH_KEY)
    assert (response.status_code, response.json()["required"]) == (409, 60)
    assert data.asked == []


def test_the_example_is_what_the_model_would_answer_and_its_scores_are_right() -> None:
    ledger = Ledger.model_validate(LEDGER)
    assert ledger.model_dump(mode="json") == LEDGER
    (score,), came = ledger.scores, ledger.records[1]
    assert came.actual is not None
    assert score.mae == round(abs(came.actual - came.point), 2)
    assert score.mae_of_persistence == round(abs(came.actual - came.last_close), 2)
    assert score.skill == round(1 - 3.31 / 3.17, 4)
