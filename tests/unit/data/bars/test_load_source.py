import asyncio
from collections.abc import Callable, Generator
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TypeVar

import anyio
import pytest

from services.data.bars.load import LoadOptions
from services.data.bars.load_source import MAX_CONCURRENT_LOADS, Refused, build_refusal_error, load_source
from services.data.records import RawBars, SkippedPart, StoredSymbol
from shared.errors import (
    HistoryChanged,
    InvalidRequest,
    NoBars,
    RowsRejected,
    ServiceError,
    StoreUnavailable,
    UnreadableFile,
)
from tests.support.data.bars import make_raw
from tests.support.data.fakes import FakeBarCache, FakeBarStore, invalidation
from tests.support.data.uploads import PickyStore
from tests.support.polling import wait_until

T = TypeVar("T")
OPTIONS = LoadOptions(source="test", now=datetime(2024, 6, 1, tzinfo=UTC), calendar=None)


@dataclass
class Source:
    """A source that can fail after its symbols."""

    symbols: list[str]
    breaks: bool = False
    name: str = "test"
    n_rows: int = 0
    read: list[str] = field(default_factory=list)
    skipped: tuple[SkippedPart, ...] = ()

    def frames(self) -> Generator[RawBars, None, None]:
        for symbol in self.symbols:
            self.read.append(symbol)
            yield make_raw(symbol, [10, -1] if symbol == "BAD" else [10, 11])
        if self.breaks:
            raise UnreadableFile("It breaks off.")


async def _load(source: Source, store: FakeBarStore, options: LoadOptions = OPTIONS) -> list[str]:
    outcomes = load_source(source, store=store, invalidate=invalidation(FakeBarCache()), options=options)
    loaded, refused = [], []
    async for outcome in outcomes:
        if isinstance(outcome, Refused):
            refused.append(outcome)
        else:
            loaded.append(outcome.symbol)
    if refused:
        raise build_refusal_error(refused)
    return loaded


async def test_every_symbol_is_stored_and_reported() -> None:
    store, symbols = FakeBarStore(), [f"S{number}" for number in range(20)]
    assert sorted(await _load(Source(symbols), store)) == sorted(symbols) == await store.symbols()


async def test_frames_are_read_on_demand_and_not_all_at_once() -> None:
    source = Source([f"S{number}" for number in range(20)])
    reports = load_source(source, store=FakeBarStore(), invalidate=invalidation(FakeBarCache()), options=OPTIONS)
    await anext(reports)
    assert len(source.read) <= MAX_CONCURRENT_LOADS
    await reports.aclose()


@dataclass
class SlowStore(FakeBarStore):
    """A store that waits before it stores."""

    n_begun: int = 0
    may_store: asyncio.Event = field(default_factory=asyncio.Event)

    async def rewrite(self, symbol: str, decide: Callable[[StoredSymbol | None], tuple[StoredSymbol, T]]) -> T:
        self.n_begun += 1
        await self.may_store.wait()
        return await super().rewrite(symbol, decide)


async def test_symbols_in_progress_are_loaded_and_then_evicted_also_if_the_caller_leaves() -> None:
    store, evicted = SlowStore(), set[str]()

    async def invalidate(symbols: set[str] | None) -> None:
        evicted.update({*(symbols or ())} & store.frames.keys())  # too early if it is not stored yet

    caller = anyio.CancelScope()  # as a response's, in which every further wait is cancelled, too

    async def read() -> None:
        outcomes = load_source(Source(list("ABCDEFGH")), store=store, invalidate=invalidate, options=OPTIONS)
        with caller:
            async with aclosing(outcomes):
                await anext(outcomes)

    reading = asyncio.create_task(read())
    await wait_until(lambda: store.n_begun == MAX_CONCURRENT_LOADS)
    caller.cancel()
    await reading
    store.may_store.set()
    await wait_until(lambda: len(evicted) == MAX_CONCURRENT_LOADS, seconds=30)
    assert sorted(evicted) == await store.symbols() == ["A", "B", "C"]


async def test_symbols_read_before_the_source_fails_are_stored_and_reported() -> None:
    store, source = FakeBarStore(), Source(["A", "B"], breaks=True)
    outcomes = load_source(source, store=store, invalidate=invalidation(FakeBarCache()), options=OPTIONS)
    loaded = [(await anext(outcomes)).symbol for _ in range(2)]
    with pytest.raises(UnreadableFile, match="breaks off"):
        await anext(outcomes)
    assert sorted(loaded) == await store.symbols() == ["A", "B"]


@pytest.mark.parametrize(
    ("errors", "kind", "start"),
    [
        ({"B": InvalidRequest("B is only read.")}, InvalidRequest, "B is only read."),
        ({"B": NoBars("B is unreadable.")}, NoBars, "B is unreadable."),
        ({"B": InvalidRequest("B is only read."), "E": NoBars("E.")}, InvalidRequest, "2 symbols were refused and are"),
        ({"B": HistoryChanged("B."), "E": InvalidRequest("E.")}, InvalidRequest, "2 symbols were refused and are"),
        ({"B": HistoryChanged("B."), "E": HistoryChanged("E.")}, HistoryChanged, "2 symbols disagree with what is"),
    ],
)
async def test_symbols_that_cannot_be_written_never_stop_the_others_and_are_named_at_the_end(
    errors: dict[str, ServiceError], kind: type[ServiceError], start: str
) -> None:
    store, symbols = PickyStore(errors=errors), list("ABCDEFGHIJ")
    with pytest.raises(kind) as caught:
        await _load(Source(symbols), store)
    assert caught.value.detail.startswith(start)
    listed = [sentence for _, sentence in caught.value.errors]
    assert listed == ([error.detail for error in errors.values()] if len(errors) > 1 else [])
    assert await store.symbols() == [symbol for symbol in symbols if symbol not in errors]


async def test_a_store_that_is_unavailable_stops_the_load() -> None:
    down = dict.fromkeys("BCDEFGHIJ", StoreUnavailable("It is down."))
    store = PickyStore(errors={"A": InvalidRequest("A is only read."), **down})
    with pytest.raises(StoreUnavailable):
        await _load(Source(list("ABCDEFGHIJ")), store)
    assert "E" not in store.tried  # two others were in progress


async def test_one_bad_row_of_one_symbol_refuses_all_when_it_is_strict() -> None:
    store, strict = FakeBarStore(), replace(OPTIONS, strict=True)
    with pytest.raises(RowsRejected) as caught:
        await _load(Source(["A", "BAD", "C"]), store, strict)
    assert [pointer for pointer, _ in caught.value.errors] == ["/BAD/rows/2"]
    assert store.frames == {}
    assert sorted(await _load(Source(["A", "C"]), store, strict)) == ["A", "C"]
