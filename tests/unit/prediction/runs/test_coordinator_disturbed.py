"""A run that is cancelled, stopped or taken over, or whose cluster or store is away for a while."""

import asyncio
import time
from types import SimpleNamespace
from typing import Any

import pytest

from services.prediction.runs import coordinator
from shared.errors import StoreUnavailable, UpstreamFailed
from tests.support.polling import PATIENCE_SECONDS, until
from tests.support.prediction.run_cases import SYMBOLS, Case, after
from tests.support.prediction.runs import FakeBars, FakeConclusions


async def test_a_cancel_while_conclusions_are_drawn_ends_the_run_and_keeps_the_lease() -> None:
    case = Case()

    def conclude(*_: Any) -> FakeConclusions:
        case.store.is_cancelling = True
        n_extended = case.store.n_extended
        until(lambda: case.store.n_extended > n_extended + 3)
        return FakeConclusions()

    case.conclude = conclude  # type: ignore[assignment]
    assert await case.run() == "cancelled"
    assert case.store.ended == ("cancelled", None)


@pytest.mark.parametrize("is_stopped", [False, True])
async def test_a_run_whose_results_cannot_be_read_can_be_cancelled_and_stopped(*, is_stopped: bool) -> None:
    case = Case()

    def conclude(*_: Any) -> FakeConclusions:
        if is_stopped:
            assert case.coordinator is not None
            case.coordinator._loop.call_soon_threadsafe(case.coordinator.stop)
        case.store.is_cancelling = not is_stopped
        raise StoreUnavailable("The results cannot be read.")

    case.conclude = conclude  # type: ignore[assignment]
    state = await asyncio.wait_for(case.run(), PATIENCE_SECONDS)
    assert (state, case.store.screeners) == ("interrupted" if is_stopped else "cancelled", {})


async def test_a_run_whose_results_stay_invalid_fails() -> None:
    case = Case()

    def conclude(*_: Any) -> FakeConclusions:
        raise UpstreamFailed("The data service returned an invalid response.")

    case.conclude = conclude  # type: ignore[assignment]
    assert await asyncio.wait_for(case.run(), PATIENCE_SECONDS) == "failed"
    assert case.store.ended == ("failed", "The data service returned an invalid response.")


async def test_a_cluster_that_is_restarted_computes_the_rest_and_nothing_twice() -> None:
    case = Case()
    case.engine.lost_at = "C"
    assert await case.run() == "succeeded"
    assert case.store.writes == [(1, symbol) for symbol in SYMBOLS]
    assert (case.engine.n_opened, case.bars.read) == (2, ["A", "B", "C", "C", "D", "E"])


async def test_a_cluster_that_stays_away_ends_the_run_with_what_is_wrong() -> None:
    case = Case(engine_seconds=0.0)
    case.engine.lost_at = "C"
    assert await case.run() == "failed"
    assert case.store.ended == ("failed", "The cluster was lost.")
    assert sorted(case.store.kept) == ["A", "B"]


async def test_a_cluster_that_is_lost_after_a_long_wait_for_a_symbol_is_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = Case(engine_seconds=5.0)
    case.engine.lost_at = "C"
    now = time.monotonic()
    clock = SimpleNamespace(monotonic=lambda: now + 600.0 * (len(case.bars.read) > 2), sleep=lambda _: None)
    monkeypatch.setattr(coordinator, "time", clock)
    assert await case.run() == "succeeded"
    assert case.engine.n_opened == 2


async def test_a_cancelled_run_begins_nothing_more_and_keeps_what_it_has() -> None:
    case = Case()

    def cancel(symbol: str) -> None:
        if symbol == "B":
            case.store.is_cancelling = True
            until(lambda: case.engine.is_cancelled)

    case.engine.compute = after(cancel)
    assert await case.run() == "cancelled"
    assert (case.store.ended, sorted(case.store.kept)) == (("cancelled", None), ["A", "B"])
    assert case.conclude.results == []


async def test_a_run_that_is_told_to_stop_is_handed_over() -> None:
    case = Case()
    loop = asyncio.get_running_loop()

    def stop(symbol: str) -> None:
        if symbol == "B":
            assert case.coordinator is not None
            loop.call_soon_threadsafe(case.coordinator.stop)
            until(lambda: case.engine.is_cancelled)

    case.engine.compute = after(stop)
    assert await case.run() == "interrupted"
    assert case.store.ended == ("interrupted", None)
    other = Case(case.store)
    assert await other.run() == "succeeded"
    assert case.store.writes == [(1, "A"), (1, "B"), (2, "C"), (2, "D"), (2, "E")]


async def test_an_owner_that_was_paused_writes_nothing_after_another_took_over() -> None:
    case = Case()

    def take_over(symbol: str) -> None:
        if symbol == "C":
            case.store.lose()

    case.store.before_write = take_over
    assert await case.run() is None
    assert case.store.writes == [(1, "A"), (1, "B")]
    assert (case.store.ended, case.store.screeners) == (None, {})
    assert case.engine.is_cancelled


async def test_a_store_that_is_away_for_a_while_costs_nothing() -> None:
    case, loop = Case(), asyncio.get_running_loop()
    n_tries = 0

    def fail(symbol: str) -> None:
        nonlocal n_tries
        n_tries += symbol == "C"
        if n_tries == 1:
            case.store.is_down = True
            loop.call_later(0.3, setattr, case.store, "is_down", False)

    case.store.before_write = fail
    assert await case.run() == "succeeded"
    assert [symbol for _, symbol in case.store.writes] == SYMBOLS
    assert n_tries > 1


async def test_bars_from_memory_are_not_used_while_the_store_is_away() -> None:
    case = Case(bars=FakeBars(n_stale=1))
    assert await case.run() == "succeeded"
    assert case.bars.read == ["A", *SYMBOLS]


async def test_the_lease_is_extended_while_a_symbol_takes_long() -> None:
    case = Case()
    case.engine.compute = after(lambda _: until(lambda: case.store.n_extended >= 5))
    assert await case.run() == "succeeded"
