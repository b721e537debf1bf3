"""What a bar store and a bar cache do, for the fakes (tests/contract) and the real (tests/integration)."""

import asyncio

import pandas as pd
import pytest

from services.data.ports import BarCache, BarStore, EncodedBars
from shared.errors import SymbolNotFound
from tests.support.bars import make_frame

BARS = EncodedBars(revision="0123456789abcdef", arrow=b"\x00\xff" * 1000)


class BarStoreBehaviours:
    """A subclass has a fixture `store` that yields an empty store."""

    async def test_an_empty_store_has_no_symbols(self, store: BarStore) -> None:
        assert await store.symbols() == []

    async def test_what_was_put_in_comes_out_equal(self, store: BarStore) -> None:
        frame = make_frame("BRK.B", [10.125, 11, 12.3])
        await store.replace(frame)
        found = await store.bars("BRK.B")
        pd.testing.assert_frame_equal(found.bars, frame.bars)
        assert (found.symbol, found.revision, found.skipped) == ("BRK.B", frame.revision, 0)

    async def test_symbols_ascend(self, store: BarStore) -> None:
        for symbol in ("MSFT", "^GSPC", "AAPL", "BRK-B"):
            await store.replace(make_frame(symbol))
        assert await store.symbols() == ["AAPL", "BRK-B", "MSFT", "^GSPC"]

    async def test_replacing_leaves_nothing_of_the_old_bars(self, store: BarStore) -> None:
        await store.replace(make_frame(closes=range(10, 60)))
        await store.replace(make_frame(closes=[1, 2]))
        assert (await store.bars("AAPL")).bars["close"].tolist() == [1, 2]

    async def test_a_symbol_that_is_not_there_is_not_found_and_not_made(self, store: BarStore) -> None:
        with pytest.raises(SymbolNotFound, match="There is no symbol NOPE here"):
            await store.bars("NOPE")
        assert await store.symbols() == []

    async def test_a_reader_sees_all_of_a_load_or_none(self, store: BarStore) -> None:
        frames = [make_frame(closes=[price] * n) for price, n in ((1.5, 400), (2.5, 700))]
        await store.replace(frames[0])
        seen = set()
        for frame in frames[::-1] * 4:
            load = asyncio.create_task(store.replace(frame))
            while not load.done():
                seen.add((await store.bars("AAPL")).revision)
                await asyncio.sleep(0)
            await load
            assert (await store.bars("AAPL")).revision == frame.revision
        assert seen <= {frame.revision for frame in frames}

    async def test_it_answers_a_ping(self, store: BarStore) -> None:
        await store.ping()


class BarCacheBehaviours:
    """A subclass has a fixture `cache` that yields an empty cache."""

    async def test_nothing_is_a_miss(self, cache: BarCache) -> None:
        assert await cache.get("AAPL") == (None, "miss")

    async def test_what_was_put_in_comes_out_to_the_byte(self, cache: BarCache) -> None:
        await cache.put("AAPL", BARS)
        assert await cache.get("AAPL") == (BARS, "hit")
        assert await cache.get("MSFT") == (None, "miss")

    async def test_what_was_evicted_is_a_miss(self, cache: BarCache) -> None:
        await cache.put("AAPL", BARS)
        await cache.evict("AAPL")
        await cache.evict("AAPL")
        assert await cache.get("AAPL") == (None, "miss")

    async def test_the_later_of_two_is_kept(self, cache: BarCache) -> None:
        await cache.put("AAPL", EncodedBars(revision="f" * 16, arrow=b"old"))
        await cache.put("AAPL", BARS)
        assert await cache.get("AAPL") == (BARS, "hit")

    async def test_it_answers_a_ping(self, cache: BarCache) -> None:
        await cache.ping()
