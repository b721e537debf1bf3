"""The data service's ports in memory. `tests/support/behaviours.py` holds them to what the real ones do."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field

import httpx

from services.data.app import create_app
from services.data.ports import CacheOutcome, EncodedBars, Resources
from services.data.settings import DataSettings
from shared.arrow import BarFrame
from shared.errors import NoBars, StoreUnavailable, SymbolNotFound
from tests.support.asgi import serve


@dataclass
class FakeBarStore:
    """A BarStore in a dictionary; `is_down` makes every call fail."""

    frames: dict[str, BarFrame] = field(default_factory=dict)
    is_down: bool = False
    n_reads: int = 0

    async def symbols(self) -> list[str]:
        self._check()
        return sorted(self.frames)

    async def bars(self, symbol: str) -> BarFrame:
        self._check()
        self.n_reads += 1
        if symbol not in self.frames:
            raise SymbolNotFound(f"There is no symbol {symbol} here.")
        if self.frames[symbol].bars.empty:
            raise NoBars(f"{symbol} has no bars.")
        return self.frames[symbol]

    async def replace(self, frame: BarFrame) -> None:
        self._check()
        self.frames[frame.symbol] = frame

    async def ping(self) -> None:
        self._check()

    def _check(self) -> None:
        if self.is_down:
            raise StoreUnavailable("The store does not answer.")


@dataclass
class FakeBarCache:
    """A BarCache in a dictionary; `is_down` makes it answer as a cache that is gone."""

    entries: dict[str, EncodedBars] = field(default_factory=dict)
    is_down: bool = False

    async def get(self, symbol: str) -> tuple[EncodedBars | None, CacheOutcome]:
        if self.is_down:
            return None, "unavailable"
        found = self.entries.get(symbol)
        return found, "miss" if found is None else "hit"

    async def put(self, symbol: str, bars: EncodedBars) -> None:
        if not self.is_down:
            self.entries[symbol] = bars

    async def evict(self, symbol: str) -> None:
        self.entries.pop(symbol, None)

    async def ping(self) -> None:
        if self.is_down:
            raise StoreUnavailable("The cache does not answer.")


def fakes(
    store: FakeBarStore, cache: FakeBarCache | None = None
) -> Callable[[DataSettings], AbstractAsyncContextManager[Resources]]:
    """Return an `open_resources` of the data service that opens these."""

    @asynccontextmanager
    async def open_fakes(_: DataSettings) -> AsyncIterator[Resources]:
        yield Resources(store=store, cache=cache or FakeBarCache())

    return open_fakes


@asynccontextmanager
async def serve_data(store: FakeBarStore, cache: FakeBarCache | None = None) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client of the data service on fakes."""
    async with serve(create_app(DataSettings(), open_resources=fakes(store, cache))) as client:
        yield client
