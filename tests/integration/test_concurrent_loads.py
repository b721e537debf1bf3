"""Concurrent loaders and readers of one symbol: no reader sees a mixture, and one load remains as a whole."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

from local.servers import mongo_url
from services.data.mongo.bar_store import MongoBarStore
from shared.errors import StoreUnavailable
from tests.support.data.bars import make_frame
from tests.support.data.behaviours import put
from tests.support.data.crash_loader import Loader, build_version, load_version, loading
from tests.support.data.mongods import mongod_that_forgets, open_connections
from tests.support.polling import wait_until
from tests.support.servers.processes import mongo_client

SECONDS = 20.0  # at least; longer if a loader has not had its turn
N_LOADERS_HERE, N_LOADER_PROCESSES, N_READERS = 6, 2, 32
VERSIONS_EACH = 100  # loader 3 loads versions 300 to 399, over and over
DATABASE, SYMBOL = "bars", "AAPL"


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with mongod_that_forgets(tmp_path) as server:
        yield mongo_url(server.port)


@pytest.fixture
async def stores(url: str) -> AsyncIterator[list[MongoBarStore]]:
    async with open_connections(url, DATABASE, 4) as connections:
        yield [MongoBarStore(connection, 5, 20) for connection in connections]


async def test_a_symbol_that_was_capped_is_read_from_a_snapshot_once_it_is_not(
    url: str, stores: list[MongoBarStore]
) -> None:
    """Another process has replaced it. Without a snapshot, a reader could see a part of a load."""
    reader, writer = stores[:2]
    with mongo_client(url) as client:
        database = client[DATABASE]
        database.create_collection(SYMBOL, capped=True, size=1 << 20)
        database[SYMBOL].insert_one({"Date": "2024-01-02"} | dict.fromkeys(("Open", "High", "Low", "Close"), 1.0))
        await reader.bars(SYMBOL)
        await writer.delete(SYMBOL)
        await put(writer, make_frame())
        database.command("profile", 2)
        await reader.bars(SYMBOL)
        database.command("profile", 0)
        (read,) = database["system.profile"].find({"command.aggregate": {"$exists": True}})
        assert read["command"]["readConcern"]["level"] == "snapshot"


@cache
def _revision(version: int) -> str:
    return build_version(SYMBOL, version).revision


async def _load(store: MongoBarStore, loader: int, is_over: asyncio.Event, outcomes: Counter[str]) -> None:
    version = loader * VERSIONS_EACH
    while not is_over.is_set():
        is_acknowledged = await load_version(store, SYMBOL, version, "replace")
        outcomes[f"loader {loader}" if is_acknowledged else "load refused"] += 1
        version = loader * VERSIONS_EACH + (version + 1) % VERSIONS_EACH


async def _read(store: MongoBarStore, is_over: asyncio.Event, outcomes: Counter[str]) -> None:
    while not is_over.is_set():
        try:
            frame = await store.bars(SYMBOL)
        except StoreUnavailable:
            outcomes["read refused"] += 1
        else:
            assert frame.revision == _revision(len(frame.bars) - 200)
            outcomes["read"] += 1


def _all_have_loaded(outcomes: Counter[str], processes: list[Loader]) -> bool:
    for process in processes:
        process.listen()
    here = all(outcomes[f"loader {loader}"] for loader in range(N_LOADERS_HERE))
    return here and all(process.n_acknowledged for process in processes) and outcomes["read"] > N_READERS


@pytest.mark.scenario("D4")
async def test_readers_see_one_load_or_another_and_one_is_left(
    url: str, stores: list[MongoBarStore], capsys: pytest.CaptureFixture[str]
) -> None:
    outcomes: Counter[str] = Counter()
    await load_version(stores[0], SYMBOL, 0, "replace")
    with ExitStack() as stack:
        processes = [
            stack.enter_context(loading(url, DATABASE, [SYMBOL], loader * VERSIONS_EACH, ["replace"]))
            for loader in range(N_LOADERS_HERE, N_LOADERS_HERE + N_LOADER_PROCESSES)
        ]
        is_over = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            for loader in range(N_LOADERS_HERE):
                tasks.create_task(_load(stores[loader % 2], loader, is_over, outcomes))
            for reader in range(N_READERS):
                tasks.create_task(_read(stores[reader % 4], is_over, outcomes))
            await asyncio.sleep(SECONDS)
            await wait_until(lambda: _all_have_loaded(outcomes, processes))
            is_over.set()
        for at, process in enumerate(processes):
            process.kill()
            outcomes[f"process {at}"] = process.n_acknowledged
    left, entry = await stores[0].bars(SYMBOL), await stores[0].entry(SYMBOL)
    assert entry is not None
    assert entry.revision == left.revision == _revision(len(left.bars) - 200)
    with capsys.disabled():
        print(f"\n{SECONDS:g} s of loads and reads of one symbol: {dict(sorted(outcomes.items()))}")  # noqa: T201
