"""The contract of a RunStore about owners: leases, tokens and cancelling, for the fake and the real one."""

from collections.abc import Awaitable, Callable

import pytest

from services.data.runs.ports import RunStore, SymbolResult
from shared.errors import NotTheOwner, RunActive
from tests.support.data.run_behaviours import FIRST, FIRST_ID, SECOND, claim, complete, write
from tests.support.data.run_stores import make_new_run

EndLease = Callable[[], Awaitable[None]]


class RunLeaseBehaviours:
    """A subclass has the fixtures `store`, which is empty, and `end_lease`, which lets the lease end by its clock."""

    async def test_an_owner_that_is_lost_is_replaced_and_can_write_nothing_more(
        self, store: RunStore, end_lease: EndLease
    ) -> None:
        await store.put(make_new_run(FIRST))
        await store.put(make_new_run(SECOND))
        old = await claim(store, "owner-one")
        await write(store, old, ["AAPL"])
        before = await store.snapshot(FIRST)
        await end_lease()
        after = await store.snapshot(FIRST)
        assert (after.run.state, after.run.symbols_per_second) == ("interrupted", None)
        assert after.event_id > before.event_id
        new = await claim(store, "owner-two")
        assert (new.run.id, [one.symbol for one in new.missing]) == (FIRST, ["IBM", "MSFT"])
        assert new.token > old.token
        for call in (
            lambda: store.add(FIRST, old.token, SymbolResult("IBM", "r1", b"old")),
            lambda: store.add(FIRST, old.token, SymbolResult("AAPL", "r1", b"old")),
            lambda: store.extend(FIRST, old.token),
            lambda: store.put_answer(FIRST, old.token, "screener", 1, b"old"),
            lambda: store.finish(FIRST, old.token, "failed", "Old."),
        ):
            with pytest.raises(NotTheOwner):
                await call()
        assert (await store.snapshot(FIRST)).run.n_done == 1
        await write(store, new)
        assert (await store.finish(FIRST, new.token, "succeeded")).n_done == 3

    async def test_an_owner_that_was_only_slow_goes_on(self, store: RunStore, end_lease: EndLease) -> None:
        await store.put(make_new_run())
        claimed = await claim(store)
        await end_lease()
        await write(store, claimed, ["AAPL"])
        assert not (await store.extend(FIRST_ID, claimed.token)).is_cancelling
        assert (await store.snapshot(FIRST_ID)).run.state == "running"
        assert await store.claim("owner-two") is None

    async def test_an_owner_may_give_a_run_back(self, store: RunStore) -> None:
        await store.put(make_new_run())
        old = await claim(store)
        assert (await store.finish(FIRST_ID, old.token, "interrupted")).state == "interrupted"
        assert (await claim(store, "owner-two")).token > old.token

    async def test_a_queued_run_is_cancelled_at_once(self, store: RunStore) -> None:
        await store.put(make_new_run())
        run = await store.cancel(FIRST_ID)
        assert (run.state, run.ended_at is None) == ("cancelled", False)
        assert await store.cancel(FIRST_ID) == run
        assert await store.claim("owner-one") is None
        assert (await store.put(make_new_run()))[0].state == "queued"

    async def test_the_owner_of_a_running_run_is_told_to_cancel(self, store: RunStore) -> None:
        await store.put(make_new_run())
        claimed = await claim(store)
        assert (await store.cancel(FIRST_ID)).state == "cancelling"
        assert (await store.extend(FIRST_ID, claimed.token)).is_cancelling
        assert (await store.add(FIRST_ID, claimed.token, SymbolResult("IBM", "r1", b"x"))).is_cancelling
        with pytest.raises(RunActive):
            await store.delete(FIRST_ID)
        run = await store.finish(FIRST_ID, claimed.token, "cancelled")
        assert (run.state, run.n_done) == ("cancelled", 1)
        with pytest.raises(NotTheOwner):
            await write(store, claimed)

    async def test_a_run_that_is_cancelled_without_an_owner_has_ended(
        self, store: RunStore, end_lease: EndLease
    ) -> None:
        await store.put(make_new_run(FIRST))
        old = await claim(store)
        await store.cancel(FIRST)
        await end_lease()
        run = (await store.snapshot(FIRST)).run
        assert (run.state, run.ended_at is None) == ("cancelled", False)
        assert await store.claim("owner-two") is None
        assert (await store.put(make_new_run(FIRST)))[0].state == "queued"
        with pytest.raises(NotTheOwner):
            await store.extend(FIRST, old.token)

    async def test_an_interrupted_run_is_cancelled_at_once(self, store: RunStore, end_lease: EndLease) -> None:
        await store.put(make_new_run())
        old = await claim(store)
        await end_lease()
        assert (await store.cancel(FIRST_ID)).state == "cancelled"
        with pytest.raises(NotTheOwner):
            await store.extend(FIRST_ID, old.token)
        assert await store.claim("owner-two") is None

    async def test_nothing_is_cleaned_while_a_run_is_computed(self, store: RunStore, end_lease: EndLease) -> None:
        await complete(store, make_new_run(FIRST))
        await store.put(make_new_run(SECOND, code="c2"))
        claimed = await claim(store)
        await write(store, claimed, ["IBM"])
        await store.delete(FIRST)
        assert await store.clean() is None
        await end_lease()
        assert await store.clean() == 3
        resumed = await claim(store)
        assert [one.symbol for one in resumed.missing] == ["AAPL", "MSFT"]

    async def test_activity_counts_the_runs_by_state(self, store: RunStore, end_lease: EndLease) -> None:
        assert set((await store.activity()).n_by_state.values()) == {0}
        assert (await store.activity()).progress_age_seconds == 0
        await store.put(make_new_run(FIRST))
        await store.put(make_new_run(SECOND))
        assert (await store.activity()).n_by_state["queued"] == 2
        await claim(store)
        await end_lease()
        activity = await store.activity()
        assert (activity.n_by_state["queued"], activity.n_by_state["interrupted"]) == (1, 1)
        assert activity.progress_age_seconds >= 0
