import asyncio
from datetime import date
from functools import partial
from statistics import fmean

import pytest

from services.prediction.forecasting.all_ranges import SymbolRanges, format_table, measure_all
from services.prediction.ports import Resources
from shared.clients.data import DataClient
from shared.errors import SymbolNotFound
from shared.schemas.arrow import BarFrame
from shared.schemas.ranges import RangeQuery
from tests.support.data.bars import make_frame
from tests.support.data.fakes import FakeBarStore, serve_data
from tests.support.prediction import simulated
from tests.support.prediction.runs import FakeRunStore
from tests.support.prediction.service import InlineWorkers


async def _measure(store: FakeBarStore, symbols: list[str]) -> list[SymbolRanges]:
    async with serve_data(store) as http:
        data = DataClient(http, timeout_seconds=5)
        resources = Resources(data=data, workers=InlineWorkers(), runs=FakeRunStore(), queued=asyncio.Event())
        return [item async for item in measure_all(resources, symbols, RangeQuery(), max_concurrent=2)]


def _store() -> FakeBarStore:
    make = partial(simulated.volatility_clusters, 700)
    frames = {name: BarFrame(name, make(seed)) for seed, name in enumerate(("A", "B", "C"))}
    return FakeBarStore(frames | {"FEW": make_frame("FEW"), "NONE": make_frame("NONE", [])})


async def test_ranges_and_their_placebo_are_measured_for_each_symbol_with_two_years_of_bars() -> None:
    measured = await _measure(_store(), ["A", "B", "C", "FEW", "NONE"])
    assert {item.symbol for item in measured} == {"A", "B", "C", "FEW", "NONE"}
    assert {item.symbol for item in measured if item.record is None} == {"FEW", "NONE"}
    lines = format_table(measured, RangeQuery()).splitlines()
    assert lines[0] == (
        "3 symbols, the range of the next session, the last 250 of each; "
        "skipped for too few bars, or none with a range: 2."
    )
    for line, records in (
        (lines[4], [item.record for item in measured if item.record is not None]),
        (lines[5], [item.placebo for item in measured if item.placebo is not None]),
    ):
        cells = line.split(" | ")
        assert cells[1] == f"{fmean(record.skill.skill or 0 for record in records):.1%}"
        assert cells[3] == f"{fmean(record.skill_over_mean.skill or 0 for record in records):.1%}"
        assert cells[7] == f"{fmean(record.scores[0].qlike for record in records):.3f}"


async def test_without_symbols_there_is_a_sentence_instead_of_an_empty_table() -> None:
    few = format_table(await _measure(_store(), ["FEW"]), RangeQuery(horizon=5, as_of=date(1990, 1, 1)))
    assert few == (
        "Nothing to measure: the only symbol has too few bars up to 1990-01-01, or none with a range. "
        "A symbol needs 530."
    )
    two = format_table(await _measure(_store(), ["FEW", "NONE"]), RangeQuery())
    assert two == "Nothing to measure: all 2 symbols have too few bars, or none with a range. A symbol needs 522."


async def test_symbols_without_ranges_are_skipped_as_they_have_no_expected_range() -> None:
    bars = simulated.volatility_clusters(700, 0)
    closes = bars.assign(open=bars["close"], high=bars["close"], low=bars["close"])
    flat = bars.assign(open=5.0, high=5.0, low=5.0, close=5.0)
    frames = {name: BarFrame(name, frame) for name, frame in (("A", bars), ("CLOSES", closes), ("FLAT", flat))}
    measured = await _measure(FakeBarStore(frames), list(frames))
    assert {item.symbol for item in measured if item.record is None} == {"CLOSES", "FLAT"}
    lines = format_table(measured, RangeQuery()).splitlines()
    assert lines[0] == (
        "1 symbol, the range of the next session, the last 250 of each; "
        "skipped for too few bars, or none with a range: 2."
    )


async def test_an_unknown_symbol_is_an_error() -> None:
    with pytest.raises(SymbolNotFound):
        await _measure(_store(), ["NOPE", "A"])
