from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from shared.schemas.arrow import BarFrame
from shared.schemas.ledger import LedgerEntry
from tests.support.data.bars import make_bars, make_frame
from tests.support.data.fakes import FakeBarCache, FakeBarStore, FakeForecastLedger, serve_data
from tests.support.data.ledgers import DAY, make_issued_entry, make_ledger_entry


async def _keep(client: httpx.AsyncClient, *entries: LedgerEntry, symbol: str = "AAPL") -> httpx.Response:
    body = [entry.model_dump(mode="json") for entry in entries]
    return await client.post(f"/symbols/{symbol}/ledger", json=body)


async def test_a_forecast_is_scored_when_its_session_is_stored() -> None:
    ledger = FakeForecastLedger({entry.key: entry for entry in [make_issued_entry()]})  # on the evening of the session
    async with serve_data(FakeBarStore({"AAPL": make_frame()}), ledger=ledger) as client:
        waiting = (await client.get("/symbols/aapl/ledger")).json()
        csv = "date,open,high,low,close\n2024-01-04,12,16,12,15\n"
        await client.put("/symbols/AAPL/bars", content=csv, headers={"content-type": "text/csv"})
        scored = (await client.get("/symbols/AAPL/ledger")).json()
    assert (waiting["n_scored"], waiting["n_never_came"]) == (0, 1)  # 2024 is long over
    assert (scored["n_scored"], scored["n_never_came"]) == (1, 0)
    assert [one["coverage"] for one in scored["coverage"]] == [0.0]
    assert [record["actual"] for record in scored["records"]] == [15.0]
    assert scored["scores"][0]["skill"] == 1 - 2.5 / 3


async def test_a_forecast_is_recorded_with_the_closes_of_then_and_late_after_its_session() -> None:
    began_at = datetime.now(UTC)
    async with serve_data(FakeBarStore({"AAPL": make_frame()})) as client:
        posted = await _keep(client, make_ledger_entry(), make_ledger_entry(sessions_ahead=2))
        ledger = (await client.get("/symbols/AAPL/ledger")).json()
    assert (posted.status_code, posted.json()) == (201, {"kept": 2, "known": 0})
    assert (ledger["n_scored"], ledger["n_pending"], ledger["n_late"]) == (0, 0, 2)
    assert {record["state"] for record in ledger["records"]} == {"late"}
    assert [known["close"] for known in ledger["records"][0]["closes"]] == [10.0, 11.0, 12.0]
    given_at = datetime.fromisoformat(ledger["records"][0]["given_at"])
    assert began_at <= given_at <= datetime.now(UTC)


async def test_a_forecast_from_a_close_that_was_corrected_meanwhile_is_refused() -> None:
    ledger = FakeForecastLedger()
    async with serve_data(FakeBarStore({"AAPL": make_frame(closes=[10, 11, 12.5])}), ledger=ledger) as client:
        response = await _keep(client, make_ledger_entry())
    assert (response.status_code, response.json()["type"]) == (422, "/problems/invalid-request")
    assert "the close of 2024-01-03 has changed since this one was made, from 12 to 12.5" in response.json()["detail"]
    assert ledger.by_key == {}


async def test_recording_a_forecast_again_changes_nothing() -> None:
    ledger = FakeForecastLedger()
    async with serve_data(FakeBarStore({"AAPL": make_frame()}), ledger=ledger) as client:
        await _keep(client, make_ledger_entry())
        before = dict(ledger.by_key)
        again = await _keep(client, make_ledger_entry(point=13.0, revision="f" * 16))
    assert (again.status_code, again.json()) == (201, {"kept": 0, "known": 1})
    assert ledger.by_key == before


async def test_a_forecast_whose_outcome_is_known_is_refused_whatever_is_cached() -> None:
    store, cache, ledger = FakeBarStore({"AAPL": make_frame()}), FakeBarCache(), FakeForecastLedger()
    async with serve_data(store, cache, ledger=ledger) as client:
        await client.get("/symbols/AAPL/bars")
        store.frames["AAPL"] = make_frame(closes=[10, 11, 12, 15])  # by another tool, without a report from the feed
        response = await _keep(client, make_ledger_entry())
    assert (response.status_code, response.json()["type"]) == (422, "/problems/invalid-request")
    assert "only forecasts made before the outcome is known" in response.json()["detail"]
    assert ledger.by_key == {}


async def test_one_invalid_entry_refuses_all_and_is_pointed_at() -> None:
    ledger = FakeForecastLedger()
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    async with serve_data(FakeBarStore({"AAPL": make_frame()}), ledger=ledger) as client:
        response = await _keep(
            client,
            make_ledger_entry(),
            make_ledger_entry(symbol="MSFT"),
            make_ledger_entry(as_of=tomorrow + timedelta(days=1)),
        )
        ahead = await _keep(client, make_ledger_entry(as_of=tomorrow))
    assert (response.status_code, ahead.status_code) == (422, 201)
    assert [error["pointer"] for error in response.json()["errors"]] == ["/body/1/symbol", "/body/2/as_of"]
    assert len(ledger.by_key) == 1


