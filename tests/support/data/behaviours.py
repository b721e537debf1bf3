"""The contract of bar store, bar cache and change feed, for the fakes (tests/contract) and the adapters
(tests/integration)."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from services.data.ports import BarCache, BarStore, ChangeFeed
from services.data.records import NEWEST_REJECTED, StoredSymbol
from shared.errors import SymbolNotFound
from shared.schemas.arrow import BarFrame, decode
from shared.schemas.bars import EncodedBars
from shared.schemas.loads import Finding
from tests.support.data.bars import make_entry, make_frame
from tests.support.polling import PATIENCE_SECONDS

BARS = EncodedBars(revision="0123456789abcdef", arrow=b"\x00\xff" * 1000)
FINDING = Finding(code="stale_prices", detail="A sentence.", count=1, sessions=[date(2024, 1, 2)])


async def put(store: BarStore, frame: BarFrame) -> None:
    """Replace the symbol's bars and entry by these."""
    await store.rewrite(frame.symbol, lambda _: (StoredSymbol(frame, make_entry(frame)), None))


def add_a_bar(stored: StoredSymbol | None) -> tuple[StoredSymbol, int]:
    """Decide on one bar more than is stored, and return the new number of bars."""
    n_bars = 1 + (len(stored.frame.bars) if stored else 0)
    frame = make_frame(closes=range(1, 1 + n_bars))
    return StoredSymbol(frame, make_entry(frame)), n_bars


class BarStoreBehaviours:
    """A subclass has a fixture `store` that yields an empty store."""

    async def test_an_empty_store_has_no_symbols_and_no_entries(self, store: BarStore) -> None:
        assert await store.symbols() == []
        assert await store.entries() == []
        assert await store.entry("AAPL") is None

    async def test_bars_and_entry_that_were_put_in_come_out_equal(self, store: BarStore) -> None:
        frame = make_frame("BRK.B", [10.125, 11, 12.3])
        entry = replace(make_entry(frame, name="Berkshire"), findings=[FINDING])
        await store.rewrite("BRK.B", lambda _: (StoredSymbol(frame, entry), None))
        frame_read = await store.bars("BRK.B")
        pd.testing.assert_frame_equal(frame_read.bars, frame.bars)
        assert (frame_read.symbol, frame_read.revision, frame_read.skipped) == ("BRK.B", frame.revision, 0)
        assert await store.entry("BRK.B") == entry

    async def test_bars_carry_the_calendar_of_their_entry(self, store: BarStore) -> None:
        frame = replace(make_frame("ETH-USD"), calendar="24/7")
        await put(store, frame)
        assert (await store.bars("ETH-USD")).calendar == "24/7"
        encoded = await store.encoded_bars("ETH-USD")
        assert (decode(encoded.arrow).calendar, encoded.revision) == ("24/7", frame.revision)
        received = await store.rewrite("ETH-USD", lambda stored: (StoredSymbol(frame, make_entry(frame)), stored))
        assert received is not None
        assert received.frame.revision == frame.revision

    async def test_bars_carry_the_rejected_newest_row_of_their_entry(self, store: BarStore) -> None:
        session = date(2030, 1, 2)
        frame = replace(make_frame("AAPL"), newest_rejected=session)
        finding = Finding(code=NEWEST_REJECTED, detail="Rejected.", count=1, sessions=[session])
        entry = replace(make_entry(frame), findings=[finding])
        await store.rewrite("AAPL", lambda _: (StoredSymbol(frame, entry), None))
        encoded = await store.encoded_bars("AAPL")
        assert (decode(encoded.arrow).newest_rejected, encoded.revision) == (session, frame.revision)
        received = await store.rewrite("AAPL", lambda stored: (StoredSymbol(frame, entry), stored))
        assert received is not None
        assert received.frame.revision == frame.revision

    async def test_symbols_ascend(self, store: BarStore) -> None:
        for symbol in ("MSFT", "^GSPC", "AAPL", "BRK-B"):
            await put(store, make_frame(symbol))
        assert await store.symbols() == ["AAPL", "BRK-B", "MSFT", "^GSPC"]

    async def test_entries_ascend_and_leave_their_findings_out(self, store: BarStore) -> None:
        entries = [make_entry(make_frame(symbol)) for symbol in ("MSFT", "AAPL")]
        for entry in entries:
            stored = StoredSymbol(make_frame(entry.symbol), replace(entry, findings=[FINDING]))
            await store.rewrite(entry.symbol, lambda _, stored=stored: (stored, None))  # type: ignore[misc]  # binds the value now
        assert await store.entries() == entries[::-1]

    async def test_findings_are_counted(self, store: BarStore) -> None:
        assert await store.finding_counts() == {}
        for symbol, findings in (("AAPL", [FINDING, FINDING]), ("MSFT", []), ("IBM", [FINDING])):
            frame = make_frame(symbol)
            stored = StoredSymbol(frame, replace(make_entry(frame), findings=findings))
            await store.rewrite(symbol, lambda _, stored=stored: (stored, None))  # type: ignore[misc]  # binds the value now
        assert await store.finding_counts() == {"AAPL": 2, "IBM": 1}

    async def test_a_rewrite_receives_the_result_of_the_previous_one(self, store: BarStore) -> None:
        stored_before: list[StoredSymbol | None] = []
        for closes in ([1, 2], [3]):
            frame = make_frame(closes=closes)

            def decide(stored: StoredSymbol | None, frame: BarFrame = frame) -> tuple[StoredSymbol, None]:
                stored_before.append(stored)
                return StoredSymbol(frame, make_entry(frame)), None

            await store.rewrite("AAPL", decide)
        assert stored_before[0] is None
        assert stored_before[-1] is not None
        assert stored_before[-1].frame.revision == make_frame(closes=[1, 2]).revision
        assert stored_before[-1].entry == make_entry(make_frame(closes=[1, 2]))

    async def test_rewriting_leaves_nothing_of_the_old_bars(self, store: BarStore) -> None:
        await put(store, make_frame(closes=range(10, 60)))
        await put(store, make_frame(closes=[1, 2]))
        assert (await store.bars("AAPL")).bars["close"].tolist() == [1, 2]

    async def test_a_rewrite_that_cannot_decide_changes_nothing(self, store: BarStore) -> None:
        def decide(_: StoredSymbol | None) -> tuple[StoredSymbol, None]:
            raise LookupError

        for symbol in ("AAPL", "NEW"):
            await put(store, make_frame("AAPL"))
            with pytest.raises(LookupError):
                await store.rewrite(symbol, decide)
        assert await store.symbols() == ["AAPL"]
        assert (await store.bars("AAPL")).revision == make_frame("AAPL").revision

    async def test_rewrites_of_one_symbol_at_once_follow_one_another(self, store: BarStore) -> None:
        results = await asyncio.gather(*(store.rewrite("AAPL", add_a_bar) for _ in range(8)))
        assert sorted(results) == list(range(1, 9))
        assert (await store.bars("AAPL")).revision == make_frame(closes=range(1, 9)).revision

    async def test_a_rewrite_waits_for_one_whose_caller_is_gone(self, store: BarStore) -> None:
        has_begun = threading.Event()

        def decide_slowly(stored: StoredSymbol | None) -> tuple[StoredSymbol, int]:
            has_begun.set()
            time.sleep(0.2)
            return add_a_bar(stored)

        abandoned = asyncio.create_task(store.rewrite("AAPL", decide_slowly))
        await asyncio.to_thread(has_begun.wait, PATIENCE_SECONDS)
        abandoned.cancel()
        await store.rewrite("AAPL", add_a_bar)
        assert (await store.bars("AAPL")).revision == make_frame(closes=[1, 2]).revision

    async def test_a_symbol_that_is_not_there_is_not_found_and_not_made(self, store: BarStore) -> None:
        for call in (store.bars, store.delete):
            with pytest.raises(SymbolNotFound, match="The store has no symbol NOPE"):
                await call("NOPE")
        assert await store.symbols() == []

    async def test_nothing_is_left_of_a_symbol_that_was_deleted(self, store: BarStore) -> None:
        for symbol in ("AAPL", "MSFT"):
            await put(store, make_frame(symbol))
        await store.delete("AAPL")
        assert await store.symbols() == ["MSFT"]
        assert await store.entry("AAPL") is None
        assert [entry.symbol for entry in await store.entries()] == ["MSFT"]
        with pytest.raises(SymbolNotFound):
            await store.bars("AAPL")

    async def test_a_reader_sees_all_of_a_load_or_none(self, store: BarStore) -> None:
        frames = [make_frame(closes=[price] * n) for price, n in ((1.5, 400), (2.5, 700))]
        await put(store, frames[0])
        revisions = set()
        for frame in frames[::-1] * 4:
            load = asyncio.create_task(put(store, frame))
            while not load.done():
                revisions.add((await store.bars("AAPL")).revision)
                await asyncio.sleep(0)
            await load
            assert (await store.bars("AAPL")).revision == frame.revision
        assert revisions <= {frame.revision for frame in frames}

    async def test_it_answers_a_ping(self, store: BarStore) -> None:
        await store.ping()


