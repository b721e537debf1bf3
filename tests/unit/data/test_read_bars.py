import pytest

from services.data.read_bars import read_bars
from shared.arrow import decode
from shared.errors import StoreUnavailable, SymbolNotFound
from tests.support.bars import make_frame
from tests.support.behaviours import BARS
from tests.support.fakes import FakeBarCache, FakeBarStore


async def test_a_miss_reads_the_store_once_and_fills_the_cache() -> None:
    frame = make_frame()
    store, cache = FakeBarStore({"AAPL": frame}), FakeBarCache()
    first, first_outcome = await read_bars("AAPL", store=store, cache=cache)
    second, second_outcome = await read_bars("AAPL", store=store, cache=cache)
    assert (first_outcome, second_outcome) == ("miss", "hit")
    assert first == second
    assert store.n_reads == 1
    assert (first.revision, decode(first.arrow).revision) == (frame.revision, frame.revision)


async def test_a_hit_asks_the_store_nothing() -> None:
    assert await read_bars("AAPL", store=FakeBarStore(is_down=True), cache=FakeBarCache({"AAPL": BARS})) == (
        BARS,
        "hit",
    )


async def test_a_cache_that_is_gone_costs_no_answer() -> None:
    store = FakeBarStore({"AAPL": make_frame()})
    _, outcome = await read_bars("AAPL", store=store, cache=FakeBarCache(is_down=True))
    assert outcome == "unavailable"


async def test_errors_of_the_store_are_raised_and_cached_by_nobody() -> None:
    cache = FakeBarCache()
    with pytest.raises(SymbolNotFound):
        await read_bars("NOPE", store=FakeBarStore(), cache=cache)
    with pytest.raises(StoreUnavailable):
        await read_bars("AAPL", store=FakeBarStore(is_down=True), cache=cache)
    assert cache.entries == {}
