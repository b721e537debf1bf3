"""The contract of a RunStore, for the fake and the real one."""

import asyncio
from collections.abc import Sequence

import pytest

from services.data.runs.ports import RunStore, SymbolResult
from shared.errors import InvalidRequest, NoCompleteRun, RunNotFound
from shared.schemas.runs import Claim, NewRun, Run
from tests.support.data.run_stores import make_new_run

FIRST_ID = make_new_run().id
FIRST, SECOND = "0" * 15 + "1", "0" * 15 + "2"


async def claim(store: RunStore, owner: str = "owner-one") -> Claim:
    """Claim a run, which must be there."""
    claimed = await store.claim(owner)
    assert claimed is not None
    return claimed


async def write(store: RunStore, claimed: Claim, symbols: Sequence[str] | None = None) -> None:
    """Write results of these symbols, by default of all that are missing."""
    for one in claimed.missing:
        if symbols is None or one.symbol in symbols:
            payload = f"{one.symbol} {one.revision}".encode()
            await store.add(claimed.run.id, claimed.token, SymbolResult(one.symbol, one.revision, payload))


async def complete(store: RunStore, new: NewRun) -> Run:
    """Queue the run, compute all of it and end it."""
    await store.put(new)
    claimed = await claim(store)
    assert claimed.run.id == new.id
    await write(store, claimed)
    return await store.finish(new.id, claimed.token, "succeeded")


