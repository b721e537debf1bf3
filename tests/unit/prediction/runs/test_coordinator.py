"""One run from claim to end: each symbol once, written before the next, and every way in which it can fail."""

from typing import Any

from services.prediction.runs.coordinator import CHANGED
from services.prediction.tasks import WrongCode
from shared.errors import ComputationRefused, NoBars, NotEnoughBars
from tests.support.prediction.run_cases import SYMBOLS, Case
from tests.support.prediction.runs import FakeBars, FakeConclusions, FakeRunStore, make_new_run


async def test_each_symbol_is_written_once_and_conclusions_are_drawn_from_all() -> None:
    case = Case()
    assert await case.run() == "succeeded"
    assert case.store.writes == [(1, symbol) for symbol in SYMBOLS]
    assert case.conclude.results == [(symbol, f"r-{symbol}", symbol.encode()) for symbol in SYMBOLS]
    assert (case.store.ended, case.store.screeners) == (("succeeded", None), {1: b"columns"})


async def test_a_result_is_written_before_the_next_item_is_taken() -> None:
    case = Case()
    seen: list[tuple[str, int]] = []
    case.store.before_write = lambda symbol: seen.append((symbol, len(case.bars.read)))
    await case.run()
    assert seen == [(symbol, number + 1) for number, symbol in enumerate(SYMBOLS)]


async def test_only_what_is_missing_is_computed_and_nothing_needs_no_engine() -> None:
    case = Case()
    await case.run()
    case.store.ended = None
    del case.store.kept["C"]
    again = Case(case.store)
    assert await again.run() == "succeeded"
    assert again.bars.read == ["C"]
    case.store.ended = None
    last = Case(case.store)
    assert await last.run() == "succeeded"
    assert (last.engine.n_opened, len(last.conclude.results)) == (0, 5)


async def test_what_cannot_be_computed_is_a_failure_with_its_reason_and_the_rest_goes_on() -> None:
    errors = {
        "A": NotEnoughBars("A has 3 bars.", required=100, available=3),
        "B": ComputationRefused("It ended its process 3 times."),
        "C": ValueError("not a number"),
    }

    def compute(symbol: str) -> bytes:
        if symbol in errors:
            raise errors[symbol]
        return b""

    case = Case(bars=FakeBars(others={"D": "other"}))
    case.engine.compute = compute
    assert await case.run() == "succeeded"
    assert dict(case.conclude.failures) == {
        "A": "A has 3 bars.",
        "B": "It ended its process 3 times.",
        "C": "An unexpected error (ValueError), which the log describes.",
        "D": CHANGED,
    }
    assert [result[0] for result in case.conclude.results] == ["E"]


async def test_a_symbol_whose_bars_are_gone_is_a_failure() -> None:
    case = Case(bars=FakeBars(errors={"B": NoBars("B has no bars.")}))
    assert await case.run() == "succeeded"
    assert case.conclude.failures == [("B", "B has no bars.")]


async def test_a_run_without_any_result_fails_and_names_a_reason() -> None:
    case = Case(bars=FakeBars(errors={symbol: NoBars(f"{symbol} has no bars.") for symbol in SYMBOLS}))
    assert await case.run() == "failed"
    assert case.store.ended == (
        "failed",
        "None of the 5 symbols could be evaluated. The reason for A: A has no bars.",
    )


async def test_a_run_of_one_symbol_without_a_result_says_so_in_the_singular() -> None:
    case = Case(FakeRunStore(new=make_new_run(["A"])), FakeBars(errors={"A": NoBars("A has no bars.")}))
    assert await case.run() == "failed"
    assert case.store.ended == ("failed", "The symbol could not be evaluated. The reason for A: A has no bars.")


async def test_a_long_reason_is_cut_instead_of_refused() -> None:
    long = NoBars("No bars. " * 120)
    case = Case(FakeRunStore(new=make_new_run(["A"])), FakeBars(errors={"A": long}))
    assert await case.run() == "failed"
    assert case.store.ended is not None
    assert str(case.store.ended[1]).startswith("The symbol could not be evaluated. The reason for A: No bars. ")


async def test_a_cluster_with_other_code_ends_the_run() -> None:
    case = Case()

    def compute(symbol: str) -> bytes:
        if symbol == "C":
            raise WrongCode
        return b""

    case.engine.compute = compute
    assert await case.run() == "failed"
    assert case.store.ended is not None
    assert "A worker of the cluster has other code or libraries" in (case.store.ended[1] or "")
    assert sorted(case.store.kept) == ["A", "B"]


async def test_a_run_of_other_code_is_not_computed() -> None:
    case = Case(FakeRunStore(new=make_new_run(SYMBOLS, code="0" * 16)))
    assert await case.run() == "failed"
    assert case.store.ended == ("failed", "It was requested with another version of the code. Start it again.")
    assert case.engine.n_opened == 0


async def test_the_reason_of_an_unexpected_error_is_a_sentence() -> None:
    case = Case()

    def fail(*_: Any) -> FakeConclusions:
        raise ZeroDivisionError

    case.conclude = fail  # type: ignore[assignment]
    assert await case.run() == "failed"
    assert case.store.ended is not None
    assert "It ended with an unexpected error (ZeroDivisionError)" in (case.store.ended[1] or "")
