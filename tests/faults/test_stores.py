"""A: the cache or the store is killed, hangs, or steps down."""

import asyncio
import signal
import time

import httpx
import pytest

from tests.support.faults.client import Answer, Request
from tests.support.faults.ledger import Ledger
from tests.support.faults.load import between, check_errors, named, paced, quantile, statuses
from tests.support.faults.stack import SYMBOLS, FaultStack, random_bars, readiness, stopped
from tests.support.faults.table import Figures
from tests.support.polling import until, wait_until
from tests.support.resources import metric, usage
from tests.support.servers.processes import mongo_client
from tests.support.servers.readiness import ensure_primary

RATE = 15  # requests a second: far below what two cores can do
CACHED, UNCACHED = SYMBOLS[:4], SYMBOLS[4:]


def _bars(symbol: str) -> Request:
    return Request(f"/api/stocks/{symbol}/bars?start=2014-06-01", name="cached")


async def _read(stack: FaultStack, number: int) -> Answer:
    """Mix what the cache holds with what only the store knows."""
    if number % 3:
        return await stack.ask(_bars(CACHED[number % len(CACHED)]))
    return await stack.ask(Request(f"/api/stocks/{UNCACHED[number % len(UNCACHED)]}", name="uncached"))


async def _fill_cache(stack: FaultStack) -> dict[str, bytes]:
    return {symbol: (await stack.ask(_bars(symbol))).body for symbol in CACHED}


async def _forget_uncached(stack: FaultStack) -> None:
    """Load them anew, so that the data service remembers nothing of them from earlier reads."""
    for seed, symbol in enumerate(SYMBOLS):
        if symbol in UNCACHED:
            assert (await stack.put(symbol, random_bars(seed))).status == 200


@pytest.mark.scenario("A1")
async def test_a_cache_that_is_killed_costs_no_answer(stack: FaultStack, figures: Figures) -> None:
    right, valkey = await _fill_cache(stack), stack.servers.valkey
    async with asyncio.TaskGroup() as tasks:
        load = tasks.create_task(paced(lambda number: _read(stack, number), RATE, 7))
        await asyncio.sleep(2)
        await asyncio.to_thread(valkey.stop, signal.SIGKILL)
        await asyncio.sleep(2)
        await asyncio.to_thread(valkey.start)
    figures.note(f"statuses {statuses(load.result())}")
    assert set(statuses(load.result())) == {200}
    cached = named(load.result(), "cached")
    assert {answer.body for answer in cached} <= set(right.values())
    n_hits = metric(stack.servers.data, "cache_requests_total", outcome="hit")

    def is_used_again() -> bool:
        httpx.get(f"{stack.servers.url}{_bars(CACHED[0]).path}", timeout=60)
        return metric(stack.servers.data, "cache_requests_total", outcome="hit") > n_hits + 1

    await asyncio.to_thread(until, is_used_again)


@pytest.mark.scenario("A2")
async def test_a_cache_that_hangs_costs_no_answer_and_little_time(stack: FaultStack, figures: Figures) -> None:
    await _fill_cache(stack)
    before = await paced(lambda number: _read(stack, number), RATE, 3)
    with stopped(stack.servers.valkey):
        during = await paced(lambda number: _read(stack, number), RATE, 6)
    figures.note(f"statuses {statuses(during)}")
    assert set(statuses(before + during)) == {200}
    figures.within("p95 more", quantile(during, 0.95) - quantile(before, 0.95), 0.15)


async def _store_is_gone(stack: FaultStack, figures: Figures, since: float) -> list[Answer]:
    """Read while the store is gone, and judge the answers."""
    during = await paced(lambda number: _read(stack, number), RATE, 7)
    cached, uncached = named(during, "cached"), named(during, "uncached")
    figures.note(f"cached {statuses(cached)}, uncached {statuses(uncached)}")
    check_errors(during)
    assert set(statuses(cached)) == {200}
    assert set(statuses(uncached)) == {503}
    assert await readiness(stack.servers.data) == (200, 503)
    figures.within("uncached at most", quantile(uncached, 1), 2.5)
    late = between(uncached, since + 4)
    figures.within("once open p50", quantile(late, 0.5), 0.05)
    return during


@pytest.mark.scenario("A3")
async def test_a_store_that_is_killed_and_back(stack: FaultStack, figures: Figures) -> None:
    ledger, mongod = Ledger(stack, "ACKED"), stack.servers.mongod
    await _forget_uncached(stack)
    await _fill_cache(stack)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(ledger.write())
        await asyncio.sleep(2)
        await asyncio.to_thread(mongod.stop, signal.SIGKILL)
        try:
            await _store_is_gone(stack, figures, time.monotonic())
        finally:
            await asyncio.to_thread(mongod.start)
            await asyncio.to_thread(ensure_primary, mongod.port)
            figures.within("healthy again", await asyncio.to_thread(stack.wait_until_healthy), 10)
            ledger.stop()
    check_errors(ledger.answers)
    figures.note(await ledger.check())


@pytest.mark.scenario("A4")
async def test_a_store_that_hangs(stack: FaultStack, figures: Figures) -> None:
    await _forget_uncached(stack)
    await _fill_cache(stack)
    before = usage(stack.servers.data)
    with stopped(stack.servers.mongod):
        await _store_is_gone(stack, figures, time.monotonic())
        after = usage(stack.servers.data)
    figures.at_most("threads more", after.n_threads - before.n_threads, 32)  # maxPoolSize
    figures.at_most("descriptors more", after.n_descriptors - before.n_descriptors, 32)


@pytest.mark.scenario("A9")
async def test_a_store_that_steps_down_loses_and_doubles_nothing(stack: FaultStack, figures: Figures) -> None:
    ledger = Ledger(stack, "STEPPED")
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(ledger.write(0.05))
        await asyncio.sleep(2)
        with mongo_client(stack.servers.mongo_url) as client:
            client.admin.command("replSetStepDown", 5, force=True)
        n_before = len(ledger.acknowledged)
        await wait_until(lambda: len(ledger.acknowledged) >= n_before + 10)
        ledger.stop()
    check_errors(ledger.answers)
    figures.note(f"statuses {statuses(ledger.answers)}")
    assert set(statuses(ledger.answers)) <= {200, 503}
    assert ledger.answers[-1].status == 200
    figures.note(await ledger.check())
