"""A process that loads version after version of some symbols and reports which loads began and were acknowledged.

It is forked from a server with all imports done, so that a test can start and kill many.
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
from typing import Any

from services.data.bars.load import LoadOptions, load_symbol
from services.data.mongo.bar_store import MongoBarStore
from services.data.mongo.connection import open_mongo
from services.data.ports import BarStore
from shared.errors import StoreUnavailable
from shared.market.exchange_sessions import EVERY_DAY
from shared.schemas.arrow import BarFrame
from shared.schemas.loads import Mode
from tests.support.data.bars import make_bars, to_raw
from tests.support.data.fakes import FakeBarCache, invalidation
from tests.support.polling import PATIENCE_SECONDS

MODES: tuple[Mode, ...] = ("force", "replace")  # each version has other prices
NOW = datetime(2100, 1, 1, tzinfo=UTC)  # later than every bar, so that none is in the future


def build_version(symbol: str, version: int) -> BarFrame:
    """Build the bars of one version; each version has one more bar, so that it covers all earlier ones."""
    return BarFrame(symbol, make_bars([100.0 + version] * (200 + version)), calendar=EVERY_DAY)


@dataclass
class Loader:
    """A loader process and its messages: by symbol, the last version begun and the last acknowledged."""

    process: BaseProcess
    messages: Connection
    begun: dict[str, int] = field(default_factory=dict)
    acknowledged: dict[str, int] = field(default_factory=dict)
    n_acknowledged: int = 0

    def listen(self, seconds: float = 0) -> None:
        """Read the process's messages, waiting this long for the first; read those of a dead process to the end."""
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

    def wait_until_acknowledged(self, n_loads: int) -> None:
        """Listen until this many loads have been acknowledged."""
        until = time.monotonic() + 3 * PATIENCE_SECONDS
        while self.n_acknowledged < n_loads:
            self.listen(0.1)
            assert time.monotonic() < until, f"only {self.n_acknowledged} of {n_loads} loads"

    def kill(self) -> None:
        """Send SIGKILL and read the remaining messages."""
        self.process.kill()
        self.process.join()
        self.listen()


@contextmanager
def loading(
    url: str, database: str, symbols: Sequence[str], first_version: int = 1, modes: Sequence[Mode] = MODES
) -> Iterator[Loader]:
    """Start a loader of these symbols, alternating these modes, and kill it at the end."""
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
                    await asyncio.sleep(0.05)  # retry with the next version


async def load_version(store: BarStore, symbol: str, version: int, mode: Mode) -> bool:
    """Load this version and return whether the load was acknowledged."""
    raw = to_raw(symbol, build_version(symbol, version).bars)
    options = LoadOptions("test", NOW, calendar=None, mode=mode)
    try:
        await load_symbol(raw, store=store, invalidate=invalidation(FakeBarCache()), options=options)
    except StoreUnavailable:
        return False
    return True