class BarCacheBehaviours:
    """A subclass has a fixture `cache` that yields an empty cache."""

    async def test_a_missing_entry_is_a_miss(self, cache: BarCache) -> None:
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

    async def test_nothing_is_left_after_all_is_evicted(self, cache: BarCache) -> None:
        for symbol in ("AAPL", "MSFT"):
            await cache.put(symbol, BARS)
        await cache.evict_all()
        assert [await cache.get(symbol) for symbol in ("AAPL", "MSFT")] == [(None, "miss")] * 2

    async def test_the_later_of_two_is_kept(self, cache: BarCache) -> None:
        await cache.put("AAPL", EncodedBars(revision="f" * 16, arrow=b"old"))
        await cache.put("AAPL", BARS)
        assert await cache.get("AAPL") == (BARS, "hit")

    async def test_it_answers_a_ping(self, cache: BarCache) -> None:
        await cache.ping()


class ChangeFeedBehaviours:
    """A subclass has a fixture `feed`, and a fixture `change` whose function changes one symbol in the store."""

    async def test_any_symbol_may_have_changed_at_first_and_then_those_that_do(
        self, feed: ChangeFeed, change: Callable[[str], Awaitable[None]]
    ) -> None:
        changes = feed.changes()
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await anext(changes) is None
            await feed.ping()
            for symbol in ("AAPL", "BRK.B"):
                await change(symbol)
                await _wait_for_change(changes, symbol)


async def _wait_for_change(changes: AsyncIterator[set[str] | None], symbol: str) -> None:
    """Wait until this symbol is reported; one write may be reported more than once."""
    async for symbols in changes:
        if symbols == {symbol}:
            return
