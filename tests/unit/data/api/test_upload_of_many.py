"""A file with the bars of many symbols in one request: each is loaded by itself, and none stops the others."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx
import pytest

from services.data.app import create_app
from services.data.records import StoredSymbol
from services.data.settings import DataSettings
from shared import deadline
from shared.errors import NoBars, StoreUnavailable
from shared.schemas.loads import MAX_LISTED_ROWS
from tests.support.asgi import serve
from tests.support.data.bars import make_frame
from tests.support.data.fakes import FakeBarStore, fakes, serve_data
from tests.support.data.uploads import BAD, HEADER, ROWS, PickyStore, PromptFollowers, join_lines

T = TypeVar("T")


def _many(*symbols: str, rows: str = ROWS) -> str:
    """Build a CSV file with the same rows of each symbol."""
    return "symbol," + HEADER + "".join(f"{symbol},{row}\n" for symbol in symbols for row in rows.split())


async def _put(client: httpx.AsyncClient, body: str, **params: str | bool) -> dict[str, Any]:
    response = await client.put("/bars", content=body, params=params, headers={"content-type": "text/csv"})
    assert response.status_code == 200, response.text
    return join_lines(response)


def _symbols(answer: dict[str, Any]) -> list[str]:
    return [report["symbol"] for report in answer["reports"]]


@dataclass
class SlowStore(FakeBarStore):
    """A store that takes a tenth of a second for a symbol, and notes how long it might take."""

    seconds_left: list[float] = field(default_factory=list)

    async def rewrite(self, symbol: str, decide: Callable[[StoredSymbol | None], tuple[StoredSymbol, T]]) -> T:
        self.seconds_left.append(deadline.seconds_left(deadline.MAX_SECONDS))
        await asyncio.sleep(0.1)
        return await super().rewrite(symbol, decide)


async def test_every_symbol_is_loaded_and_reported() -> None:
    store = FakeBarStore()
    async with serve_data(store) as client:
        answer = await _put(client, _many("MSFT", "AAPL", rows=ROWS + BAD))
        bars = (await client.get("/symbols/AAPL/bars")).json()["bars"]
    assert _symbols(answer) == ["AAPL", "MSFT"] == await store.symbols()
    assert [(report["inserted"], report["n_rejected"]) for report in answer["reports"]] == [(2, 1), (2, 1)]
    assert (answer["refused"], answer["skipped"], answer["stopped"]) == ([], [], None)
    assert len(bars) == 2


@pytest.mark.parametrize("symbol", ["NEW", "brk.b", "BTC-USD"])
async def test_a_file_that_names_no_symbol_is_of_the_one_that_the_request_names(symbol: str) -> None:
    async with serve_data(FakeBarStore()) as client:
        unnamed, named = await _put(client, HEADER + ROWS, symbol=symbol), await _put(client, _many("X"), symbol=symbol)
    assert (_symbols(unnamed), _symbols(named)) == ([symbol.upper()], ["X"])
    assert unnamed["reports"][0]["notes"] == named["reports"][0]["notes"] == []


async def test_a_dry_run_reports_each_and_writes_none() -> None:
    store = FakeBarStore()
    async with serve_data(store) as client:
        answer = await _put(client, _many("MSFT", "AAPL"), dry_run=True)
    assert _symbols(answer) == ["AAPL", "MSFT"]
    assert store.frames == {}


async def test_the_end_is_said_once_no_service_answers_from_the_old_bars() -> None:
    followers = PromptFollowers({"one": 0})
    async with serve(create_app(DataSettings(), open_resources=fakes(FakeBarStore(), followers=followers))) as client:
        before = followers.fence
        await _put(client, _many("AAPL", "MSFT"), dry_run=True)
        checked = followers.fence
        await _put(client, _many("AAPL", "MSFT"))
    assert (checked, followers.fence) == (before, before + 1)


async def test_a_symbol_that_disagrees_with_what_is_stored_is_refused_and_the_others_are_loaded() -> None:
    store = FakeBarStore({"AAPL": make_frame("AAPL", [100, 110, 120])})
    async with serve_data(store) as client:
        answer = await _put(client, _many("AAPL", "MSFT"))
        metrics = (await client.get("/metrics")).text
    (refused,) = answer["refused"]
    assert (_symbols(answer), refused["symbol"], refused["type"]) == (["MSFT"], "AAPL", "/problems/history-changed")
    assert store.frames["AAPL"].revision == make_frame("AAPL", [100, 110, 120]).revision
    assert 'loads_total{outcome="loaded"} 1.0' in metrics
    assert 'loads_total{outcome="refused"} 1.0' in metrics


async def test_a_store_that_goes_away_halfway_costs_no_report_of_what_was_stored() -> None:
    down = dict.fromkeys("EFGHIJ", StoreUnavailable("It is down."))
    store = PickyStore(errors={"B": NoBars("B is unreadable."), **down})
    async with serve_data(store) as client:
        answer = await _put(client, _many(*"ABCDEFGHIJ"))
    assert (answer["stopped"], [each["detail"] for each in answer["refused"]]) == ("It is down.", ["B is unreadable."])
    assert _symbols(answer) == await store.symbols() == ["A", "C", "D"]
    assert "H" not in store.tried


async def test_a_file_may_take_longer_than_a_request() -> None:
    settings = DataSettings(write_timeout_seconds=0.1, write_budget_seconds=0.2)
    store, symbols = SlowStore(), [f"S{number}" for number in range(9)]
    async with serve(create_app(settings, open_resources=fakes(store))) as client:
        answer = await _put(client, _many(*symbols))
    assert _symbols(answer) == symbols
    assert (answer["stopped"], min(store.seconds_left) > 1) == (None, True)


async def test_all_symbols_together_list_a_hundred_rejected_rows() -> None:
    async with serve_data(FakeBarStore()) as client:
        answer = await _put(client, _many("A", "B", "C", rows=ROWS + BAD * 60))
    assert [report["n_rejected"] for report in answer["reports"]] == [60, 60, 60]
    assert sum(len(report["rejected"]) for report in answer["reports"]) == MAX_LISTED_ROWS


@pytest.mark.parametrize(
    ("body", "params", "slug", "sentence"),
    [
        (HEADER + ROWS, "", "unreadable-file", "the file does not name one"),
        (_many("AAPL", rows=ROWS + BAD), "strict=true", "rows-rejected", "Nothing was stored"),
        (_many("AAPL"), "name=Apple", "invalid-request", "name"),
    ],
)
async def test_a_file_that_cannot_be_loaded_at_all_is_an_error(
    body: str, params: str, slug: str, sentence: str
) -> None:
    store = FakeBarStore()
    async with serve_data(store) as client:
        response = await client.put(f"/bars?{params}", content=body, headers={"content-type": "text/csv"})
    assert (response.status_code, response.json()["type"]) == (422, f"/problems/{slug}")
    assert sentence in response.json()["detail"]
    assert store.frames == {}
