"""Evaluations of many symbols: the shares that the README prints, and the symbols that are skipped."""

from collections.abc import Sequence
from functools import partial

import pytest

from services.prediction.forecasting import all_symbols
from shared.clients.data import DataClient
from shared.errors import SymbolNotFound
from shared.schemas.arrow import BarFrame
from shared.schemas.forecasts import EvaluationQuery
from tests.support.data.bars import make_frame
from tests.support.data.fakes import FakeBarStore, serve_data
from tests.support.prediction import simulated
from tests.support.prediction.service import InlineEngine

QUERY = EvaluationQuery(windows=60, models=["linear_regression", "moving_average"])


async def _records(store: FakeBarStore, harmful: Sequence[str] = ()) -> list[all_symbols.SymbolEvaluation]:
    async with serve_data(store) as http:
        data = DataClient(http, upstream="the data service", timeout_seconds=5)
        evaluations = all_symbols.evaluate_all(data, InlineEngine(harmful), sorted(store.frames), QUERY, at_once=2)
        return [record async for record in evaluations]


async def _evaluate_unknown() -> None:
    async with serve_data(_store()) as http:
        data = DataClient(http, upstream="the data service", timeout_seconds=5)
        async for _ in all_symbols.evaluate_all(data, InlineEngine(), ["AR.A", "UNKNOWN"], QUERY, at_once=2):
            pass


def _store() -> FakeBarStore:
    make = partial(simulated.autoregression, 600, phi=0.7)
    frames = {name: BarFrame(name, make(seed)) for seed, name in enumerate(("AR.A", "AR.B", "AR.C"))}
    return FakeBarStore(frames | {"FEW": make_frame("FEW"), "FLAT": make_frame("FLAT", [10.0] * 200)})


async def test_shares_are_of_the_symbols_that_could_be_evaluated() -> None:
    records = await _records(_store())
    assert {record.symbol for record in records} == {"AR.A", "AR.B", "AR.C", "FEW", "FLAT"}
    evaluations = {record.name: record for record in all_symbols.summarise_models(records)}
    assert evaluations["linear_regression"].n_symbols == 3  # FLAT is not counted: there is nothing to beat
    assert evaluations["linear_regression"].positive == 1.0
    assert (
        evaluations["persistence"].positive
        == evaluations["persistence"].better
        == evaluations["persistence"].worse
        == 0.0
    )
    assert evaluations["moving_average"].worse == 1.0
    assert evaluations["moving_average"].median_skill < -0.5


async def test_the_table_states_its_symbols_and_sessions() -> None:
    table = all_symbols.format_table(await _records(_store()), QUERY).splitlines()
    assert table[0] == "4 symbols, 1 session ahead, the last 60 sessions of each; skipped for too few bars: 1."
    assert [row.split("|")[1].strip() for row in table[2:7]] == [
        "model",
        "---",
        "linear_regression",
        "persistence",
        "moving_average",
    ]


async def test_the_table_is_followed_by_what_luck_explains_of_it() -> None:
    lines = all_symbols.format_table(await _records(_store()), QUERY).splitlines()
    assert lines[8].startswith("2 of 3 symbols look better than no change; luck alone gives 0 to ")
    assert lines[10] == "All symbols together, on the 60 sessions that most of them have in common:"
    assert [row.split("|")[1].strip() for row in lines[14:]] == ["persistence", "linear_regression", "moving_average"]


async def test_a_symbol_that_ends_its_process_is_named_and_the_others_are_evaluated() -> None:
    records = await _records(_store(), harmful=["AR.B"])
    assert [record.symbol for record in records if record.is_refused] == ["AR.B"]
    first = all_symbols.format_table(records, QUERY).splitlines()[0]
    assert first.startswith("3 symbols, 1 session ahead")
    assert first.endswith("too few bars: 1. They ended their worker processes and were given up: AR.B.")


async def test_an_unknown_symbol_ends_the_evaluation() -> None:
    with pytest.raises(SymbolNotFound):
        await _evaluate_unknown()


async def test_with_too_few_sessions_in_common_the_table_stands_alone() -> None:
    query = QUERY.model_copy(update={"horizon": 7})  # 60 windows are fewer than ten times seven
    assert len(all_symbols.format_table(await _records(_store()), query).splitlines()) == 7


def test_nothing_to_evaluate_is_an_empty_table() -> None:
    assert all_symbols.summarise_models([all_symbols.SymbolEvaluation("FEW", None)]) == []
