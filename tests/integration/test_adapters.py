"""The adapters on a real mongod and valkey: the behaviours of the fakes, and failures that only real servers cause."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import pytest
import redis.asyncio
from bson import Decimal128
from bson.datetime_ms import DatetimeMS

from local.servers import mongo_url as mongo_address
from services.data.mongo.bar_store import MongoBarStore
from services.data.mongo.connection import open_mongo
from services.data.ports import ObserveDuration
from services.data.redis_bar_cache import MAGIC, N_CONNECTIONS, RedisBarCache, open_redis_bar_cache
from shared.breaker import FIRST_PAUSE_SECONDS, State
from shared.errors import NoBars, StoreUnavailable
from tests.support.data.bars import make_frame
from tests.support.data.behaviours import BARS, BarCacheBehaviours, BarStoreBehaviours, put
from tests.support.data.mongods import running_standalone
from tests.support.polling import wait_until
from tests.support.servers.processes import Database, running, valkey
from tests.support.servers.readiness import is_listening

KEY = "bellwether:bars:1:AAPL"


@pytest.fixture
async def store(mongo_url: str, database: Database) -> AsyncIterator[MongoBarStore]:
    async with open_mongo(mongo_url, database.name) as opened:
        yield MongoBarStore(opened, 10, 20)


@pytest.fixture
async def cache(redis_url: str) -> AsyncIterator[RedisBarCache]:
    async with open_redis_bar_cache(redis_url, seconds=60, timeout_seconds=2) as opened, _client(redis_url) as client:
        await client.flushall()
        yield opened


def _client(url: str) -> redis.asyncio.Redis:
    return redis.asyncio.Redis.from_url(url)


class TestMongoBarStore(BarStoreBehaviours):
    async def test_documents_of_other_tools_are_read_unchanged(self, store: MongoBarStore, database: Database) -> None:
        database["ODD"].insert_many(
            [
                {
                    "Date": datetime(2024, 1, 3, tzinfo=UTC),
                    "Open": 1,
                    "High": "3.5",
                    "Low": Decimal128("0.5"),
                    "Close": 2,
                },
                {"Date": "2024-01-02", "Open": 1.0, "High": 2.0, "Low": 0.5, "Close": 1.5, "Name": "ODD", "x": {}},
                {"date": "2024-01-04"},
            ]
        )
        found = await store.bars("ODD")
        assert found.bars["session"].dt.strftime("%Y-%m-%d").tolist() == ["2024-01-02", "2024-01-03"]
        assert found.bars[["open", "high", "low", "close"]].to_numpy().tolist() == [[1, 2, 0.5, 1.5], [1, 3.5, 0.5, 2]]
        assert found.skipped == 1

    async def test_a_collection_without_a_readable_bar_has_no_bars(
        self, store: MongoBarStore, database: Database
    ) -> None:
        database.create_collection("EMPTY")
        database["TEXT"].insert_one({"Date": "soon"})
        for symbol in ("EMPTY", "TEXT"):
            with pytest.raises(NoBars):
                await store.bars(symbol)

    async def test_names_that_are_not_symbols_are_not_listed(self, store: MongoBarStore, database: Database) -> None:
        for name in ("AAPL", "notes", "SYSTEM.X", "A B", "TOO-LONG-FOR-A-SYMBOL"):
            database.create_collection(name)
        assert await store.symbols() == ["AAPL"]

    async def test_a_date_or_text_that_python_cannot_hold_does_not_fail(
        self, store: MongoBarStore, database: Database
    ) -> None:
        database["ODD"].insert_many([{"Date": DatetimeMS(2**60)}, {"Date": "2024-01-02", "Close": 1.0}])
        assert (await store.bars("ODD")).skipped == 1

    async def test_an_entry_that_is_not_ours_is_not_an_entry(self, store: MongoBarStore, database: Database) -> None:
        database["bellwether_catalogue"].insert_many(
            [{"_id": "AAPL"}, {"_id": "IBM", "loaded_at": "today", "symbol": 5}, {"_id": 7}]
        )
        await put(store, make_frame("MSFT"))
        assert await store.entry("AAPL") is None
        assert [entry.symbol for entry in await store.entries()] == ["MSFT"]

    async def test_bars_and_entry_are_of_one_moment(self, store: MongoBarStore) -> None:
        loads = {400: "24/7", 700: "XNYS"}
        frames = [replace(make_frame(closes=range(1, 1 + n)), calendar=code) for n, code in loads.items()]
        await put(store, frames[0])
        for frame in frames[::-1] * 4:
            load = asyncio.create_task(put(store, frame))
            while not load.done():
                read = await store.bars("AAPL")
                assert read.calendar == loads[len(read.bars)]
            await load

    async def test_a_store_that_is_not_there_is_unavailable_in_time(self) -> None:
        async with open_mongo("mongodb://127.0.0.1:9/", "none") as database:
            store = MongoBarStore(database, 0.5, 0.5)
            for call in (
                store.symbols,
                store.ping,
                store.entries,
                lambda: store.bars("AAPL"),
                lambda: store.delete("AAPL"),
                lambda: put(store, make_frame()),
            ):
                started_at = time.monotonic()
                with pytest.raises(StoreUnavailable, match=r"The data service's store \(MongoDB\) does not answer"):
                    await call()
                assert time.monotonic() - started_at < 15  # the driver alone would search for half a minute


class TestMongoBarStoreWithoutTransactions(BarStoreBehaviours):
    @pytest.fixture(scope="class")
    @classmethod
    def alone(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
        with running_standalone(tmp_path_factory.mktemp("alone")) as server:
            yield mongo_address(server.port)

    @pytest.fixture
    async def store(self, alone: str) -> AsyncIterator[MongoBarStore]:
        async with open_mongo(alone, f"test_{uuid4().hex}") as database:
            yield MongoBarStore(database, 10, 20)


class TestRedisBarCache(BarCacheBehaviours):
    async def test_more_calls_at_once_than_there_are_connections_wait_for_one(self, cache: RedisBarCache) -> None:
        found = await asyncio.gather(*(cache.get(f"CH{number}") for number in range(5 * N_CONNECTIONS)))
        assert {outcome for _, outcome in found} == {"miss"}

    async def test_an_entry_ends_with_its_lifetime(self, cache: RedisBarCache, redis_url: str) -> None:
        await cache.put("AAPL", BARS)
        async with _client(redis_url) as client:
            assert 50 < await client.ttl(KEY) <= 60

    @pytest.mark.parametrize("cut", [0, 1, 10, 60, 200])
    @pytest.mark.scenario("D5")
    async def test_an_entry_that_is_cut_short_or_changed_is_corrupt(
        self, cache: RedisBarCache, redis_url: str, cut: int
    ) -> None:
        await cache.put("AAPL", BARS)
        async with _client(redis_url) as client:
            entry = await client.get(KEY)
            assert isinstance(entry, bytes)
            for poison in (entry[:cut], entry[:cut] + b"!" + entry[cut + 1 :]):
                await client.set(KEY, poison)
                assert await cache.get("AAPL") == (None, "corrupt")

    @pytest.mark.scenario("D5")
    async def test_the_entry_of_another_symbol_is_corrupt(self, cache: RedisBarCache, redis_url: str) -> None:
        await cache.put("MSFT", BARS)
        async with _client(redis_url) as client:
            await client.rename("bellwether:bars:1:MSFT", KEY)
        assert await cache.get("AAPL") == (None, "corrupt")

    @pytest.mark.scenario("D5")
    async def test_a_revision_that_is_not_text_is_corrupt(self, cache: RedisBarCache, redis_url: str) -> None:
        revision = b"\xff" * 16
        async with _client(redis_url) as client:
            await client.set(KEY, MAGIC + sha256(b"AAPL\0" + revision + b"\0x").digest() + revision + b"x")
        assert await cache.get("AAPL") == (None, "corrupt")

    @pytest.mark.scenario("D5")
    async def test_a_key_of_another_type_is_corrupt_and_overwritten(self, cache: RedisBarCache, redis_url: str) -> None:
        async with _client(redis_url) as client:
            await client.lpush(KEY, "x")
        assert await cache.get("AAPL") == (None, "corrupt")
        await cache.put("AAPL", BARS)
        assert await cache.get("AAPL") == (BARS, "hit")

    async def test_a_cache_that_is_not_there_costs_little_and_then_nothing_for_a_while(self) -> None:
        tried: list[str] = []
        nowhere = "redis://127.0.0.1:9/0"
        observe: ObserveDuration = lambda command, *_: tried.append(command)  # noqa: E731
        async with open_redis_bar_cache(nowhere, seconds=60, timeout_seconds=0.1, observe=observe) as cache:
            began_at = time.monotonic()
            for _ in range(100):
                assert await cache.get("AAPL") == (None, "unavailable")
                await cache.put("AAPL", BARS)
            assert 1 <= len(tried) <= 1 + (time.monotonic() - began_at) / FIRST_PAUSE_SECONDS
            await cache.evict("AAPL")
            with pytest.raises(StoreUnavailable, match="The cache does not answer"):
                await cache.ping()

    async def test_an_entry_is_kept_beyond_its_lifetime_and_then_gone(self, redis_url: str) -> None:
        async with open_redis_bar_cache(redis_url, seconds=60, stale_seconds=600, timeout_seconds=2) as cache:
            await cache.put("AAPL", BARS)
            assert await cache.get("AAPL") == (BARS, "hit")
            async with _client(redis_url) as client:
                await client.pexpire(KEY, 600_000)
            assert await cache.get("AAPL") == (BARS, "stale")
            await cache.evict("AAPL")
            assert await cache.get("AAPL") == (None, "miss")

    @pytest.mark.parametrize("symbols", [["AAPL"], None])
    async def test_an_eviction_that_fails_is_made_up_for_before_the_cache_is_read_again(
        self, tmp_path: Path, symbols: list[str] | None
    ) -> None:
        with running(valkey(tmp_path)) as server:
            server.wait_until(lambda: is_listening(server.port))
            states: list[State] = []
            url = f"redis://127.0.0.1:{server.port}/0"
            async with open_redis_bar_cache(url, seconds=60, timeout_seconds=0.2, on_breaker=states.append) as cache:
                await cache.put("AAPL", BARS)
                server.send(signal.SIGSTOP)
                await (cache.evict("AAPL") if symbols else cache.evict_all())
                server.send(signal.SIGCONT)
                assert states[-1] == "open"
                assert await cache.get("AAPL") == (None, "unavailable")
                await wait_until(lambda: states[-1] == "closed")
                assert await cache.get("AAPL") == (None, "miss")

    async def test_a_cache_that_is_full_and_evicts_nothing_still_lets_reads_through(
        self, cache: RedisBarCache, redis_url: str
    ) -> None:
        async with _client(redis_url) as client:
            await client.config_set("maxmemory-policy", "noeviction")
            await client.config_set("maxmemory", "1")
            try:
                await cache.put("AAPL", BARS)
                assert await cache.get("AAPL") == (None, "unavailable")
            finally:
                await client.config_set("maxmemory", "256mb")
                await client.config_set("maxmemory-policy", "allkeys-lru")
