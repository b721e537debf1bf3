"""Runs on a real mongod: the behaviours of the fake, two owners that race, and a mongod that is killed."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from itertools import count
from typing import Any

import pytest

from services.data.mongo.bar_store import MongoBarStore
from services.data.mongo.connection import open_mongo
from services.data.mongo.runs import cleaning
from services.data.mongo.runs.documents import CLAIMS, RUNS, SYMBOLS
from services.data.mongo.runs.reads import read_runs
from services.data.mongo.runs.store import MongoRunStore
from services.data.mongo.runs.writes import put_run
from tests.support.data.mongods import open_connections
from tests.support.data.run_behaviours import RunStoreBehaviours, claim, complete
from tests.support.data.run_lease_behaviours import RunLeaseBehaviours
from tests.support.data.run_stores import make_new_run
from tests.support.servers.processes import Database

LONG_AGO = datetime(2020, 1, 1)  # as the bare driver reads and writes it


@pytest.fixture
async def stores(mongo_url: str, database: Database) -> AsyncIterator[list[MongoRunStore]]:
    async with open_connections(mongo_url, database.name, 2) as connections:
        yield [MongoRunStore(connection, 10, 20) for connection in connections]


@pytest.fixture
def store(stores: list[MongoRunStore]) -> MongoRunStore:
    return stores[0]


@pytest.fixture
def end_lease(database: Database) -> Callable[[], Awaitable[None]]:
    async def end_lease() -> None:
        """Let the lease end without waiting for it, by making it older."""
        database[CLAIMS].update_many({"until": {"$exists": True}}, {"$set": {"until": LONG_AGO}})
        database[RUNS].update_many({"lease_until": {"$type": "date"}}, {"$set": {"lease_until": LONG_AGO}})

    return end_lease


class TestMongoRunLeases(RunLeaseBehaviours):
    pass


class TestMongoRunStore(RunStoreBehaviours):
    async def test_a_run_that_is_queued_during_the_cleaning_keeps_its_symbols(
        self, store: MongoRunStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await complete(store, make_new_run())
        new, n_reads = make_new_run("fedcba9876543210"), count(1)

        def read_and_queue(database: Any) -> list[Any]:
            runs = read_runs(database)
            if next(n_reads) == 2:  # when it looks for what belongs to no run
                put_run(database, new, None)
            return runs

        monkeypatch.setattr(cleaning, "read_runs", read_and_queue)
        await store.clean()
        assert next(n_reads) > 2
        assert await store.symbols(new.id) == new.symbols

    async def test_a_run_that_is_removed_while_it_is_requested_again_blocks_no_other(
        self, store: MongoRunStore, database: Database
    ) -> None:
        new, other = make_new_run(), make_new_run("fedcba9876543210")
        await store.put(new)
        await store.put(other)
        database[SYMBOLS].delete_one({"_id": new.id})  # without transactions, by a removal that began before
        assert await store.claim("owner-one") is None
        run = (await store.snapshot(new.id)).run
        assert (run.state, run.error) == ("failed", "It was removed while it was requested. Start it again.")
        assert (await claim(store)).run.id == other.id
        assert (await store.put(new))[0].state == "queued"
        assert await store.symbols(new.id) == new.symbols

    async def test_its_collections_are_ours_and_no_symbols(
        self, store: MongoRunStore, mongo_url: str, database: Database
    ) -> None:
        await complete(store, make_new_run())
        async with open_mongo(mongo_url, database.name) as connection:
            bars = MongoBarStore(connection, 10, 20)
            assert await bars.symbols() == []
            assert await bars.unserved() == []
