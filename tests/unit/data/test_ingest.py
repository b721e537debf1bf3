from collections.abc import Iterator
from datetime import date

import pytest

from services.data.ingest import Report, ingest
from services.data.sample_bar_source import SampleBarSource
from shared.arrow import BarFrame
from shared.errors import StoreUnavailable
from tests.support.bars import make_frame
from tests.support.behaviours import BARS
from tests.support.fakes import FakeBarCache, FakeBarStore

TODAY = date(2024, 6, 1)


class ListSource:
    def __init__(self, *frames: BarFrame) -> None:
        self._frames = frames

    def frames(self) -> Iterator[BarFrame]:
        yield from self._frames


async def _run(source: SampleBarSource | ListSource, store: FakeBarStore, cache: FakeBarCache) -> list[Report]:
    return [report async for report in ingest(source, store=store, cache=cache, today=TODAY)]


async def test_the_sample_is_five_symbols_without_a_rejected_row() -> None:
    store = FakeBarStore()
    reports = await _run(SampleBarSource(), store, FakeBarCache())
    assert [(report.symbol, report.n_stored, report.rejected) for report in reports] == [
        ("AAPL", 3270, []),
        ("FB", 196, []),
        ("GOOG", 2148, []),
        ("IBM", 3270, []),
        ("MSFT", 3270, []),
    ]
    assert sum(len(frame.bars) for frame in store.frames.values()) == 12_154


async def test_bad_rows_are_left_out_and_the_rest_is_stored_in_order() -> None:
    frame = make_frame(closes=[10, 11, 12])
    frame.bars.loc[1, "high"] = 1.0
    store = FakeBarStore()
    shuffled = BarFrame("AAPL", frame.bars.iloc[[2, 1, 0]])
    (report,) = await _run(ListSource(shuffled), store, FakeBarCache())
    assert [(rejection.row, rejection.code) for rejection in report.rejected] == [(2, "high_too_low")]
    assert store.frames["AAPL"].bars["close"].tolist() == [10, 12]


async def test_a_symbol_without_a_good_row_stays_as_it_was() -> None:
    bad = make_frame(closes=[10])
    bad.bars["close"] = -1.0
    before = make_frame(closes=[5])
    store = FakeBarStore({"AAPL": before})
    (report,) = await _run(ListSource(bad), store, FakeBarCache())
    assert report.n_stored == 0
    assert store.frames["AAPL"] is before


async def test_what_was_cached_is_forgotten() -> None:
    cache = FakeBarCache({"AAPL": BARS, "MSFT": BARS})
    await _run(ListSource(make_frame("AAPL")), FakeBarStore(), cache)
    assert list(cache.entries) == ["MSFT"]


async def test_a_store_that_is_down_is_not_hidden() -> None:
    with pytest.raises(StoreUnavailable):
        await _run(ListSource(make_frame()), FakeBarStore(is_down=True), FakeBarCache())
