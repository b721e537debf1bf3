import asyncio
from dataclasses import replace

import pytest

from services.data.bars.kept_answers import KeptAnswers
from services.data.records import CatalogueEntry
from services.data.symbols.catalogue import Catalogue
from shared.errors import StoreUnavailable
from shared.schemas.loads import Finding
from tests.support.data.bars import make_entry, make_frame
from tests.support.data.fakes import FakeBarStore


class CountingStore(FakeBarStore):
    n_listed = 0

    async def symbols(self) -> list[str]:
        self.n_listed += 1
        await asyncio.sleep(0)
        return await super().symbols()


class ChangingStore(CountingStore):
    """A store in which something changes during each read, as while a file of many symbols is loaded."""

    catalogue_of_changes: Catalogue

    async def entries(self) -> list[CatalogueEntry]:
        self.catalogue_of_changes.invalidate()
        return await super().entries()


def _store(*symbols: str) -> CountingStore:
    return CountingStore({symbol: make_frame(symbol) for symbol in symbols})


async def _search(catalogue: Catalogue, query: str = "") -> list[str]:
    return [stock.symbol for stock in (await catalogue.search(query, limit=10, cursor=None)).stocks]


async def test_values_of_the_catalogue_are_returned_and_missing_ones_are_null() -> None:
    store = _store("AAPL", "IBM")
    store.catalogue["AAPL"] = make_entry(store.frames["AAPL"], name="Apple Inc.")
    page = await Catalogue(store, KeptAnswers(3600), seconds=60).search("", limit=10, cursor=None)
    assert [stock.model_dump(mode="json") for stock in page.stocks] == [
        {
            "symbol": "AAPL",
            "name": "Apple Inc.",
            "first_session": "2024-01-01",
            "last_session": "2024-01-03",
            "bars": 3,
        },
        {"symbol": "IBM", "name": None, "first_session": None, "last_session": None, "bars": None},
    ]
    assert page.next_cursor is None


async def test_names_are_searched_too() -> None:
    store = _store("AAPL", "IBM")
    store.catalogue["IBM"] = make_entry(store.frames["IBM"], name="Big Blue")
    assert await _search(Catalogue(store, KeptAnswers(3600), seconds=60), "blue") == ["IBM"]


async def test_pages_follow_one_another() -> None:
    catalogue = Catalogue(_store("A", "B", "C"), KeptAnswers(3600), seconds=60)
    first = await catalogue.search("", limit=2, cursor=None)
    second = await catalogue.search("", limit=2, cursor=first.next_cursor)
    assert [stock.symbol for page in (first, second) for stock in page.stocks] == ["A", "B", "C"]
    assert second.next_cursor is None


async def test_an_entry_without_bars_is_not_shown() -> None:
    store = _store("AAPL")
    store.catalogue["GONE"] = make_entry(make_frame("GONE"))
    assert await _search(Catalogue(store, KeptAnswers(3600), seconds=60)) == ["AAPL"]


async def test_the_store_is_read_once_until_something_changes_or_time_passes() -> None:
    now = 0.0
    store = _store("AAPL")
    catalogue = Catalogue(store, KeptAnswers(3600), seconds=60, monotonic=lambda: now)
    await asyncio.gather(*(_search(catalogue) for _ in range(20)))
    assert store.n_listed == 1
    store.frames["IBM"] = make_frame("IBM")
    assert await _search(catalogue) == ["AAPL"]
    catalogue.invalidate()
    assert await _search(catalogue) == ["AAPL", "IBM"]
    now = 61.0
    await _search(catalogue)
    assert store.n_listed == 3


async def test_a_change_during_a_read_is_not_missed_after_it() -> None:
    store = _store("AAPL")
    catalogue = Catalogue(store, KeptAnswers(3600), seconds=60)
    reading = asyncio.create_task(_search(catalogue))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert store.n_listed == 1
    catalogue.invalidate()
    await reading
    store.frames["IBM"] = make_frame("IBM")
    assert await _search(catalogue) == ["AAPL", "IBM"]


async def test_concurrent_searches_share_a_read_while_something_changes_all_the_time() -> None:
    store = ChangingStore({"AAPL": make_frame("AAPL")})
    catalogue = store.catalogue_of_changes = Catalogue(store, KeptAnswers(3600), seconds=60)
    assert await asyncio.gather(*(_search(catalogue) for _ in range(20))) == [["AAPL"]] * 20
    assert store.n_listed == 2  # the second one for all who came after the first had begun


async def test_a_read_that_began_before_a_change_is_not_shared_after_it() -> None:
    store = _store("AAPL")
    catalogue = Catalogue(store, KeptAnswers(3600), seconds=60)
    reading = asyncio.create_task(catalogue.snapshot())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert store.n_listed == 1
    store.frames["IBM"] = make_frame("IBM")
    catalogue.invalidate()
    later = await asyncio.gather(*(_search(catalogue) for _ in range(20)))
    await reading
    assert later == [["AAPL", "IBM"]] * 20
    assert store.n_listed == 2


async def test_a_store_that_is_down_is_an_error_until_it_is_back() -> None:
    store = _store("AAPL")
    catalogue = Catalogue(store, KeptAnswers(3600), seconds=60)
    store.is_down = True
    with pytest.raises(StoreUnavailable):
        await _search(catalogue)
    store.is_down = False
    assert await _search(catalogue) == ["AAPL"]


async def test_what_is_known_is_served_for_a_while_when_the_store_is_away() -> None:
    store, now = _store("AAPL", "IBM"), 0.0
    kept = KeptAnswers(3600)
    catalogue = Catalogue(store, kept, seconds=60, monotonic=lambda: now)
    await _search(catalogue)
    store.is_down, now = True, 61.0
    assert await _search(catalogue) == await catalogue.symbols() == ["AAPL", "IBM"]
    assert kept.are_served
    now = 3661.0
    for call in (catalogue.symbols, lambda: _search(catalogue)):
        with pytest.raises(StoreUnavailable):
            await call()
    store.is_down = False
    await _search(catalogue)
    assert not kept.are_served


async def test_what_is_known_is_not_served_after_a_change() -> None:
    store = _store("AAPL")
    catalogue = Catalogue(store, KeptAnswers(3600), seconds=60)
    await catalogue.symbols()
    catalogue.invalidate()
    store.is_down = True
    for call in (catalogue.symbols, lambda: _search(catalogue)):
        with pytest.raises(StoreUnavailable):
            await call()


async def test_a_snapshot_is_the_same_object_until_something_changes() -> None:
    store = _store("AAPL")
    finding = Finding(code="split_like_jump", detail="One.", count=1, sessions=[])
    store.catalogue["AAPL"] = replace(make_entry(store.frames["AAPL"], name="Apple Inc."), findings=[finding])
    catalogue = Catalogue(store, KeptAnswers(3600), seconds=60)
    snapshot = await catalogue.snapshot()
    assert (snapshot.symbols, snapshot.n_findings) == (["AAPL"], {"AAPL": 1})
    assert snapshot.entries["AAPL"].name == "Apple Inc."
    assert await catalogue.snapshot() is snapshot
    catalogue.invalidate()
    assert await catalogue.snapshot() is not snapshot
