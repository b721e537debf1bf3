import pytest

from shared.errors import (
    NoAdjustedPrices,
    NotEnoughBars,
    ServiceError,
    StoreUnavailable,
    SymbolNotFound,
    UpstreamUnavailable,
)
from shared.web.health import Check, Health
from tests.support.gateway.service import ETAG, FakeData, FakePrediction, serve_gateway
from tests.support.gateway.shared import Gateway


async def test_all_symbols_are_a_plain_array(gateway: Gateway) -> None:
    response = await gateway.client.get("/api/stocks/all")
    assert response.status_code == 200
    assert response.json() == ["AAPL", "MSFT"]


@pytest.mark.parametrize("path", ["/api/result", "/api/result/"])
async def test_result_is_answered_with_and_without_the_trailing_slash(gateway: Gateway, path: str) -> None:
    response = await gateway.client.post(path, json={"stock_symbol": " aapl ", "unknown": "ignored"})
    assert response.status_code == 200
    assert response.json()["stock_symbol"] == "AAPL"
    assert response.json()["mse"] == response.json()["metrics"]["mse"]


@pytest.mark.parametrize(
    ("error", "status", "member"),
    [
        (SymbolNotFound("The store has no symbol NOPE."), 404, {}),
        (NotEnoughBars("7 bars are needed.", required=7, available=4), 409, {"required": 7, "available": 4}),
        (NoAdjustedPrices("The bars of NOPE have no adjusted close."), 409, {"type": "/problems/no-adjusted-prices"}),
    ],
)
async def test_an_upstream_problem_stays_what_it_is(
    error: ServiceError, status: int, member: dict[str, object]
) -> None:
    async with serve_gateway(prediction=FakePrediction(error=error)) as client:
        response = await client.post("/api/result", json={"stock_symbol": "NOPE"})
    assert response.status_code == status
    assert response.json()["detail"] == error.detail
    assert member.items() <= response.json().items()


async def test_a_result_by_get_is_the_one_by_post_and_may_be_kept(gateway: Gateway) -> None:
    posted = await gateway.client.post("/api/result", json={"stock_symbol": "ALL"})
    got = await gateway.client.get("/api/stocks/ALL/result")
    assert got.status_code == 200
    assert got.json() == posted.json()
    assert got.headers["content-type"] == posted.headers["content-type"] == "application/json"
    assert got.headers["etag"] == ETAG
    assert got.headers["cache-control"] == "public, max-age=0, must-revalidate"


@pytest.mark.parametrize("adjusted", [True, False])
async def test_either_way_to_a_result_takes_adjusted_prices(gateway: Gateway, adjusted: bool) -> None:
    posted = await gateway.client.post("/api/result", json={"stock_symbol": "AAPL", "adjusted": adjusted})
    got = await gateway.client.get(f"/api/stocks/AAPL/result?adjusted={adjusted}")
    assert posted.json()["data"]["adjusted"] is got.json()["data"]["adjusted"] is adjusted


async def test_a_result_that_the_caller_has_is_not_sent_again(gateway: Gateway) -> None:
    response = await gateway.client.get("/api/stocks/AAPL/result", headers={"If-None-Match": ETAG})
    assert (response.status_code, response.content) == (304, b"")
    assert response.headers["etag"] == ETAG
    assert response.headers["cache-control"] == "public, max-age=0, must-revalidate"
    assert "content-type" not in response.headers


async def test_a_store_that_is_down_is_named_and_says_when_to_retry() -> None:
    error = StoreUnavailable("The data service's store (MongoDB) does not answer.")
    async with serve_gateway(data=FakeData(error=error)) as client:
        response = await client.get("/api/stocks/all")
    assert response.status_code == 503
    assert response.headers["retry-after"] == "2"
    assert "store" in response.json()["detail"]
    assert response.json()["retryable"] is True


async def test_health_is_ok_and_lists_each_dependency(gateway: Gateway) -> None:
    response = await gateway.client.get("/api/health")
    assert response.status_code == 200
    checks = {name: {"status": "ok", "detail": None} for name in ("data", "data.store", "prediction")}
    assert response.json() == {"status": "ok", "checks": checks, "stale": False}


async def test_health_is_degraded_but_200_when_only_the_cache_is_down() -> None:
    slow = Health.of({"cache": Check(status="degraded", detail="Answers are slower.")})
    async with serve_gateway(data=FakeData(state=slow)) as client:
        response = await client.get("/api/health")
    assert response.status_code == 200
    assert response.json()["status"] == "degraded"
    assert response.json()["checks"]["data.cache"]["detail"] == "Answers are slower."


async def test_health_is_503_and_says_what_is_wrong_when_a_service_is_down() -> None:
    gone = FakePrediction(error=UpstreamUnavailable("The prediction service cannot be reached."))
    async with serve_gateway(prediction=gone) as client:
        response = await client.get("/api/health")
    assert response.status_code == 503
    assert response.json()["checks"]["prediction"] == {
        "status": "down",
        "detail": "The prediction service cannot be reached. Try again in a moment.",
    }
    assert response.json()["checks"]["data"]["status"] == "ok"
