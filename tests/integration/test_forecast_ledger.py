"""The ledger on a real mongod: the behaviours of the fake, concurrent writers, and failures that MongoDB causes."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import structlog.testing

from services.data.mongo.bar_store import MongoBarStore
from services.data.mongo.connection import open_mongo
from services.data.mongo.forecast_ledger import LEDGER, MongoForecastLedger
from services.data.mongo.ledger_documents import to_document
from shared.errors import StoreUnavailable
from shared.schemas.bars import is_symbol
from shared.schemas.ledger import LedgerEntry
from tests.support.data.bars import make_frame
from tests.support.data.behaviours import put
from tests.support.data.ledgers import AT, ForecastLedgerBehaviours, make_issued_entry, make_ledger_entry
from tests.support.data.mongods import open_connections
from tests.support.servers.processes import Database


@pytest.fixture
async def ledgers(mongo_url: str, database: Database) -> AsyncIterator[list[MongoForecastLedger]]:
    async with open_connections(mongo_url, database.name, 2) as connections:
        yield [MongoForecastLedger(connection, 10, 20) for connection in connections]


@pytest.fixture
def ledger(ledgers: list[MongoForecastLedger]) -> MongoForecastLedger:
    return ledgers[0]


class TestMongoForecastLedger(ForecastLedgerBehaviours):
    async def test_of_two_processes_at_once_one_keeps_each_entry_and_both_say_so(
        self, ledgers: list[MongoForecastLedger]
    ) -> None:
        days = [AT.date() + timedelta(days=day) for day in range(60)]

        async def keep(writer: int) -> list[LedgerEntry]:
            """Return the entries acknowledged to this writer; one starts at the first day and the other at the last."""
            entries = [make_ledger_entry(as_of=day, point=12.0 + writer) for day in days[:: 1 - 2 * writer]]
            results = [(entry, await ledgers[writer].add([entry], AT)) for entry in entries]
            assert {result.kept + result.known for _, result in results} == {1}
            return [entry for entry, result in results if result.kept]

        kept = [entry for some in await asyncio.gather(keep(0), keep(1)) for entry in some]
        stored = {entry.key: entry.point for entry in await ledgers[0].entries("AAPL")}
        assert len(kept) == len(stored) == 60
        assert {entry.key: entry.point for entry in kept} == stored
        assert set(stored.values()) == {12.0, 13.0}

    async def test_a_document_that_is_not_ours_is_left_out_and_logged(
        self, ledger: MongoForecastLedger, database: Database
    ) -> None:
        good = to_document(make_ledger_entry(), AT)
        key = make_ledger_entry(level=80).key
        foreign = [
            {"_id": "AAPL nonsense", "point": 1},
            good | {"_id": key},  # copied by hand: its key does not match its fields
            to_document(make_ledger_entry(level=81), AT) | {"point": float("nan")},
            to_document(make_ledger_entry(level=82), AT) | {"given_at": "soon"},
            {"notes": "of a user"},
        ]
        database[LEDGER].insert_many([*foreign, good | {"later": {}}])
        with structlog.testing.capture_logs() as events:
            assert await ledger.entries("AAPL") == [make_issued_entry()]
        assert [(event["event"], event["log_level"]) for event in events] == [("ledger_entry_ignored", "warning")] * 4
        assert events[0]["key"] == key

    async def test_it_is_not_a_symbol_and_stays_when_one_is_deleted(
        self, ledger: MongoForecastLedger, mongo_url: str, database: Database
    ) -> None:
        async with open_mongo(mongo_url, database.name) as handle:
            store = MongoBarStore(handle, 10, 20)
            await put(store, make_frame())
            await ledger.add([make_ledger_entry()], AT)
            assert await store.symbols() == ["AAPL"]
            await store.delete("AAPL")
        assert await ledger.entries("AAPL") == [make_issued_entry()]
        assert not is_symbol(LEDGER)

    async def test_an_entry_that_mongodb_refuses_for_another_reason_does_not_count_as_known(
        self, ledger: MongoForecastLedger, database: Database
    ) -> None:
        database.create_collection(LEDGER, validator={"point": {"$lt": 13}})
        with pytest.raises(StoreUnavailable):
            await ledger.add([make_ledger_entry(), make_ledger_entry(level=80, point=13.5)], AT)

    async def test_reading_makes_nothing(self, ledger: MongoForecastLedger, database: Database) -> None:
        await ledger.entries("AAPL")
        assert database.list_collection_names() == []

    async def test_a_store_that_is_not_there_is_unavailable_in_time(self) -> None:
        async with open_mongo("mongodb://127.0.0.1:9/", "none") as database:
            nowhere = MongoForecastLedger(database, 0.5, 0.5)
            for call in (nowhere.entries("AAPL"), nowhere.add([make_ledger_entry()], AT)):
                started_at = time.monotonic()
                with pytest.raises(StoreUnavailable, match=r"The data service's store \(MongoDB\) does not answer"):
                    await call
                assert time.monotonic() - started_at < 15  # the driver alone would search for half a minute
