"""Who claims runs, and what happens to the processes that compute them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from services.prediction.runs.keeper import MAX_CRASHES, Keeper
from shared.schemas.runs import Claim
from tests.support.polling import wait_until
from tests.support.prediction.runs import FakeRunStore, make_new_run


class Children:
    """Computes claims as a child process would: ends the run, or dies."""

    def __init__(self, store: FakeRunStore, n_deaths: int = 0) -> None:
        self.claims: list[Claim] = []
        self._store = store
        self._n_deaths = n_deaths

    async def compute(self, claim: Claim) -> bool:
        self.claims.append(claim)
        if len(self.claims) <= self._n_deaths:
            return False
        await self._store.finish(run_id=claim.run.id, token=claim.token, state="succeeded")
        return True


@asynccontextmanager
async def _keeping(store: FakeRunStore, children: Children, **options: Any) -> AsyncIterator[asyncio.Event]:
    queued = asyncio.Event()
    task = asyncio.create_task(Keeper(store, children.compute, queued, **options).keep())
    try:
        yield queued
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_queued_run_is_computed_and_then_there_is_nothing_to_do() -> None:
    store = FakeRunStore(new=make_new_run(["A"]))
    children = Children(store)
    async with _keeping(store, children):
        await wait_until(lambda: store.ended == ("succeeded", None) and len(store.owners) >= 2)
    assert [claim.token for claim in children.claims] == [1]
    assert len(set(store.owners)) == 1


async def test_a_run_that_was_queued_here_is_claimed_at_once() -> None:
    store = FakeRunStore()
    children = Children(store)
    async with _keeping(store, children, poll_seconds=(3600, 3600)) as queued:
        await wait_until(lambda: len(store.owners) == 1)
        store.new = make_new_run(["A"])
        queued.set()
        await wait_until(lambda: store.ended == ("succeeded", None))


async def test_a_run_that_is_queued_during_a_claim_is_claimed_next() -> None:
    class Slow(FakeRunStore):
        async def claim(self, *, owner: str) -> Claim | None:
            claim = await super().claim(owner=owner)
            if len(self.owners) == 1:
                self.new = make_new_run(["A"])
                queued.set()
            return claim

    store = Slow()
    async with _keeping(store, Children(store), poll_seconds=(3600, 3600)) as queued:
        await wait_until(lambda: store.ended == ("succeeded", None))


async def test_a_process_that_dies_hands_the_run_over_at_once() -> None:
    store = FakeRunStore(new=make_new_run(["A"]))
    children = Children(store, n_deaths=1)
    async with _keeping(store, children):
        await wait_until(lambda: store.ended == ("succeeded", None))
    assert [claim.token for claim in children.claims] == [1, 2]


async def test_a_run_that_ends_its_process_again_and_again_fails_with_a_reason() -> None:
    store = FakeRunStore(new=make_new_run(["A"]))
    children = Children(store, n_deaths=99)
    async with _keeping(store, children):
        await wait_until(lambda: store.ended is not None and store.ended[0] == "failed")
    assert len(children.claims) == MAX_CRASHES
    assert store.ended is not None
    assert "died 3 times, most likely for lack of memory" in (store.ended[1] or "")


async def test_a_store_that_is_away_is_asked_again() -> None:
    store = FakeRunStore(new=make_new_run(["A"]), is_down=True)
    children = Children(store)
    async with _keeping(store, children):
        await asyncio.sleep(0)
        store.is_down = False
        await wait_until(lambda: store.ended == ("succeeded", None))
