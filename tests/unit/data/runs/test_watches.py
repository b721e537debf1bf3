"""Those who watch a run hear of every error of the store, whatever it is, and go on when it is over."""

from dataclasses import dataclass

import pytest

from services.data.runs.ports import RunSnapshot
from services.data.runs.watches import RunWatches
from tests.support.data.run_stores import FakeRunStore, make_new_run

RUN_ID = make_new_run().id


@dataclass
class BrokenStore(FakeRunStore):
    """Cannot read its documents while `error` is set."""

    error: Exception | None = None

    async def snapshot(self, run_id: str) -> RunSnapshot:
        if self.error is not None:
            raise self.error
        return await super().snapshot(run_id)


async def test_an_unexpected_error_ends_the_wait_for_the_first_state() -> None:
    async with RunWatches(BrokenStore(error=ValueError("bad document")), poll_seconds=0.01).watch(RUN_ID) as watch:
        with pytest.raises(ValueError, match="bad document"):
            await watch.first()


async def test_after_an_unexpected_error_the_run_is_still_polled() -> None:
    store = BrokenStore()
    await store.put(make_new_run())
    async with RunWatches(store, poll_seconds=0.01).watch(RUN_ID) as watch:
        assert (await watch.first()).run.state == "queued"
        store.error = ValueError("bad document")
        await watch.wait(60)
        assert (await watch.first()).run.state == "queued"
        store.error = None
        await store.cancel(RUN_ID)
        while (await watch.first()).run.state == "queued":
            await watch.wait(60)
    assert watch.latest is not None
    assert watch.latest.run.state == "cancelled"