def _with(**change: Any) -> list[dict[str, Any]]:
    return [make_ledger_entry().model_dump(mode="json") | change]


@pytest.mark.parametrize(
    "body",
    [
        [],
        _with() * 21,
        {},
        _with(point=None),
        _with(last_close=-1),
        _with(model="crystal_ball"),
        _with(sessions_ahead=0),
        _with(level=100),
        _with(symbol="system.users"),
    ],
)
async def test_a_body_that_is_not_a_list_of_entries_is_refused(body: object) -> None:
    ledger = FakeForecastLedger()
    async with serve_data(FakeBarStore({"AAPL": make_frame()}), ledger=ledger) as client:
        response = await client.post("/symbols/AAPL/ledger", json=body)
    assert (response.status_code, response.json()["type"]) == (422, "/problems/invalid-request")
    assert response.json()["errors"]
    assert ledger.by_key == {}


async def test_a_symbol_without_bars_has_no_ledger_and_takes_nothing() -> None:
    none = make_frame("NONE", [])
    async with serve_data(FakeBarStore({"NONE": none})) as client:
        for symbol, slug in (("NOPE", "symbol-not-found"), ("NONE", "no-bars")):
            read = await client.get(f"/symbols/{symbol}/ledger")
            posted = await _keep(client, make_ledger_entry(symbol=symbol), symbol=symbol)
            for response in (read, posted):
                assert (response.status_code, response.json()["type"]) == (404, f"/problems/{slug}")


async def test_records_come_in_pages() -> None:
    entries = [make_issued_entry(as_of=DAY - timedelta(days=day)) for day in range(5)]
    ledger = FakeForecastLedger({entry.key: entry for entry in entries})
    async with serve_data(FakeBarStore({"AAPL": make_frame()}), ledger=ledger) as client:
        first = (await client.get("/symbols/AAPL/ledger?limit=3")).json()
        second = (await client.get("/symbols/AAPL/ledger", params={"cursor": first["next_cursor"]})).json()
        wrong = await client.get("/symbols/AAPL/ledger?cursor=nonsense")
        unknown = await client.get("/symbols/AAPL/ledger?page=2")
    assert [record["as_of"] for record in first["records"] + second["records"]] == [
        str(entry.as_of) for entry in entries
    ]
    assert second["next_cursor"] is None
    assert (wrong.status_code, unknown.status_code) == (422, 422)


async def test_a_ledger_outlives_its_symbol_and_is_there_when_it_comes_back() -> None:
    store, entry = FakeBarStore({"AAPL": make_frame()}), make_issued_entry()
    async with serve_data(store, ledger=FakeForecastLedger({entry.key: entry})) as client:
        assert (await client.delete("/symbols/AAPL")).status_code == 204
        missing = await client.get("/symbols/AAPL/ledger")
        store.frames["AAPL"] = make_frame(closes=[10, 11, 12, 13])
        back = (await client.get("/symbols/AAPL/ledger")).json()
    assert missing.status_code == 404
    assert (back["n_scored"], back["coverage"][0]["coverage"]) == (1, 1.0)


async def test_a_ledger_that_does_not_answer_is_unavailable() -> None:
    async with serve_data(FakeBarStore({"AAPL": make_frame()}), ledger=FakeForecastLedger(is_down=True)) as client:
        for response in (await client.get("/symbols/AAPL/ledger"), await _keep(client, make_ledger_entry())):
            assert (response.status_code, response.json()["type"]) == (503, "/problems/store-unavailable")


async def test_a_ledger_of_thousands_answers_one_page() -> None:
    bars = make_bars([100.0] * 400, first_session=DAY)
    entries = [
        make_issued_entry(as_of=DAY + timedelta(days=day), sessions_ahead=ahead, last_close=100.0)
        for day in range(400)
        for ahead in range(1, 21)
    ]
    store = FakeBarStore({"AAPL": BarFrame("AAPL", bars)})
    async with serve_data(store, ledger=FakeForecastLedger({entry.key: entry for entry in entries})) as client:
        ledger = (await client.get("/symbols/AAPL/ledger?limit=1000")).json()
    assert (len(ledger["records"]), len(ledger["scores"])) == (1000, 20)
    assert ledger["n_scored"] + ledger["n_never_came"] == 8000
    assert [score["n_scored"] for score in ledger["scores"]] == [400 - ahead for ahead in range(1, 21)]
