import asyncio
from dataclasses import dataclass, field, replace

import pytest

from services.data.bars.kept_answers import KeptAnswers
from services.data.bars.reader import BarReader
from shared.deadline import seconds_left
from shared.errors import StoreUnavailable, SymbolNotFound
from shared.schemas.arrow import BarFrame, decode
from shared.schemas.bars import EncodedBars
from tests.support.data.bars import make_frame
from tests.support.data.behaviours import BARS
from tests.support.data.fakes import FakeBarCache, FakeBarStore
from tests.support.deadlines import within

OLD, NEW = make_frame(closes=[1, 2]), make_frame(closes=[3, 4])


@dataclass
class SlowStore(FakeBarStore):
    """A store that reads the bars at once but returns them only when `may_answer` is set."""

    has_read: asyncio.Event = field(default_factory=asyncio.Event)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    seconds_given: list[float] = field(default_factory=list)
    error: Exception | None = None

    async def bars(self, symbol: str) -> BarFrame:
        frame = await super().bars(symbol)
        self.seconds_given.append(seconds_left(1000))
        self.has_read.set()
        await self.may_answer.wait()
        if self.error is not None:
            raise self.error
        return frame


@dataclass
class SlowCache(FakeBarCache):
    """A cache that stores bars only when `may_keep` is set."""

    is_asked_to_keep: asyncio.Event = field(default_factory=asyncio.Event)
    may_keep: asyncio.Event = field(default_factory=asyncio.Event)

    async def put(self, symbol: str, bars: EncodedBars) -> None:
        self.is_asked_to_keep.set()
        await self.may_keep.wait()
        await super().put(symbol, bars)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def _reader(store: FakeBarStore, cache: FakeBarCache | None = None, clock: Clock | None = None) -> BarReader:
    return BarReader(store, cache or FakeBarCache(), KeptAnswers(3600), seconds=60, monotonic=clock or Clock())


async def test_a_miss_reads_the_store_once_and_fills_the_cache() -> None:
    store = FakeBarStore({"AAPL": OLD})
    reader = _reader(store)
    (first, first_outcome), (second, second_outcome) = await reader.read("AAPL"), await reader.read("AAPL")
    assert (first_outcome, second_outcome) == ("miss", "hit")
    assert first == second
    assert store.n_reads == 1
    assert (first.revision, decode(first.arrow).revision) == (OLD.revision, OLD.revision)


async def test_a_hit_does_not_read_the_store() -> None:
    reader = _reader(FakeBarStore(is_down=True), FakeBarCache({"AAPL": BARS}))
    assert await reader.read("AAPL") == (BARS, "hit")


async def test_reads_succeed_without_the_cache() -> None:
    _, outcome = await _reader(FakeBarStore({"AAPL": OLD}), FakeBarCache(is_down=True)).read("AAPL")
    assert outcome == "unavailable"


async def test_errors_of_the_store_are_raised_and_not_cached() -> None:
    store, cache = FakeBarStore({"AAPL": OLD}, is_down=True), FakeBarCache()
    reader = _reader(store, cache)
    with pytest.raises(StoreUnavailable):
        await reader.read("AAPL")
    store.is_down = False
    with pytest.raises(SymbolNotFound):
        await reader.read("NOPE")
    assert cache.entries == {}
    assert (await reader.read("AAPL"))[1] == "miss"


async def test_200_first_readers_of_a_cold_symbol_read_the_store_once() -> None:
    store = SlowStore({"AAPL": OLD, "MSFT": NEW})
    reader = _reader(store)
    readers = [asyncio.create_task(reader.read(symbol)) for symbol in ["AAPL"] * 200 + ["MSFT"]]
    await store.has_read.wait()
    await asyncio.sleep(0)
    store.may_answer.set()
    read = await asyncio.gather(*readers)
    assert store.n_reads == 2
    assert {bars.revision for bars, _ in read[:200]} == {OLD.revision}


