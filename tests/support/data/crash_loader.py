"""A process that loads one version of some symbols after another and tells what it has begun and what was acknowledged.

It is forked from a server that has everything imported, so that a test can start and kill many.
"""

import asyncio
import multiprocessing
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from local.replica_set import ensure_primary
from services.data.bars.load import LoadOptions, load_symbol
from services.data.mongo.bar_store import MongoBarStore
from services.data.mongo.connection import open_mongo
from services.data.ports import BarStore
from shared.errors import StoreUnavailable
from shared.schemas.arrow import BarFrame
from shared.schemas.loads import Mode
from tests.support.data.bars import make_bars, to_raw
from tests.support.data.fakes import FakeBarCache, invalidation
from tests.support.polling import PATIENCE_SECONDS
from tests.support.servers.processes import Server, mongod, running

MODES: tuple[Mode, ...] = ("upsert", "replace")
NOW = datetime(2100, 1, 1, tzinfo=UTC)  # a bar a day from 2024 on is never of the future


def build_version(symbol: str, version: int) -> BarFrame:
    """Return bars that no other version has; a later version has a bar more, so that it covers all before."""
    return BarFrame(symbol, make_bars([100.0 + version] * (200 + version)))


@dataclass
class Loader:
    """A loader and what it has told so far: by symbol, the last version begun and the last acknowledged."""

    process: BaseProcess
    messages: Connection
    begun: dict[str, int] = field(default_factory=dict)
    acknowledged: dict[str, int] = field(default_factory=dict)
    n_acknowledged: int = 0

    def listen(self, seconds: float = 0) -> None:
        """Note what the process tells, for so long if nothing is there yet; a dead process is heard to its end."""
        try:
            while self.messages.poll(seconds):
                seconds = 0
                kind, symbol, version = self.messages.recv()
                if kind == "begun":
                    self.begun[symbol] = version
                else:
                    self.acknowledged[symbol] = version
                    self.n_acknowledged += 1
        except EOFError:
            pass

    def wait_until_acknowledged(self, n_loads: int, seconds: float = 3 * PATIENCE_SECONDS) -> None:
        """Listen until so many loads have been acknowledged."""
        until = time.monotonic() + seconds
        while self.n_acknowledged < n_loads:
            self.listen(0.1)
            assert time.monotonic() < until, f"only {self.n_acknowledged} of {n_loads} loads in {seconds} s"

    def kill(self) -> None:
        """Send SIGKILL and hear what was told before."""
        self.process.kill()
        self.process.join()
        self.listen()


@contextmanager
def loading(
    url: str, database: str, symbols: Sequence[str], first_version: int = 1, modes: Sequence[Mode] = MODES
) -> Iterator[Loader]:
    """Start a loader of these symbols, in these modes by turns, and kill it in the end."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    messages, sender = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(url, database, symbols, first_version, modes, sender), daemon=True)
    process.start()
    sender.close()
    loader = Loader(process, messages)
    try:
        yield loader
    finally:
        loader.kill()
        messages.close()


@contextmanager
def mongod_that_forgets(folder: Path) -> Iterator[Server]:
    """Yield a replica set that soon ends what a killed loader left open: that keeps others from loading the symbol."""
    server = mongod(folder)
    limit = "transactionLifetimeLimitSeconds="
    server.command = [f"{limit}2" if word.startswith(limit) else word for word in server.command]
    with running(server):
        ensure_primary(server.port)
        yield server


def _run(*args: Any) -> None:
    asyncio.run(_load(*args))


async def _load(
    url: str, database: str, symbols: Sequence[str], first_version: int, modes: Sequence[Mode], sender: Connection
) -> None:
    async with open_mongo(url, database) as handle:
        store = MongoBarStore(handle, 5, 20)
        for version in count(first_version):
            for symbol in symbols:
                sender.send(("begun", symbol, version))
                if await load_version(store, symbol, version, modes[version % len(modes)]):
                    sender.send(("acknowledged", symbol, version))
                else:
                    await asyncio.sleep(0.05)  # the next version will do


async def load_version(store: BarStore, symbol: str, version: int, mode: Mode) -> bool:
    """Load this version and say whether that was acknowledged."""
    raw = to_raw(symbol, build_version(symbol, version).bars)
    options = LoadOptions("test", NOW, calendar=None, mode=mode)
    try:
        await load_symbol(raw, store=store, invalidate=invalidation(FakeBarCache()), options=options)
    except StoreUnavailable:
        return False
    return True
