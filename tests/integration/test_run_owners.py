"""Owners of runs on a real mongod: two that race while one is paused, and a mongod that is killed with `kill -9`."""

import asyncio
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest

from local.servers import mongo_url as mongo_address
from services.data.mongo.connection import open_mongo
from services.data.mongo.runs.documents import CLAIMS, RESULTS, RUNS
from services.data.mongo.runs.store import MongoRunStore
from services.data.runs.ports import SymbolResult
from shared.errors import NotTheOwner, ServiceError
from shared.schemas.runs import Claim
from tests.support.data.mongods import mongod_that_forgets, open_connections
from tests.support.data.run_stores import make_new_run
from tests.support.polling import PATIENCE_SECONDS, wait_until
from tests.support.servers.processes import Database, Server, mongo_client
from tests.support.servers.readiness import ensure_primary

SEED = 20261130
N_SYMBOLS, N_PAUSES, N_KILLS = 120, 20, 5
RUN_ID = make_new_run().id
LONG_AGO = datetime(2020, 1, 1)
SYMBOLS = [f"S{n:03}" for n in range(N_SYMBOLS)]


@dataclass
class Journal:
    """What the owners saw: when each claim was acknowledged, and which writes were, with when they began."""

    claimed_at: dict[int, float] = field(default_factory=dict)
    written: list[tuple[int, float, str]] = field(default_factory=list)
    n_refused: int = 0
    n_unanswered: int = 0
    owners: Counter[str] = field(default_factory=Counter)

    def require_one_writer(self) -> None:
        """Assert that no write with an old token was acknowledged that began after a later claim."""
        for token, began_at, symbol in self.written:
            later = [at for other, at in self.claimed_at.items() if other > token]
            assert all(began_at < at for at in later), (token, symbol)


async def compute(store: MongoRunStore, name: str, journal: Journal, dice: random.Random) -> None:
    """Compute the run as a coordinator does, until this or another process has ended it."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        try:
            if (await store.snapshot(RUN_ID)).run.state == "succeeded":
                return
            claimed = await store.claim(name)
            if claimed is None:
                await asyncio.sleep(0.02)
                continue
            journal.claimed_at[claimed.token] = time.monotonic()
            journal.owners[name] += 1
            await _write_all(store, claimed, journal, dice)
            await store.finish(RUN_ID, claimed.token, "succeeded")
        except NotTheOwner:
            journal.n_refused += 1
        except ServiceError:  # mongod is away
            journal.n_unanswered += 1
            await asyncio.sleep(0.05)
    raise AssertionError("the run has not ended in time")


async def _write_all(store: MongoRunStore, claimed: Claim, journal: Journal, dice: random.Random) -> None:
    for one in claimed.missing:
        await asyncio.sleep(dice.uniform(0, 0.01))
        began_at = time.monotonic()
        payload = f"{claimed.token} {one.symbol}".encode()
        await store.add(RUN_ID, claimed.token, SymbolResult(one.symbol, one.revision, payload))
        journal.written.append((claimed.token, began_at, one.symbol))


def require_each_once(database: Database) -> None:
    """Assert that each symbol has one result, and that the run counts as many."""
    stored = [document["symbol"] for document in database[RESULTS].find({}, {"symbol": True})]
    assert sorted(stored) == SYMBOLS
    run = database[RUNS].find_one({"_id": RUN_ID})
    assert run is not None
    assert (run["n_done"], run["n_failed"], run["state"]) == (N_SYMBOLS, 0, "succeeded")


@pytest.fixture
async def stores(mongo_url: str, database: Database) -> AsyncIterator[list[MongoRunStore]]:
    async with open_connections(mongo_url, database.name, 2) as connections:
        yield [MongoRunStore(connection, 20, 40) for connection in connections]


async def test_of_two_owners_that_take_turns_only_the_last_one_ever_writes(
    stores: list[MongoRunStore], database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    """As if each were paused for longer than its lease again and again, and then went on where it was."""
    dice, journal = random.Random(SEED), Journal()
    await stores[0].put(make_new_run(symbols=SYMBOLS))
    owners = [asyncio.create_task(compute(stores[n], f"owner-{n}", journal, random.Random(n))) for n in range(2)]
    for _ in range(N_PAUSES):
        await asyncio.sleep(dice.uniform(0.02, 0.1))
        database[CLAIMS].update_many({"until": {"$exists": True}}, {"$set": {"until": LONG_AGO}})
        database[RUNS].update_many({"lease_until": {"$type": "date"}}, {"$set": {"lease_until": LONG_AGO}})
    await asyncio.gather(*owners)
    journal.require_one_writer()
    require_each_once(database)
    assert journal.n_refused
    assert len(journal.owners) == 2
    with capsys.disabled():
        print(  # noqa: T201
            f"\n{N_PAUSES} leases ended early: {len(journal.claimed_at)} claims {dict(journal.owners)}, "
            f"{len(journal.written)} writes acknowledged, {journal.n_refused} owners turned away, "
            f"{N_SYMBOLS} of {N_SYMBOLS} symbols stored once"
        )


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with mongod_that_forgets(tmp_path) as server:
        yield server


async def test_a_killed_mongod_loses_and_doubles_no_result(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    dice, journal = random.Random(SEED), Journal()
    url = mongo_address(server.port)
    async with open_mongo(url, "runs") as connection:
        store = MongoRunStore(connection, 5, 10)
        await store.put(make_new_run(symbols=SYMBOLS))
        computing = asyncio.create_task(_compute_patiently(store, journal))
        for _ in range(N_KILLS):
            n_written = len(journal.written)
            await wait_until(partial(_have_written, journal, n_written + 5))
            await asyncio.sleep(dice.uniform(0, 0.05))
            await asyncio.to_thread(server.stop, signal.SIGKILL)
            await asyncio.to_thread(server.start)
            await asyncio.to_thread(ensure_primary, server.port, PATIENCE_SECONDS)
            with mongo_client(url) as client:
                stored = {one["symbol"] for one in client["runs"][RESULTS].find({}, {"symbol": True})}
            assert {symbol for _, _, symbol in journal.written} <= stored
        await computing
    with mongo_client(url) as client:
        require_each_once(client["runs"])
    with capsys.disabled():
        print(  # noqa: T201
            f"\nmongod killed {N_KILLS} times: {len(journal.written)} writes acknowledged, "
            f"{journal.n_unanswered} not answered and repeated, {N_SYMBOLS} of {N_SYMBOLS} symbols stored once"
        )


def _have_written(journal: Journal, n: int) -> bool:
    return len(journal.written) >= n


async def _compute_patiently(store: MongoRunStore, journal: Journal) -> None:
    """Compute the run with one claim, and repeat each write until it is answered."""
    claimed = await store.claim("owner-one")
    assert claimed is not None
    journal.claimed_at[claimed.token] = time.monotonic()
    for one in claimed.missing:
        await asyncio.sleep(0.01)
        result = SymbolResult(one.symbol, one.revision, b"x" * 1000)
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                await store.add(RUN_ID, claimed.token, result)
                break
            except ServiceError:
                journal.n_unanswered += 1
                assert time.monotonic() < until
                await asyncio.sleep(0.05)
        journal.written.append((claimed.token, time.monotonic(), one.symbol))
    await store.finish(RUN_ID, claimed.token, "succeeded")
