"""The change feed on a real mongod: it reports every write by any client, and its ping fails while it cannot."""

import asyncio
import threading
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from local.servers import mongo_url as mongo_address
from services.data.mongo.bar_store import MongoBarStore
from services.data.mongo.change_feed import MongoChangeFeed
from services.data.mongo.connection import open_mongo
from shared.errors import StoreUnavailable
from tests.support.data.bars import make_frame
from tests.support.data.behaviours import ChangeFeedBehaviours, put
from tests.support.data.mongods import running_standalone
from tests.support.polling import PATIENCE_SECONDS, until_unavailable
from tests.support.servers.processes import Database, Server, mongo_client, mongod, running
from tests.support.servers.readiness import ensure_primary

BOUND = "changes by other tools become visible after up to 60 s."


@pytest.fixture
async def feed(mongo_url: str, database: Database) -> AsyncIterator[MongoChangeFeed]:
    async with open_mongo(mongo_url, database.name) as opened:
        yield MongoChangeFeed(opened, 60)


async def _until(changes: AsyncIterator[set[str] | None], wanted: set[str] | None) -> list[set[str] | None]:
    """Collect the reported symbols until all of `wanted` are among them."""
    told: list[set[str] | None] = []
    seen: set[str] = set()
    async with asyncio.timeout(PATIENCE_SECONDS):
        async for symbols in changes:
            told.append(symbols)
            seen |= symbols or set()
            if symbols is None if wanted is None else wanted <= seen:
                break
    return told


class TestMongoChangeFeed(ChangeFeedBehaviours):
    @pytest.fixture
    def change(self, database: Database) -> Callable[[str], Awaitable[None]]:
        async def change(symbol: str) -> None:
            database[symbol].insert_one({"Date": "2024-01-02"})

        return change

    async def test_each_kind_of_write_of_another_tool_is_reported(
        self, feed: MongoChangeFeed, database: Database
    ) -> None:
        database["AAPL"].insert_one({"Date": "2024-01-02", "Close": 1.0})
        changes = feed.changes()
        await _until(changes, None)
        database["AAPL"].update_one({}, {"$set": {"Close": 2.0}})
        await _until(changes, {"AAPL"})
        database["AAPL"].delete_many({})
        await _until(changes, {"AAPL"})
        database["AAPL"].rename("IBM")
        await _until(changes, {"AAPL", "IBM"})
        database["IBM"].drop()
        await _until(changes, {"IBM"})

    async def test_a_write_in_a_transaction_of_another_tool_is_reported(
        self, feed: MongoChangeFeed, database: Database
    ) -> None:
        changes = feed.changes()
        await _until(changes, None)
        with database.client.start_session() as session, session.start_transaction():
            database["AAPL"].insert_one({"Date": "2024-01-02"}, session=session)
        await _until(changes, {"AAPL"})

    async def test_a_load_of_many_bars_is_followed_in_small_batches(
        self, feed: MongoChangeFeed, database: Database
    ) -> None:
        changes = feed.changes()
        await _until(changes, None)
        database["AAPL"].insert_many({"Date": str(number)} for number in range(20_000))
        tracemalloc.start()
        try:
            await _until(changes, {"AAPL"})
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < 10_000_000  # all of them in one batch would take 40 MB

    async def test_a_write_to_the_collection_of_a_view_is_one_to_the_view(
        self, feed: MongoChangeFeed, database: Database
    ) -> None:
        database["prices"].insert_one({"symbol": "VIEW", "Date": "2024-01-02"})
        database.create_collection("VIEW", viewOn="prices", pipeline=[{"$match": {"symbol": "VIEW"}}])
        database.create_collection("VIEW.ADJ", viewOn="VIEW", pipeline=[])
        changes = feed.changes()
        await _until(changes, None)
        await _until(changes, {"VIEW", "VIEW.ADJ"})
        database["bellwether_notes"].insert_one({})
        database["AAPL"].insert_one({"Date": "2024-01-02"})
        assert await _until(changes, {"AAPL"}) == [{"AAPL", "VIEW", "VIEW.ADJ"}]
        database["prices"].insert_one({"symbol": "VIEW", "Date": "2024-01-03"})
        assert await _until(changes, {"VIEW"}) == [{"VIEW", "VIEW.ADJ"}]

    async def test_a_symbol_whose_changes_mongodb_does_not_report_counts_as_changed_now_and_then(
        self, mongo_url: str, database: Database
    ) -> None:
        database.create_collection("SERIES", timeseries={"timeField": "date"})
        async with open_mongo(mongo_url, database.name) as opened:
            changes = MongoChangeFeed(opened, 1).changes()
            await _until(changes, None)
            for _ in range(3):
                assert await _until(changes, {"SERIES"}) == [{"SERIES"}]

    async def test_changes_and_pings_wait_for_no_other_work_of_the_process(
        self, mongo_url: str, database: Database
    ) -> None:
        may_end = threading.Event()
        others = [asyncio.create_task(asyncio.to_thread(may_end.wait)) for _ in range(64)]
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), open_mongo(mongo_url, database.name) as opened:
                await opened.ping(PATIENCE_SECONDS)
                changes = MongoChangeFeed(opened, 60).changes()
                await _until(changes, None)
                database["AAPL"].insert_one({"Date": "2024-01-02"})
                await _until(changes, {"AAPL"})
        finally:
            may_end.set()
            await asyncio.gather(*others)

    async def test_the_feed_continues_after_the_database_was_dropped(
        self, feed: MongoChangeFeed, database: Database
    ) -> None:
        changes = feed.changes()
        await _until(changes, None)
        database["AAPL"].insert_one({"Date": "2024-01-02"})
        await _until(changes, {"AAPL"})
        database.client.drop_database(database)
        told: set[str] | None = None
        async with asyncio.timeout(PATIENCE_SECONDS):
            while told is None:
                database["AAPL"].insert_one({"Date": "2024-01-02"})
                told = await anext(changes)
        assert told == {"AAPL"}

    async def test_a_load_of_ours_is_reported_in_few_words(
        self, feed: MongoChangeFeed, database: Database, mongo_url: str
    ) -> None:
        changes = feed.changes()
        await _until(changes, None)
        async with open_mongo(mongo_url, database.name) as opened:
            store = MongoBarStore(opened, 10, 20)
            for symbol in ("AAPL", "LAST"):
                await put(store, make_frame(symbol, range(1, 2000)))
        told = await _until(changes, {"LAST"})
        assert any(symbols is not None and "AAPL" in symbols for symbols in told)
        assert len(told) < 10


