"""In-memory fakes of the data service's ports, tested against the same contract as the real ones
(`tests/support/data/behaviours.py`)."""

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

import httpx

from services.data.app import create_app
from services.data.ports import CacheOutcome, Resources
from services.data.records import CatalogueEntry, IssuedEntry, StoredSymbol
from services.data.settings import DataSettings
from shared.errors import NoBars, StoreUnavailable, SymbolNotFound
from shared.schemas.arrow import BarFrame, encode_with_revision
from shared.schemas.bars import EncodedBars
from shared.schemas.ledger import Kept, LedgerEntry
from tests.support.asgi import serve
from tests.support.data.run_stores import FakeRunStore

T = TypeVar("T")


@dataclass
class FakeBarStore:
    """A BarStore in a dictionary; `is_down` makes every call fail."""

    frames: dict[str, BarFrame] = field(default_factory=dict)
    is_down: bool = False
    n_reads: int = 0
    catalogue: dict[str, CatalogueEntry] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)

    async def symbols(self) -> list[str]:
        self._check()
        return sorted(self.frames)

    async def unserved(self) -> list[str]:
        self._check()
        return self.others

    async def bars(self, symbol: str) -> BarFrame:
        self._check()
        self.n_reads += 1
        if symbol not in self.frames:
            raise SymbolNotFound(f"The store has no symbol {symbol}.")
        if self.frames[symbol].bars.empty:
            raise NoBars(f"{symbol} has no bars.")
        if (entry := self.catalogue.get(symbol)) is None:
            return self.frames[symbol]
        return replace(self.frames[symbol], calendar=entry.listing.calendar, newest_rejected=entry.newest_rejected)

    async def encoded_bars(self, symbol: str) -> EncodedBars:
        return encode_with_revision((await self.bars(symbol)).columns())

    async def entry(self, symbol: str) -> CatalogueEntry | None:
        self._check()
        return self.catalogue.get(symbol)

    async def entries(self) -> list[CatalogueEntry]:
        self._check()
        return [replace(self.catalogue[symbol], findings=[]) for symbol in sorted(self.catalogue)]

    async def finding_counts(self) -> dict[str, int]:
        self._check()
        return {symbol: len(entry.findings) for symbol, entry in self.catalogue.items() if entry.findings}

    async def rewrite(self, symbol: str, decide: Callable[[StoredSymbol | None], tuple[StoredSymbol, T]]) -> T:
        self._check()
        frame = self.frames.get(symbol)
        before = None if frame is None else StoredSymbol(frame, self.catalogue.get(symbol))
        after, result = decide(before)
        assert after.entry is not None
        self.frames[symbol], self.catalogue[symbol] = after.frame, after.entry
        return result

    async def delete(self, symbol: str) -> None:
        self._check()
        if self.frames.pop(symbol, None) is None:
            raise SymbolNotFound(f"The store has no symbol {symbol}.")
        self.catalogue.pop(symbol, None)

    async def ping(self) -> None:
        self._check()

    def _check(self) -> None:
        if self.is_down:
            raise StoreUnavailable("The store does not answer.")


@dataclass
class FakeBarCache:
    """A BarCache in a dictionary; `is_down` makes it behave as an unreachable cache, `is_old` as one of old entries."""

    entries: dict[str, EncodedBars] = field(default_factory=dict)
    is_down: bool = False
    is_old: bool = False

    async def get(self, symbol: str) -> tuple[EncodedBars | None, CacheOutcome]:
        if self.is_down:
            return None, "unavailable"
        bars = self.entries.get(symbol)
        if bars is None:
            return None, "miss"
        return bars, "stale" if self.is_old else "hit"

    async def put(self, symbol: str, bars: EncodedBars) -> None:
        if not self.is_down:
            self.entries[symbol] = bars

    async def evict(self, symbol: str) -> None:
        self.entries.pop(symbol, None)

    async def evict_all(self) -> None:
        self.entries.clear()

    async def ping(self) -> None:
        if self.is_down:
            raise StoreUnavailable("The cache does not answer.")