class RunStoreBehaviours:
    """A subclass has the fixture `store`, which is empty."""

    async def test_a_new_run_is_queued_and_the_same_request_is_the_same_run(self, store: RunStore) -> None:
        new = make_new_run(horizons=[5, 1], symbols=["IBM", "AAPL"])
        run, is_new = await store.put(new)
        assert (is_new, run.state, run.n_symbols, run.n_done, run.failures) == (True, "queued", 2, 0, [])
        assert run.request == new.request
        assert run.created_at.tzinfo is not None
        assert await store.put(new) == (run, False)
        assert (await store.snapshot(new.id)).run == run
        assert await store.runs() == [run]
        assert await store.symbols(new.id) == new.symbols

    async def test_an_unknown_run_is_not_found(self, store: RunStore) -> None:
        for call in (store.snapshot, store.symbols, store.cancel, store.delete, lambda one: store.results(one, [])):
            with pytest.raises(RunNotFound):
                await call(FIRST)

    async def test_of_200_equal_requests_one_is_new(self, store: RunStore) -> None:
        found = await asyncio.gather(*(store.put(make_new_run()) for _ in range(200)), return_exceptions=True)
        answered = [one for one in found if isinstance(one, tuple)]
        refused = [one for one in found if isinstance(one, BaseException)]
        assert sum(is_new for _, is_new in answered) == 1
        assert {type(one).__name__ for one in refused} <= {"Busy", "StoreUnavailable"}
        assert len(await store.runs()) == 1

    async def test_one_run_at_a_time_the_first_first(self, store: RunStore) -> None:
        assert await store.claim("owner-one") is None
        await store.put(make_new_run(SECOND))
        await store.put(make_new_run(FIRST))
        first = await claim(store)
        assert (first.run.id, first.run.state) == (SECOND, "running")
        assert [one.symbol for one in first.missing] == ["AAPL", "IBM", "MSFT"]
        assert await store.claim("owner-one") is None
        assert await store.claim("owner-two") is None
        await write(store, first)
        assert (await store.finish(SECOND, first.token, "succeeded")).state == "succeeded"
        second = await claim(store, "owner-two")
        assert second.run.id == FIRST
        assert second.token > first.token

    async def test_a_run_counts_its_results_once(self, store: RunStore) -> None:
        await store.put(make_new_run())
        claimed = await claim(store)
        for _ in range(2):
            await write(store, claimed, ["AAPL"])
            await store.add(FIRST_ID, claimed.token, SymbolResult("IBM", "r1", reason="It has 3 bars."))
            await store.add(FIRST_ID, claimed.token, SymbolResult("IBM", "r1", b"late"))
        run = (await store.snapshot(FIRST_ID)).run
        assert (run.n_done, run.n_failed, run.n_reused) == (2, 1, 0)
        assert [(one.symbol, one.reason) for one in run.failures] == [("IBM", "It has 3 bars.")]
        found = await store.results(FIRST_ID, claimed.missing)
        assert found == [SymbolResult("AAPL", "r1", b"AAPL r1"), SymbolResult("IBM", "r1", reason="It has 3 bars.")]

    async def test_many_writers_at_once_lose_and_double_nothing(self, store: RunStore) -> None:
        names = [f"S{n}" for n in range(40)]
        await store.put(make_new_run(symbols=names))
        claimed = await claim(store)
        results = [SymbolResult(one.symbol, one.revision, b"x") for one in claimed.missing for _ in range(2)]
        slots = asyncio.Semaphore(8)

        async def add(result: SymbolResult) -> None:
            async with slots:
                await store.add(FIRST_ID, claimed.token, result)

        await asyncio.gather(*map(add, results), store.extend(FIRST_ID, claimed.token))
        assert (await store.snapshot(FIRST_ID)).run.n_done == 40

    async def test_nothing_is_a_success_while_symbols_are_missing(self, store: RunStore) -> None:
        await store.put(make_new_run())
        claimed = await claim(store)
        await write(store, claimed, ["AAPL"])
        with pytest.raises(InvalidRequest):
            await store.finish(FIRST_ID, claimed.token, "succeeded")
        failed = await store.finish(FIRST_ID, claimed.token, "failed", "Out of $memory.")
        assert (failed.state, failed.error, failed.n_done) == ("failed", "Out of $memory.", 1)
        assert failed.ended_at is not None
        assert await store.finish(FIRST_ID, claimed.token, "failed", "Again.") == failed

    async def test_a_failed_run_is_queued_again_keeps_its_results_and_tries_its_failures_again(
        self, store: RunStore
    ) -> None:
        await store.put(make_new_run())
        claimed = await claim(store)
        await write(store, claimed, ["AAPL"])
        await store.add(FIRST_ID, claimed.token, SymbolResult("IBM", "r1", reason="Too short."))
        await store.finish(FIRST_ID, claimed.token, "failed", "An error.")
        again, is_new = await store.put(make_new_run())
        assert (again.state, is_new, again.n_done, again.ended_at, again.error) == ("queued", False, 1, None, None)
        assert (again.n_failed, again.failures) == (0, [])
        resumed = await claim(store)
        assert [one.symbol for one in resumed.missing] == ["IBM", "MSFT"]
        assert (resumed.run.n_done, resumed.run.n_failed, resumed.run.n_reused) == (1, 0, 0)

    async def test_a_run_reuses_what_another_has_computed_but_not_its_failures(self, store: RunStore) -> None:
        await store.put(make_new_run(FIRST))
        claimed = await claim(store)
        await write(store, claimed, ["AAPL", "MSFT"])
        await store.add(FIRST, claimed.token, SymbolResult("IBM", "r1", reason="Too short."))
        await store.finish(FIRST, claimed.token, "succeeded")
        await store.put(make_new_run(SECOND, symbols=["AAPL", "IBM", "TSLA"]))
        second = await claim(store)
        assert [one.symbol for one in second.missing] == ["IBM", "TSLA"]
        assert (second.run.n_done, second.run.n_reused, second.run.symbols_per_second) == (1, 1, None)
        found = await store.results(SECOND, (await store.symbols(SECOND)))
        assert found == [SymbolResult("AAPL", "r1", b"AAPL r1")]

    @pytest.mark.parametrize("change", [{"code": "c2"}, {"revision": "r2"}, {"windows": 30}, {"horizons": [1]}])
    async def test_nothing_of_another_content_is_reused(self, store: RunStore, change: dict[str, object]) -> None:
        await complete(store, make_new_run(FIRST))
        await store.put(make_new_run(SECOND, **change))  # type: ignore[arg-type]
        assert len((await claim(store)).missing) == 3

    async def test_a_run_that_is_removed_takes_its_answers_along(self, store: RunStore) -> None:
        await store.put(make_new_run())
        claimed = await claim(store)
        await write(store, claimed)
        await store.put_answer(FIRST_ID, claimed.token, "leaderboard", 1, b"{}")
        await store.finish(FIRST_ID, claimed.token, "succeeded")
        await store.delete(FIRST_ID)
        assert await store.runs() == []
        with pytest.raises(NoCompleteRun):
            await store.last_answer("leaderboard", 1)
        with pytest.raises(RunNotFound):
            await store.snapshot(FIRST_ID)

    async def test_the_last_answer_is_of_the_last_run_over_all_symbols(self, store: RunStore) -> None:
        with pytest.raises(NoCompleteRun):
            await store.last_answer("screener", 1)
        requests = [make_new_run(FIRST), make_new_run(SECOND, revision="r2")]
        requests += [make_new_run("f" * 16, symbols=["IBM"], revision="r3")]
        requests[2] = requests[2].model_copy(
            update={"request": requests[2].request.model_copy(update={"symbols": ["IBM"]})}
        )
        for new in requests:
            await store.put(new)
            claimed = await claim(store)
            await write(store, claimed)
            await store.put_answer(new.id, claimed.token, "screener", 1, b"draft")
            await store.put_answer(new.id, claimed.token, "screener", 1, new.id.encode() * 70_000)
            await store.finish(new.id, claimed.token, "succeeded")
        first = await store.answer(FIRST, "screener", 1)
        assert (first.run_id, first.body) == (FIRST, FIRST.encode() * 70_000)
        with pytest.raises(NoCompleteRun):
            await store.answer(FIRST, "leaderboard", 1)
        answer = await store.last_answer("screener", 1)
        assert (answer.run_id, answer.body) == (SECOND, SECOND.encode() * 70_000)
        for kind, horizon in (("leaderboard", 1), ("screener", 5)):
            with pytest.raises(NoCompleteRun):
                await store.last_answer(kind, horizon)  # type: ignore[arg-type]

    async def test_a_last_run_without_an_answer_is_not_taken_for_no_run(self, store: RunStore) -> None:
        older = make_new_run(SECOND, horizons=[20])
        await store.put(older)
        claimed = await claim(store)
        await write(store, claimed)
        await store.put_answer(SECOND, claimed.token, "leaderboard", 20, b"older")
        await store.finish(SECOND, claimed.token, "succeeded")
        await complete(store, make_new_run(FIRST, horizons=[20], windows=100))
        with pytest.raises(NoCompleteRun, match=f"The run {FIRST} has no leaderboard at a horizon of 20"):
            await store.last_answer("leaderboard", 20)

    async def test_results_stay_as_long_as_a_run_needs_them(self, store: RunStore) -> None:
        await complete(store, make_new_run(FIRST))
        await complete(store, make_new_run(SECOND, symbols=["AAPL", "IBM", "TSLA"]))
        await store.delete(FIRST)
        assert await store.clean() == 1
        found = await store.results(SECOND, await store.symbols(SECOND))
        assert [one.symbol for one in found] == ["AAPL", "IBM", "TSLA"]
        await store.put(make_new_run(FIRST))
        assert [one.symbol for one in (await claim(store)).missing] == ["MSFT"]

    async def test_no_result_outlives_the_last_run(self, store: RunStore) -> None:
        await complete(store, make_new_run(FIRST))
        await store.delete(FIRST)
        assert await store.clean() == 3
        assert await store.clean() == 0