async def test_a_broken_feed_says_so_and_then_reports_the_missed_changes(tmp_path: Path) -> None:
    server = mongod(tmp_path)
    url = mongo_address(server.port)
    with running(server):
        ensure_primary(server.port)
        async with open_mongo(url, "bars") as database:
            feed = MongoChangeFeed(database, 60)
            with pytest.raises(StoreUnavailable, match="has not been reached yet"):
                await feed.ping()
            changes = feed.changes()
            await _until(changes, None)
            with mongo_client(url) as client:
                client["bars"]["AAPL"].insert_one({"Date": "2024-01-02"})
            await _until(changes, {"AAPL"})
            following = asyncio.create_task(_until(changes, {"IBM"}))
            server.stop()
            await until_unavailable(feed.ping, f"MongoDB's change stream is interrupted: {BOUND}")
            await asyncio.to_thread(_start_and_write, server)
            await following
            await feed.ping()


async def test_without_a_replica_set_the_bound_is_reported(tmp_path: Path) -> None:
    with running_standalone(tmp_path) as server:
        async with open_mongo(mongo_address(server.port), "bars") as database:
            feed = MongoChangeFeed(database, 60)
            following = asyncio.create_task(_until(feed.changes(), None))
            await until_unavailable(feed.ping, f"MongoDB is not a replica set and has no change streams: {BOUND}")
            following.cancel()
            await asyncio.wait({following})


def _start_and_write(server: Server) -> None:
    server.start()
    ensure_primary(server.port)
    with mongo_client(mongo_address(server.port)) as client:
        client["bars"]["IBM"].insert_one({"Date": "2024-01-02"})