@dataclass
class FakeChangeFeed:
    """A ChangeFeed that reports what a test puts into `queue`; `is_down` makes `ping` fail and the start unreported."""

    is_down: bool = False
    queue: asyncio.Queue[set[str] | None] = field(default_factory=asyncio.Queue)
    fence: int = 0

    def age_seconds(self) -> float:
        return math.inf if self.is_down else 0.0

    async def changes(self) -> AsyncIterator[set[str] | None]:
        if not self.is_down:
            yield None
        while True:
            yield await self.queue.get()

    async def ping(self) -> None:
        if self.is_down:
            raise StoreUnavailable("Changes are not reported.")


@dataclass
class FakeFollowers:
    """Followers whose leases never end; `fence_by_follower` has the fence of each, and `feed` gets each new one."""

    fence_by_follower: dict[str, int] = field(default_factory=dict)
    feed: FakeChangeFeed | None = None
    fence: int = 0
    n_ended: int = 0

    async def renew(self, follower: str, fence: int) -> bool:
        is_known = follower in self.fence_by_follower
        self.fence_by_follower[follower] = fence
        return is_known

    async def raise_fence(self) -> int:
        if not self.fence_by_follower:
            return 0
        self.fence += 1
        if self.feed is not None:
            self.feed.fence = self.fence
            self.feed.queue.put_nowait(set())
        return self.fence

    async def count_behind(self, fence: int) -> int:
        return sum(known < fence for known in self.fence_by_follower.values())

    async def end_leases(self, fence: int) -> None:
        behind = {name for name, known in self.fence_by_follower.items() if known < fence}
        self.n_ended += len(behind)
        for name in behind:
            del self.fence_by_follower[name]


@dataclass
class FakeForecastLedger:
    """A ForecastLedger in a dictionary by key; `is_down` makes every call fail."""

    by_key: dict[str, IssuedEntry] = field(default_factory=dict)
    is_down: bool = False

    async def add(self, entries: Sequence[LedgerEntry], given_at: datetime) -> Kept:
        self._check()
        n_before = len(self.by_key)
        for entry in entries:
            self.by_key.setdefault(entry.key, IssuedEntry(**entry.model_dump(), given_at=given_at))
        n_kept = len(self.by_key) - n_before
        return Kept(kept=n_kept, known=len(entries) - n_kept)

    async def entries(self, symbol: str) -> list[IssuedEntry]:
        self._check()
        return [entry for entry in self.by_key.values() if entry.symbol == symbol]

    def _check(self) -> None:
        if self.is_down:
            raise StoreUnavailable("The store does not answer.")


def invalidation(cache: FakeBarCache) -> Callable[[set[str] | None], Awaitable[None]]:
    """Build an invalidation that evicts from this cache, as the command line does."""

    async def invalidate(symbols: set[str] | None) -> None:
        for symbol in cache.entries.keys() & symbols if symbols is not None else list(cache.entries):
            await cache.evict(symbol)

    return invalidate


def fakes(
    store: FakeBarStore,
    cache: FakeBarCache | None = None,
    feed: FakeChangeFeed | None = None,
    ledger: FakeForecastLedger | None = None,
    followers: FakeFollowers | None = None,
    runs: FakeRunStore | None = None,
) -> Callable[[DataSettings], AbstractAsyncContextManager[Resources]]:
    """Build an `open_resources` for the data service that yields these fakes."""

    @asynccontextmanager
    async def open_fakes(_: DataSettings) -> AsyncIterator[Resources]:
        changes = feed or FakeChangeFeed()
        yield Resources(
            store=store,
            cache=cache or FakeBarCache(),
            feed=changes,
            followers=followers or FakeFollowers(feed=changes),
            ledger=ledger or FakeForecastLedger(),
            runs=runs or FakeRunStore(),
        )

    return open_fakes


@asynccontextmanager
async def serve_data(
    store: FakeBarStore,
    cache: FakeBarCache | None = None,
    feed: FakeChangeFeed | None = None,
    ledger: FakeForecastLedger | None = None,
    runs: FakeRunStore | None = None,
) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client of a data service with fakes."""
    async with serve(create_app(DataSettings(), open_resources=fakes(store, cache, feed, ledger, runs=runs))) as client:
        yield client
