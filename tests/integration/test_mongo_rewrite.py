"""Loads on a real mongod: concurrent ones, ones onto documents of other tools, and cancelled ones."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from bson import ObjectId

from services.data.bars.merge import merge_bars
from services.data.mongo.bar_store import MongoBarStore
from services.data.mongo.catalogue_documents import CATALOGUE
from services.data.mongo.rewrite import LOADING_PREFIX, rewrite_by_rename, rewrite_in_transaction
from services.data.records import StoredSymbol
from shared.errors import InvalidRequest, NoBars, SymbolNotFound
from shared.schemas.arrow import BarFrame
from shared.schemas.loads import Mode
from tests.support.data.bars import make_bars, make_entry, make_frame
from tests.support.data.behaviours import add_a_bar, put
from tests.support.data.mongods import open_connections
from tests.support.servers.processes import Database

WAYS = pytest.mark.parametrize("rewrite", [rewrite_in_transaction, rewrite_by_rename])


@pytest.fixture
async def stores(mongo_url: str, database: Database) -> AsyncIterator[list[MongoBarStore]]:
    async with open_connections(mongo_url, database.name, 4) as connections:
        yield [MongoBarStore(connection, 10, 20) for connection in connections]


def _load(frame: BarFrame, mode: Mode = "upsert") -> Any:
    def decide(stored: StoredSymbol | None) -> tuple[StoredSymbol, None]:
        merged = merge_bars(stored.frame if stored else None, frame, mode).frame
        return StoredSymbol(merged, make_entry(merged)), None

    return decide


async def _agrees(store: MongoBarStore, symbol: str) -> str:
    entry, bars = await store.entry(symbol), await store.bars(symbol)
    assert entry is not None
    assert entry.revision == bars.revision
    return bars.revision


async def test_loads_of_one_new_symbol_from_several_processes_follow_one_another(stores: list[MongoBarStore]) -> None:
    await asyncio.gather(*(store.rewrite("AAPL", add_a_bar) for store in stores * 4))
    assert await _agrees(stores[0], "AAPL") == make_frame(closes=range(1, 17)).revision


async def test_first_loads_of_many_symbols_at_once_into_an_empty_database_all_arrive(
    stores: list[MongoBarStore],
) -> None:
    symbols = [f"S{number:02}" for number in range(24)]
    await asyncio.gather(*(put(stores[at % 4], make_frame(symbol)) for at, symbol in enumerate(symbols)))
    assert await stores[0].symbols() == symbols
    assert [entry.symbol for entry in await stores[0].entries()] == symbols


async def test_a_symbol_is_not_there_or_whole_while_it_is_loaded_for_the_first_time(
    stores: list[MongoBarStore],
) -> None:
    frame = make_frame(closes=range(1, 3000))
    load, revisions = asyncio.create_task(put(stores[0], frame)), set()
    while not load.done():
        try:
            revisions.add((await stores[1].bars("AAPL")).revision)
        except SymbolNotFound:
            revisions.add("not there")
    await load
    assert revisions <= {"not there", frame.revision}


async def test_a_read_of_many_bars_is_of_one_moment(stores: list[MongoBarStore]) -> None:
    frames = [make_frame(closes=[price] * 12_000) for price in (1.5, 2.5)]
    await put(stores[0], frames[0])
    revisions = set()
    for frame in frames[::-1] * 2:
        load = asyncio.create_task(put(stores[0], frame))
        while not load.done():
            revisions.add((await stores[1].bars("AAPL")).revision)
        await load
    assert revisions <= {frame.revision for frame in frames}


async def test_a_load_of_the_longest_history_there_is_is_one_transaction(stores: list[MongoBarStore]) -> None:
    frame = BarFrame("^DJI", make_bars(range(1, 35_001), first_session=date(1896, 5, 26)))
    await put(stores[0], frame)
    assert await _agrees(stores[0], "^DJI") == frame.revision


async def test_a_load_continues_as_a_whole_when_its_caller_is_cancelled(stores: list[MongoBarStore]) -> None:
    frames = [make_frame(closes=[price] * n) for price, n in ((1.5, 800), (2.5, 900))]
    await put(stores[0], frames[0])
    for attempt in range(20):
        load = asyncio.create_task(put(stores[0], frames[1 - attempt % 2]))
        await asyncio.wait({load}, timeout=attempt / 400)
        load.cancel()
        await asyncio.wait({load})
        await put(stores[0], frames[attempt % 2])
        assert await _agrees(stores[1], "AAPL") == frames[attempt % 2].revision


@WAYS
def test_an_upsert_leaves_all_of_another_tool_that_it_does_not_correct(database: Database, rewrite: Any) -> None:
    first: dict[str, Any] = {"Date": "2024-01-01", "Open": 10, "High": "11", "Low": 9.0, "Close": 10.0, "Volume": "n/a"}
    theirs = [
        first | {"_id": "a", "x": 1},
        {
            "_id": "b",
            "Date": datetime(2024, 1, 2, tzinfo=UTC),
            "Open": 10.0,
            "High": 12.0,
            "Low": 9.0,
            "Close": 1.0,
            "x": {"y": 2},
        },
        {"_id": "c", "Date": "2024-01-02", "Close": 3.0, "Name": "the later of two"},
        {"_id": "d", "Date": "soon", "Close": 4.0},
    ]
    database["AAPL"].insert_many(theirs)
    new = make_bars([20, 21], first_session=date(2024, 1, 2))
    new["volume"] = float("nan")
    new["adj_close"] = float("nan")
    rewrite(database, "AAPL", _load(BarFrame("AAPL", new)))
    documents = {document["_id"]: document for document in database["AAPL"].find()}
    corrected = theirs[2] | {"Open": 20.0, "High": 21.0, "Low": 19.0, "Close": 20.0}
    assert [documents.pop(key) for key in "abcd"] == [theirs[0], theirs[1], corrected, theirs[3]]
    (added,) = documents.values()
    third = datetime(2024, 1, 3, tzinfo=UTC)
    assert added == {"_id": added["_id"], "Date": third, "Open": 20.0, "High": 22.0, "Low": 19.0, "Close": 21.0}


@WAYS
def test_an_upsert_keeps_documents_none_of_which_it_can_read(database: Database, rewrite: Any) -> None:
    theirs = [{"_id": 1, "when": "2024-01-01", "value": 1.0}, {"_id": 2, "when": "2024-01-02", "value": 2.0}]
    database["AAPL"].insert_many(theirs)
    rewrite(database, "AAPL", _load(make_frame()))
    assert list(database["AAPL"].find({"_id": {"$in": [1, 2]}})) == theirs
    assert database["AAPL"].count_documents({}) == 5


@WAYS
def test_bars_are_not_added_to_a_layout_of_another_tool(database: Database, rewrite: Any) -> None:
    theirs = [{"_id": 1, "date": "2024-01-01", "close": 1.0}, {"_id": 2, "date": "2024-01-02", "close": 2.0}]
    database["AAPL"].insert_many(theirs)
    with pytest.raises(InvalidRequest, match="are only read"):
        rewrite(database, "AAPL", _load(make_frame()))
    assert list(database["AAPL"].find()) == theirs


@WAYS
@pytest.mark.parametrize(
    "options", [{"viewOn": "PRICES"}, {"timeseries": {"timeField": "Date"}}, {"capped": True, "size": 1 << 20}]
)
def test_bars_are_not_added_to_what_is_no_plain_collection(
    database: Database, rewrite: Any, options: dict[str, Any]
) -> None:
    database.create_collection("AAPL", **options)
    prices = dict.fromkeys(("Open", "High", "Low", "Close"), 1.0)
    database[options.get("viewOn", "AAPL")].insert_many([{"Date": datetime(2024, 1, day)} | prices for day in (2, 3)])
    with pytest.raises(InvalidRequest, match="AAPL is a view, a time series or a capped collection of another tool"):
        rewrite(database, "AAPL", _load(make_frame(first_session=date(2024, 2, 1))))
    rewrite(database, "AAPL", lambda stored: (StoredSymbol(stored.frame, make_entry(stored.frame)), None))
    assert database["AAPL"].count_documents({}) == 2
    assert database[CATALOGUE].count_documents({}) == 1


@WAYS
def test_a_replacement_leaves_nothing_that_is_not_a_bar_and_makes_the_index(database: Database, rewrite: Any) -> None:
    dates = ["2024-01-01", "2024-01-01", "soon", "1999-01-04"]
    database["AAPL"].insert_many([{"Date": date} for date in dates])
    rewrite(database, "AAPL", _load(make_frame(), "replace"))
    assert [document["Date"] for document in database["AAPL"].find().sort("Date")] == [
        "2024-01-01",
        "2024-01-02",
        "2024-01-03",
    ]
    assert database["AAPL"].index_information()["Date_1"]["unique"]


@WAYS
def test_a_new_symbol_has_a_unique_date(database: Database, rewrite: Any) -> None:
    rewrite(database, "AAPL", _load(make_frame()))
    assert database["AAPL"].index_information()["Date_1"]["unique"]


@WAYS
def test_a_symbol_whose_collection_is_there_and_empty_is_loaded(database: Database, rewrite: Any) -> None:
    database.create_collection("AAPL")
    rewrite(database, "AAPL", _load(make_frame()))
    assert database["AAPL"].count_documents({}) == 3


def test_an_index_of_another_tool_stays_and_is_not_an_obstacle(database: Database) -> None:
    database["AAPL"].create_index("Date")
    rewrite_in_transaction(database, "AAPL", _load(make_frame()))
    assert "unique" not in database["AAPL"].index_information()["Date_1"]


def test_the_remains_of_a_rewrite_that_died_are_dropped_once_no_rewrite_can_still_run(database: Database) -> None:
    dead = ObjectId.from_datetime(datetime.now(UTC) - timedelta(hours=1))
    for name in (
        f"{LOADING_PREFIX}{dead}_AAPL",
        f"{LOADING_PREFIX}{dead}_IBM",
        f"{LOADING_PREFIX}{ObjectId()}_AAPL",
        f"{LOADING_PREFIX}AAPL",
    ):
        database[name].insert_one({"Date": "2024-01-01"})
    rewrite_by_rename(database, "AAPL", _load(make_frame()))
    collections = set(database.list_collection_names())
    assert len(collections) == 3
    assert {"AAPL", CATALOGUE} < collections


async def test_bars_of_a_rewrite_that_died_before_its_entry_are_not_those_of_the_entry(
    stores: list[MongoBarStore], database: Database
) -> None:
    rewrite_by_rename(database, "AAPL", _load(make_frame()))
    died = make_frame(closes=[5])

    def decide(_: StoredSymbol | None) -> tuple[StoredSymbol, None]:
        return StoredSymbol(died, None), None  # fails at the entry, after the bars are in place

    with pytest.raises(AssertionError):
        rewrite_by_rename(database, "AAPL", decide)
    entry = await stores[0].entry("AAPL")
    assert (await stores[0].bars("AAPL")).revision == died.revision
    assert entry is not None
    assert entry.revision != died.revision
    rewrite_by_rename(database, "AAPL", _load(died))
    await _agrees(stores[0], "AAPL")


async def test_a_deleted_symbol_can_be_loaded_again(stores: list[MongoBarStore], database: Database) -> None:
    database.create_collection("EMPTY")
    with pytest.raises(NoBars):
        await stores[0].bars("EMPTY")
    for symbol in ("EMPTY", "AAPL"):
        await put(stores[0], make_frame(symbol))
        await stores[0].delete(symbol)
        await put(stores[1], replace(make_frame(closes=[3]), symbol=symbol))
        assert (await stores[0].bars(symbol)).bars["close"].tolist() == [3]