async def test_200_readers_of_a_store_that_is_down_all_get_the_error() -> None:
    reader = _reader(FakeBarStore(is_down=True))
    outcomes = await asyncio.gather(*(reader.read("AAPL") for _ in range(200)), return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {StoreUnavailable}


async def test_a_first_reader_that_is_cancelled_does_not_cancel_the_others() -> None:
    store = SlowStore({"AAPL": OLD})
    reader = _reader(store)
    first, second = (asyncio.create_task(reader.read("AAPL")) for _ in range(2))
    await store.has_read.wait()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    store.may_answer.set()
    assert (await second)[0].revision == OLD.revision
    assert store.n_reads == 1


async def test_a_read_is_not_bounded_by_the_deadline_of_its_first_reader() -> None:
    store = SlowStore({"AAPL": OLD})
    reader = _reader(store)
    impatient = asyncio.create_task(within(0.02, lambda: reader.read("AAPL")))
    await asyncio.sleep(0)
    patient = asyncio.create_task(reader.read("AAPL"))
    with pytest.raises(StoreUnavailable, match="data service could not read the bars in the time left for the request"):
        await impatient
    store.may_answer.set()
    assert (await patient)[0].revision == OLD.revision
    assert store.seconds_given == [1000]


async def test_a_read_that_began_before_a_change_is_not_cached_after_it() -> None:
    store, cache = SlowStore({"AAPL": OLD}), FakeBarCache()
    reader = _reader(store, cache)
    early = asyncio.create_task(reader.read("AAPL"))
    await store.has_read.wait()
    store.frames["AAPL"] = NEW
    await reader.invalidate({"AAPL"})
    late = asyncio.create_task(reader.read("AAPL"))
    store.may_answer.set()
    await early
    assert (await late)[0].revision == NEW.revision
    assert await reader.current_revision("AAPL") == NEW.revision
    assert {bars.revision for bars in cache.entries.values()} <= {NEW.revision}


@pytest.mark.parametrize("symbols", [{"AAPL"}, None])
async def test_a_change_during_a_cache_write_evicts_the_bars_afterwards(symbols: set[str] | None) -> None:
    store, cache = FakeBarStore({"AAPL": OLD}), SlowCache()
    reader = _reader(store, cache)
    read = asyncio.create_task(reader.read("AAPL"))
    await cache.is_asked_to_keep.wait()
    store.frames["AAPL"] = NEW
    change = asyncio.create_task(reader.invalidate(symbols))
    await asyncio.sleep(0)
    cache.may_keep.set()
    await asyncio.gather(change, read)
    assert cache.entries == {}
    assert await reader.current_revision("AAPL") == NEW.revision


async def test_a_remembered_revision_needs_neither_cache_nor_store() -> None:
    store, cache, clock = FakeBarStore({"AAPL": OLD}), FakeBarCache(), Clock()
    reader = _reader(store, cache, clock)
    await reader.read("AAPL")
    store.is_down, cache.is_down = True, True
    clock.now = 59.9
    assert await reader.current_revision("AAPL") == OLD.revision
    clock.now = 60.1
    with pytest.raises(StoreUnavailable):
        await reader.current_revision("AAPL")


async def test_a_revision_from_the_cache_is_not_trusted_longer_than_its_entry() -> None:
    store, cache = FakeBarStore({"AAPL": NEW}), FakeBarCache({"AAPL": BARS})
    reader = _reader(store, cache)
    assert await reader.current_revision("AAPL") == BARS.revision
    cache.entries.clear()  # it has expired
    assert await reader.current_revision("AAPL") == NEW.revision


async def test_only_changed_symbols_are_invalidated() -> None:
    store, cache = FakeBarStore({"AAPL": OLD, "MSFT": OLD}), FakeBarCache()
    reader = _reader(store, cache)
    for symbol in ("AAPL", "MSFT"):
        await reader.read(symbol)
    store.frames = {"AAPL": NEW, "MSFT": NEW}
    await reader.invalidate({"AAPL", "NEVER-READ"})
    assert [await reader.current_revision(symbol) for symbol in ("AAPL", "MSFT")] == [NEW.revision, OLD.revision]
    await reader.invalidate(None)
    assert await reader.current_revision("MSFT") == NEW.revision
    assert {bars.revision for bars in cache.entries.values()} == {NEW.revision}


async def test_a_slow_cache_write_keeps_no_reader_waiting() -> None:
    store, cache = FakeBarStore({"AAPL": OLD}), SlowCache()
    reader = _reader(store, cache)
    assert (await reader.read("AAPL"))[0].revision == OLD.revision
    assert (await reader.read("AAPL"))[0].revision == OLD.revision
    assert (store.n_reads, cache.entries) == (1, {})
    cache.may_keep.set()
    await _let_others_run()
    assert list(cache.entries) == ["AAPL"]


async def _let_others_run() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_bars_beyond_their_lifetime_are_served_only_while_the_store_is_away() -> None:
    store, cache = FakeBarStore({"AAPL": NEW}), FakeBarCache({"AAPL": BARS}, is_old=True)
    reader = _reader(store, cache)
    store.is_down = True
    assert await reader.read("AAPL") == (replace(BARS, is_stale=True), "stale")
    assert await reader.current_revision("AAPL") is None
    store.is_down = False
    bars, outcome = await reader.read("AAPL")
    assert (bars.revision, bars.is_stale, outcome) == (NEW.revision, False, "miss")


async def test_bars_that_change_while_the_store_is_asked_are_not_served_from_the_past() -> None:
    store, cache = SlowStore({"AAPL": OLD}), FakeBarCache({"AAPL": BARS}, is_old=True)
    reader = _reader(store, cache)
    read = asyncio.create_task(reader.read("AAPL"))
    await store.has_read.wait()
    await reader.invalidate({"AAPL"})
    store.error = StoreUnavailable("The store does not answer.")
    store.may_answer.set()
    with pytest.raises(StoreUnavailable):
        await read
