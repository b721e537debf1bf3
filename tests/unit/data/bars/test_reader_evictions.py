"""Reads that overlap with a change: one that finds bars while they are evicted, one that outlasts a lease."""

import asyncio
from dataclasses import dataclass, field

import pytest

from services.data.bars.kept_answers import KeptAnswers
from services.data.bars.reader import BarReader
from services.data.ports import CacheOutcome
from shared.schemas.bars import EncodedBars
from tests.support.data.bars import make_frame
from tests.support.data.behaviours import BARS
from tests.support.data.fakes import FakeBarCache, FakeBarStore
from tests.support.polling import settle

OLD, NEW = make_frame(closes=[1, 2]), make_frame(closes=[3, 4])


@dataclass
class SlowlyReadCache(FakeBarCache):
    """A cache that finds an entry at once but returns it only when `may_answer` is set."""

    has_found: asyncio.Event = field(default_factory=asyncio.Event)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    async def get(self, symbol: str) -> tuple[EncodedBars | None, CacheOutcome]:
        found = await super().get(symbol)
        self.has_found.set()
        await self.may_answer.wait()
        return found

    async def evict(self, symbol: str) -> None:
        await self.has_found.wait()
        await super().evict(symbol)

    async def evict_all(self) -> None:
        await self.has_found.wait()
        await super().evict_all()


@dataclass
class SlowStore(FakeBarStore):
    """A store that reads the bars at once but returns them only when `may_answer` is set."""

    has_read: asyncio.Event = field(default_factory=asyncio.Event)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    async def encoded_bars(self, symbol: str) -> EncodedBars:
        bars = await super().encoded_bars(symbol)
        self.has_read.set()
        await self.may_answer.wait()
        return bars


async def test_without_a_lease_no_read_is_joined_that_began_before_nor_are_its_bars_cached() -> None:
    """As after a pause of the process: a change that it does not know yet is acknowledged, and the others read it."""
    has_lease = True
    store, cache = SlowStore({"AAPL": OLD}), FakeBarCache()
    reader = BarReader(store, cache, KeptAnswers(3600), seconds=60, may_trust_memory=lambda: has_lease)
    early = asyncio.create_task(reader.read("AAPL"))
    await store.has_read.wait()
    has_lease = False
    store.frames["AAPL"] = NEW
    late = asyncio.create_task(reader.read("AAPL"))
    await settle()
    store.may_answer.set()
    assert [bars.revision for bars, _ in await asyncio.gather(early, late)] == [OLD.revision, NEW.revision]
    await settle()
    assert cache.entries == {}


@pytest.mark.parametrize("symbols", [{"AAPL"}, None])
async def test_bars_found_in_the_cache_during_their_eviction_are_not_served_after_it(symbols: set[str] | None) -> None:
    store, cache = FakeBarStore({"AAPL": NEW}), SlowlyReadCache({"AAPL": BARS})
    reader = BarReader(store, cache, KeptAnswers(3600), seconds=60)
    change = asyncio.create_task(reader.invalidate(symbols))
    await asyncio.sleep(0)
    early = asyncio.create_task(reader.read("AAPL"))
    await change
    late = asyncio.create_task(reader.read("AAPL"))
    await asyncio.sleep(0)
    cache.may_answer.set()
    assert (await early)[0].revision == BARS.revision
    assert (await late)[0].revision == NEW.revision
    assert reader.last_revision("AAPL") == NEW.revision
