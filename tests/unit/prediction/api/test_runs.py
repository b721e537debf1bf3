"""`POST /runs`: a new run is queued, and the same request is the same run."""

import asyncio

from tests.support.data.bars import make_frame
from tests.support.data.fakes import FakeBarStore
from tests.support.prediction.runs import FakeRunStore
from tests.support.prediction.service import serve_prediction

STORE = FakeBarStore({"AAPL": make_frame(), "FB": make_frame("FB")})


async def test_a_run_is_queued_and_the_same_request_finds_it() -> None:
    runs, queued = FakeRunStore(), asyncio.Event()
    async with serve_prediction(STORE, runs=runs, queued=queued) as client:
        first = await client.post("/runs", json={"horizons": [1], "windows": 100})
        is_told = queued.is_set()
        queued.clear()
        again = await client.post("/runs", json={"windows": 100, "horizons": [1]})
    assert (first.status_code, again.status_code) == (202, 200)
    assert (is_told, queued.is_set()) == (True, False)  # the keeper, which claims it at once
    assert first.json() == again.json()
    assert first.headers["location"] == f"/runs/{first.json()['id']}"
    assert runs.new is not None
    assert [item.symbol for item in runs.new.symbols] == ["AAPL", "FB"]
    assert (first.json()["n_symbols"], runs.new.request.windows) == (2, 100)


async def test_a_correction_of_bars_makes_another_run() -> None:
    runs, store = FakeRunStore(), FakeBarStore({"FB": make_frame("FB")})
    async with serve_prediction(store, runs=runs) as client:
        first = await client.post("/runs", json={})
        store.frames["AAPL"] = make_frame()
        again = await client.post("/runs", json={})
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["id"] != again.json()["id"]


async def test_unknown_symbols_are_all_named() -> None:
    async with serve_prediction(STORE, runs=FakeRunStore()) as client:
        response = await client.post("/runs", json={"symbols": ["X", "FB", "Y"]})
    assert response.status_code == 404
    assert response.json()["detail"] == "The store has no symbols X, Y. Load bars of them first."


async def test_a_request_that_cannot_be_a_run_is_refused() -> None:
    async with serve_prediction(STORE, runs=FakeRunStore()) as client:
        assert (await client.post("/runs", json={"windows": 5})).status_code == 422
        assert (await client.post("/runs", json={"horizon": 1})).status_code == 422


async def test_a_store_that_is_down_is_a_503() -> None:
    async with serve_prediction(STORE, runs=FakeRunStore(is_down=True)) as client:
        assert (await client.post("/runs", json={})).status_code == 503
