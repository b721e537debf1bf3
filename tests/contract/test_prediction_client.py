"""The gateway's client on the prediction service's own app, which reads from the data service's own app."""

import math
from dataclasses import replace
from datetime import date

import pytest

from shared.clients.prediction import PredictionClient
from shared.errors import Busy, InvalidRequest, NoAdjustedPrices, NotEnoughBars, StoreUnavailable, SymbolNotFound
from shared.schemas.results import Result
from shared.schemas.runs import MAX_SYMBOLS, RunRequest
from tests.support.data.bars import make_frame
from tests.support.data.fakes import FakeBarStore
from tests.support.prediction.service import InlineWorkers, serve_prediction

BARS = make_frame(closes=range(10, 60))


async def test_a_result_arrives_and_is_of_the_bars_that_the_data_service_has() -> None:
    async with serve_prediction(FakeBarStore({"AAPL": BARS})) as http:
        client = PredictionClient(http, timeout_seconds=60)
        answer = await client.raw_result(symbol="AAPL")
    found = Result.model_validate_json(answer.body)
    assert found.data.revision == BARS.revision
    assert found.split.test.bars == 10
    assert answer.headers["Content-Type"] == "application/json"


async def test_a_result_that_the_caller_has_is_not_sent_again_until_a_bar_changes() -> None:
    store = FakeBarStore({"AAPL": BARS, "MSFT": BARS})
    async with serve_prediction(store) as http:
        client = PredictionClient(http, timeout_seconds=60)
        etag = (await client.raw_result(symbol="AAPL")).headers["ETag"]
        known = await client.raw_result(symbol="AAPL", if_none_match=f'"other", W/{etag}')
        store.frames["MSFT"] = make_frame("MSFT", closes=range(11, 61))
        changed = await client.raw_result(symbol="MSFT", if_none_match=etag)
    assert (known.status, known.body, known.headers) == (304, b"", {"ETag": etag})
    assert changed.status == 200
    assert changed.headers["ETag"] != etag


async def test_a_result_of_adjusted_prices_differs_from_one_of_unadjusted_prices() -> None:
    bars = BARS.bars.assign(adj_close=BARS.bars["close"] / 2)
    async with serve_prediction(FakeBarStore({"AAPL": replace(BARS, bars=bars)})) as http:
        client = PredictionClient(http, timeout_seconds=60)
        answers = [await client.raw_result(symbol="AAPL", adjusted=is_adjusted) for is_adjusted in (False, True)]
    as_is, adjusted = (Result.model_validate_json(answer.body) for answer in answers)
    assert (as_is.data.adjusted, adjusted.data.adjusted) == (False, True)
    assert as_is.data.revision == adjusted.data.revision
    assert adjusted.predictions.actual == [close / 2 for close in as_is.predictions.actual]


async def test_prices_without_an_adjusted_close_cannot_be_adjusted() -> None:
    bars = BARS.bars.assign(adj_close=math.nan)
    async with serve_prediction(FakeBarStore({"AAPL": replace(BARS, bars=bars)})) as http:
        client = PredictionClient(http, timeout_seconds=60)
        with pytest.raises(NoAdjustedPrices, match="AAPL have no adjusted close"):
            await client.raw_result(symbol="AAPL", adjusted=True)


@pytest.mark.parametrize(
    ("store", "symbol", "error"),
    [
        (FakeBarStore(), "NOPE", SymbolNotFound),
        (FakeBarStore(), "SYSTEM.X", InvalidRequest),
        (FakeBarStore({"FOUR": make_frame("FOUR", [1, 2, 3, 4])}), "FOUR", NotEnoughBars),
        (FakeBarStore(is_down=True), "AAPL", StoreUnavailable),
    ],
)
async def test_errors_arrive_as_they_were(store: FakeBarStore, symbol: str, error: type[Exception]) -> None:
    async with serve_prediction(store) as http:
        with pytest.raises(error):
            await PredictionClient(http, timeout_seconds=60).raw_result(symbol=symbol)


async def test_the_largest_request_for_a_run_reaches_the_service() -> None:
    names = [f"SYMBOL{n:09}" for n in range(MAX_SYMBOLS)]  # of 15 characters, the most
    async with serve_prediction(FakeBarStore({"AAPL": BARS})) as http:
        with pytest.raises(SymbolNotFound, match="2,990 others"):
            await PredictionClient(http, timeout_seconds=60).start_run(
                request=RunRequest(symbols=names, as_of=date(2013, 1, 2))
            )


async def test_a_service_that_is_busy_says_so() -> None:
    async with serve_prediction(FakeBarStore({"AAPL": BARS}), InlineWorkers(Busy("Too much is waiting."))) as http:
        with pytest.raises(Busy, match="Too much is waiting"):
            await PredictionClient(http, timeout_seconds=60).raw_result(symbol="AAPL")


async def test_results_are_timed() -> None:
    async with serve_prediction(FakeBarStore({"AAPL": BARS})) as http:
        await http.get("/symbols/AAPL/result")
        assert "result_duration_seconds_count 1.0" in (await http.get("/metrics")).text


async def test_it_is_as_ready_as_the_data_service() -> None:
    store = FakeBarStore()
    async with serve_prediction(store) as http:
        ready = await http.get("/readyz")
        store.is_down = True
        down = await http.get("/readyz")
    assert (ready.status_code, down.status_code) == (200, 503)
    assert down.json()["checks"]["data"] == {"status": "down", "detail": "store: The store does not answer."}


async def test_it_is_not_ready_before_a_worker_is() -> None:
    workers = InlineWorkers(error=Busy("The worker processes are starting."))
    async with serve_prediction(FakeBarStore(), workers) as http:
        response = await http.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["workers"] == {"status": "down", "detail": "The worker processes are starting."}
