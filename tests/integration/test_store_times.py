"""The times of real stores' commands are observed, and so are the commands that they refuse."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import redis.asyncio

from services.data.mongo.bar_store import MongoBarStore
from services.data.mongo.connection import open_mongo
from services.data.redis_bar_cache import open_redis_bar_cache
from shared.errors import StoreUnavailable
from shared.telemetry.multiprocess import MultiprocessMetrics
from tests.support.data.bars import make_frame
from tests.support.data.behaviours import BARS, put
from tests.support.servers.processes import Database


async def test_each_command_of_a_load_and_of_a_read_is_reported(mongo_url: str, database: Database) -> None:
    told: list[tuple[str, str, float]] = []
    began_at = time.monotonic()
    async with open_mongo(mongo_url, database.name, lambda *one: told.append(one)) as opened:
        store = MongoBarStore(opened, 10, 20)
        await put(store, make_frame())
        before = len(told)
        await store.bars("AAPL")
        assert [(command, outcome) for command, outcome, _ in told[before:]] == [("aggregate", "ok")], "one round trip"
        with pytest.raises(StoreUnavailable):
            await opened.run(5, lambda: opened.database.command({"find": 5}))
    assert {("insert", "ok"), ("commitTransaction", "ok"), ("find", "failed")} <= {
        (command, outcome) for command, outcome, _ in told
    }
    assert all(0 < seconds < time.monotonic() - began_at for _, _, seconds in told)


async def test_each_command_to_the_cache_is_reported_and_a_pause_is_none(redis_url: str) -> None:
    told: list[tuple[str, str]] = []
    began_at = time.monotonic()

    def observe(command: str, outcome: str, seconds: float) -> None:
        assert 0 < seconds < time.monotonic() - began_at
        told.append((command, outcome))

    async with open_redis_bar_cache(redis_url, seconds=60, timeout_seconds=2, observe=observe) as cache:
        await cache.put("TIMED", BARS)
        await cache.get("TIMED")
        await cache.evict("TIMED")
        async with redis.asyncio.Redis.from_url(redis_url) as client:
            await client.set("bellwether:bars:1:TIMED", b"")
        await cache.evict_all()
        await cache.ping()
    assert told == [("set", "ok"), ("get", "ok"), ("delete", "ok"), ("clear", "ok")]
    del told[:]
    async with open_redis_bar_cache("redis://127.0.0.1:9/0", seconds=60, timeout_seconds=0.1, observe=observe) as gone:
        for _ in range(3):
            await gone.get("TIMED")
    assert told == [("get", "failed")]


def test_a_load_by_the_command_line_is_counted_where_the_service_looks(
    mongo_url: str, database: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "metrics"
    stores = {"DATA_MONGO_URL": mongo_url, "DATA_MONGO_DATABASE": database.name}
    environment = os.environ | stores | {"PROMETHEUS_MULTIPROC_DIR": str(folder)}
    subprocess.run([sys.executable, "-m", "services.data", "load-sample"], env=environment, check=True)
    registry = MultiprocessMetrics(folder).registry()
    assert registry.get_sample_value("loads_total", {"outcome": "loaded"}) == 5
    assert registry.get_sample_value("bars_ingested_total", {"outcome": "inserted"}) == 12_154
