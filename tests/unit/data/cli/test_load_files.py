from collections.abc import Generator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from services.data.bars.load import LoadOptions
from services.data.cli.load_files import MAX_CONCURRENT_LOADS, load_source
from services.data.records import RawBars, SkippedPart
from shared.errors import RowsRejected, UnreadableFile
from tests.support.data.bars import make_raw
from tests.support.data.fakes import FakeBarCache, FakeBarStore, invalidation

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
    reports = load_source(source, store=store, invalidate=invalidation(FakeBarCache()), options=options)
    return [report.symbol async for report in reports]


async def test_every_symbol_is_stored_and_reported() -> None:
    store, symbols = FakeBarStore(), [f"S{number}" for number in range(20)]
    assert sorted(await _load(Source(symbols), store)) == sorted(symbols) == await store.symbols()


async def test_frames_are_read_on_demand_and_not_all_at_once() -> None:
    source = Source([f"S{number}" for number in range(20)])
    reports = load_source(source, store=FakeBarStore(), invalidate=invalidation(FakeBarCache()), options=OPTIONS)
    await anext(reports)
    assert len(source.read) <= MAX_CONCURRENT_LOADS
    await reports.aclose()


async def test_symbols_read_before_the_source_fails_are_stored() -> None:
    store = FakeBarStore()
    with pytest.raises(UnreadableFile, match="breaks off"):
        await _load(Source(["A", "B"], breaks=True), store)
    assert await store.symbols() == ["A", "B"]


async def test_one_bad_row_of_one_symbol_refuses_all_when_it_is_strict() -> None:
    store, strict = FakeBarStore(), replace(OPTIONS, strict=True)
    with pytest.raises(RowsRejected) as caught:
        await _load(Source(["A", "BAD", "C"]), store, strict)
    assert [pointer for pointer, _ in caught.value.errors] == ["/BAD/rows/2"]
    assert store.frames == {}
    assert sorted(await _load(Source(["A", "C"]), store, strict)) == ["A", "C"]
