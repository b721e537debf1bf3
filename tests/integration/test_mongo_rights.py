"""A MongoDB user with read access to some bars can read them, and gets a clear error for everything else."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from services.data.mongo.bar_store import MongoBarStore
from services.data.mongo.change_feed import MongoChangeFeed
from services.data.mongo.connection import Connection, open_mongo
from services.data.mongo.forecast_ledger import MongoForecastLedger
from shared.errors import StoreUnavailable
from tests.support.data.bars import make_frame
from tests.support.data.behaviours import put
from tests.support.data.ledgers import AT, make_ledger_entry
from tests.support.data.mongods import require_users
from tests.support.polling import until_unavailable
from tests.support.servers.processes import mongo_client, mongod, running
from tests.support.servers.readiness import ensure_primary, is_listening

DATABASE = "bars"
ROLE = "reads_aapl"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the address of a replica set for a user who may only run `find` in one collection."""
    folder = tmp_path_factory.mktemp("rights")
    server = mongod(folder)
    host = f"127.0.0.1:{server.port}/?directConnection=true"
    with running(server):
        ensure_primary(server.port)
        with mongo_client(f"mongodb://{host}") as client:
            client[DATABASE]["AAPL"].insert_many([{"Date": "2024-01-02", "Close": 1.0}])
            client[DATABASE]["bellwether_catalogue"].insert_one({"_id": "AAPL"})
            privilege = {"resource": {"db": DATABASE, "collection": "AAPL"}, "actions": ["find"]}
            client[DATABASE].command("createRole", ROLE, privileges=[privilege], roles=[])
            client[DATABASE].command("createUser", "reader", pwd="reads", roles=[ROLE])
        require_users(server, folder)
        server.wait_until(lambda: is_listening(server.port))
        yield f"mongodb://reader:reads@{host}&authSource={DATABASE}"


@pytest.fixture
async def database(address: str) -> AsyncIterator[Connection]:
    async with open_mongo(address, DATABASE) as database:
        yield database


async def test_bars_are_read_and_what_may_not_be_seen_is_not_there(database: Connection) -> None:
    store = MongoBarStore(database, 10, 10)
    await store.ping()
    assert await store.symbols() == ["AAPL"]
    assert (await store.bars("AAPL")).bars["close"].tolist() == [1.0]
    assert await store.entry("AAPL") is None
    assert await store.entries() == []


async def test_a_load_is_refused_in_a_sentence_and_changes_nothing(database: Connection) -> None:
    store = MongoBarStore(database, 10, 10)
    for call in (put(store, make_frame()), store.delete("AAPL")):
        with pytest.raises(StoreUnavailable, match=r"refuses access\. Check the user and its rights in DATA_MONGO_URL"):
            await call
    assert (await store.bars("AAPL")).bars["close"].tolist() == [1.0]


async def test_a_ledger_that_may_not_be_seen_is_empty_and_takes_nothing(database: Connection) -> None:
    ledger = MongoForecastLedger(database, 10, 10)
    assert await ledger.entries("AAPL") == []
    with pytest.raises(StoreUnavailable, match=r"refuses access\. Check the user and its rights in DATA_MONGO_URL"):
        await ledger.add([make_ledger_entry()], AT)


async def test_without_the_right_to_change_streams_the_bound_is_reported(database: Connection) -> None:
    feed = MongoChangeFeed(database, 60)
    following = asyncio.ensure_future(anext(feed.changes()))
    sentence = "This MongoDB user may not open a change stream: changes by other tools become visible after up to 60 s."
    await until_unavailable(feed.ping, sentence)
    following.cancel()
    await asyncio.wait({following})
