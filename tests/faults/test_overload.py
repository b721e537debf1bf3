"""B: more work than can be done, callers that leave, and callers that never finish asking."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psutil
import pytest

from services.data.mongo.connection import MAX_CALLS, N_OTHER_CONNECTIONS
from tests.support.faults.client import Answer, Request, ask
from tests.support.faults.load import check_errors, closed_loops, paced, quantile, statuses, volley
from tests.support.faults.stack import SYMBOLS, FaultStack, stopped
from tests.support.faults.table import Figures
from tests.support.polling import until
from tests.support.resources import metric, process_of, usage

BARS = "/api/stocks/{}/bars?start=2010-03-01&end=2010-04-01"
N_STAMPEDE = 300
MAX_POOL_SIZE = MAX_CALLS + N_OTHER_CONNECTIONS


@asynccontextmanager
async def probing(stack: FaultStack, pause: float = 0.25) -> AsyncIterator[list[Answer]]:
    """Probe all three services during the block."""
    servers = (stack.servers.gateway, stack.servers.data, stack.servers.prediction)
    answers: list[Answer] = []
    is_over = asyncio.Event()

    async def probe() -> None:
        while not is_over.is_set():
            answers.extend(
                await asyncio.gather(*(ask(server.port, Request("/healthz", name=server.name)) for server in servers))
            )
            await asyncio.sleep(pause)

    task = asyncio.create_task(probe())
    try:
        yield answers
    finally:
        is_over.set()
        await task


@pytest.mark.scenario("B5")
async def test_a_stampede_on_a_cold_key_is_one_computation(stack: FaultStack, figures: Figures) -> None:
    prediction, data = stack.servers.prediction, stack.servers.data
    await asyncio.to_thread(stack.forget_cached)
    n_before = (
        metric(prediction, "computation_duration_seconds_count"),
        metric(data, "cache_requests_total", outcome="miss"),
    )
    answers = await volley(lambda _: stack.ask("/api/stocks/CH07/result"), N_STAMPEDE)
    figures.note(f"statuses {statuses(answers)}")
    figures.at_most("computations", metric(prediction, "computation_duration_seconds_count") - n_before[0], 2)
    figures.at_most("cache misses", metric(data, "cache_requests_total", outcome="miss") - n_before[1], 1)
    check_errors(answers)
    assert len({answer.body for answer in answers if answer.status == 200}) == 1
    assert set(statuses(answers)) == {200}


def _reads_of_the_store(stack: FaultStack) -> float:
    name = "mongo_command_duration_seconds_count"
    return sum(metric(stack.servers.data, name, command=command) for command in ("find", "aggregate"))


@pytest.mark.scenario("B6")
async def test_a_hot_key_that_expires_is_read_once(stack: FaultStack, figures: Figures) -> None:
    async def hot(_: int) -> Answer:
        return await stack.ask(BARS.format("CH05"))

    async def reads(n_expiries: int) -> tuple[float, list[Answer]]:
        before = _reads_of_the_store(stack)
        async with asyncio.TaskGroup() as tasks:
            load = tasks.create_task(paced(hot, 25, 4))
            for _ in range(n_expiries):
                await asyncio.sleep(1)
                await asyncio.to_thread(stack.forget_cached, "CH05")
        return _reads_of_the_store(stack) - before, load.result()

    await hot(0)
    n_idle, before = await reads(0)
    await asyncio.to_thread(stack.forget_cached, "CH05")
    at_first = _reads_of_the_store(stack)
    await hot(0)
    n_one = _reads_of_the_store(stack) - at_first
    n_during, during = await reads(3)
    assert set(statuses(before + during)) == {200}
    figures.at_most("reads per expiry", (n_during - n_idle) / (3 * max(1, n_one)), 1)
    figures.within("p99 more", quantile(during, 0.99) - 2 * quantile(before, 0.99), 0.05)


def _connections(stack: FaultStack) -> int:
    """Count the data service's connections to the store."""
    found = process_of(stack.servers.data).net_connections("tcp")
    return sum(bool(one.raddr) and one.raddr.port == stack.servers.mongod.port for one in found)


@pytest.mark.scenario("B7")
async def test_slow_reads_beyond_the_pool_are_refused_and_nothing_is_left(stack: FaultStack, figures: Figures) -> None:
    """Reads of different bars: callers of the same ones share a read, which may take its whole time."""

    async def one(number: int) -> Answer:
        return await stack.ask(f"/api/stocks/{SYMBOLS[number % 20]}/bars?start=2010-03-{1 + number // 20:02}")

    await asyncio.to_thread(stack.forget_cached)
    with stack.slow_finds(1.5):
        answers = await volley(one, 10 * MAX_POOL_SIZE)
    check_errors(answers)
    figures.note(f"statuses {statuses(answers)}")
    assert set(statuses(answers)) <= {200, 503, 504}
    refused = [answer for answer in answers if answer.status == 503]
    assert refused, "no read was refused"
    figures.within("refused p50", quantile(refused, 0.5), 1)
    figures.at_most("connections", _connections(stack), MAX_POOL_SIZE + 4)  # and those that monitor
    await asyncio.to_thread(stack.wait_until_healthy)
    assert set(statuses([await stack.ask(f"/api/stocks/{symbol}") for symbol in SYMBOLS])) == {200}
    figures.at_most("left in progress", metric(stack.servers.data, "http_requests_in_progress"), 0)


@pytest.mark.scenario("B8")
async def test_overload_is_shed_and_the_rest_served(stack: FaultStack, figures: Figures) -> None:
    """Computations: of what costs less, these clients cannot send ten times as much as is answered."""

    async def one(number: int) -> Answer:
        return await stack.ask(f"/api/stocks/{SYMBOLS[number % 20]}/evaluation?horizon={1 + number // 20 % 20}")

    await closed_loops(one, 8, 1)
    capacity = len(await closed_loops(one, 8, 5)) / 5
    async with probing(stack) as probes:
        began_at = time.monotonic()
        answers = await paced(one, 10 * capacity, 30, max_open=1000)
    served = [answer for answer in answers if answer.status == 200]
    refused = [answer for answer in answers if answer.status in (429, 503)]
    in_time = [answer for answer in served if answer.sent_at + answer.seconds < began_at + 30]
    figures.note(f"capacity {capacity:.0f}/s, offered {len(answers) / 30:.0f}/s, statuses {statuses(answers)}")
    figures.within("probes at most", quantile(probes, 1), 1)
    check_errors(answers + probes)
    assert refused, "nothing was shed"
    figures.within("refusals p95", quantile(refused, 0.95), 0.1)
    figures.within("answers p95", quantile(served, 0.95), 8.5)
    if figures.measures:
        figures.at_least("goodput", len(in_time) / 30 / capacity, 0.85)


@pytest.mark.scenario("B9")
async def test_health_is_answered_while_every_core_computes(stack: FaultStack, figures: Figures) -> None:
    async def one(number: int) -> Answer:
        return await stack.ask(f"/api/stocks/{SYMBOLS[number % 20]}/evaluation?horizon={1 + number % 20}")

    async with probing(stack, pause=0.1) as probes:
        answers = await closed_loops(one, 8, 8)
    check_errors(answers + probes)
    figures.note(f"evaluations {statuses(answers)}")
    assert set(statuses(probes)) == {200}
    figures.within("livez p99", quantile(probes, 0.99), 0.2)


async def _leave(stack: FaultStack, number: int) -> None:
    kinds = ("evaluation?horizon={}", "bars?adjusted=true&start=2010-01-{:02}", "forecast?horizon={}")
    path = f"/api/stocks/{SYMBOLS[number % 20]}/{kinds[number % 3].format(1 + number % 20)}"
    _, writer = await asyncio.open_connection("127.0.0.1", stack.port)
    writer.write(Request(path).encode())
    await asyncio.sleep(0.1)
    writer.transport.abort()


@pytest.mark.scenario("B10")
async def test_callers_that_leave_take_their_work_with_them(stack: FaultStack, figures: Figures) -> None:
    services = (stack.servers.gateway, stack.servers.data, stack.servers.prediction)
    prediction = stack.servers.prediction
    await volley(lambda n: stack.ask(BARS.format(SYMBOLS[n])), 20)
    await asyncio.sleep(6)  # connections between the services are kept for 4 s
    before = [usage(server).n_descriptors for server in services]
    for first in range(0, 500, 25):
        await asyncio.gather(*(_leave(stack, first + number) for number in range(25)))
    left_at = time.monotonic()
    await asyncio.to_thread(until, lambda: metric(prediction, "worker_queue_depth") == 0)
    figures.within("queue empty after", time.monotonic() - left_at, 1)
    await asyncio.to_thread(until, lambda: metric(stack.servers.gateway, "http_requests_in_progress") == 0)
    await asyncio.sleep(6)
    after = [usage(server).n_descriptors for server in services]
    figures.at_most("descriptors more", max(now - then for now, then in zip(after, before, strict=True)), 0)


def _workers(stack: FaultStack) -> list[psutil.Process]:
    service = process_of(stack.servers.prediction)  # its own children are the fork server and a tracker
    return [child for child in service.children(recursive=True) if child.ppid() != service.pid]


@pytest.mark.scenario("workers")
async def test_a_worker_that_is_killed_takes_only_its_calls_along(stack: FaultStack, figures: Figures) -> None:
    async def one(number: int) -> Answer:
        return await stack.ask(f"/api/stocks/{SYMBOLS[number % 20]}/evaluation?horizon={1 + number % 20}")

    async with asyncio.TaskGroup() as tasks:
        load = tasks.create_task(closed_loops(one, 4, 6))
        await asyncio.sleep(2)
        _workers(stack)[0].kill()
    check_errors(load.result())
    figures.note(f"one killed: {statuses(load.result())}")
    figures.at_most("failed", sum(answer.status != 200 for answer in load.result()), 1)


@pytest.mark.scenario("workers")
async def test_without_a_worker_calls_are_refused_at_once(stack: FaultStack, figures: Figures) -> None:
    for worker in _workers(stack):
        worker.kill()
    answers = await closed_loops(lambda n: stack.ask(f"/api/stocks/CH{n % 20:02}/evaluation?horizon=19"), 4, 0.5)
    await asyncio.to_thread(stack.wait_until_healthy)
    again = [await stack.ask("/api/stocks/CH01/evaluation?horizon=18") for _ in range(3)]
    check_errors(answers)
    figures.note(f"both killed: {statuses(answers)}, then {statuses(again)}")
    assert set(statuses(again)) == {200}
    assert set(statuses(answers)) <= {200, 503}
    refused = [answer for answer in answers if answer.status == 503]
    assert refused, "no caller came before another process was ready"
    figures.within("refused p95", quantile(refused, 0.95), 0.05)


@pytest.mark.parametrize(
    "n_callers",
    [pytest.param(n, marks=pytest.mark.scenario(f"hiccup {n}")) for n in (300, 1000)],
)
async def test_after_a_hiccup_of_an_upstream_all_is_as_before(
    stack: FaultStack, figures: Figures, n_callers: int
) -> None:
    gateway = stack.servers.gateway
    answered: list[dict[int, int]] = []
    for _ in range(10):
        with stopped(stack.servers.data):
            calls = asyncio.gather(*(stack.ask(BARS.format(SYMBOLS[n % 20])) for n in range(n_callers)))
            await asyncio.sleep(5)
        await asyncio.sleep(2)
        answered.append(statuses([await stack.ask(BARS.format(symbol)) for symbol in SYMBOLS[:10]]))
        check_errors(await calls)
    as_before = sum(one == {200: 10} for one in answered)
    figures.note(f"statuses of ten requests 2 s later: {answered}")
    figures.at_least("hiccups without a trace", as_before, 10)
    in_use = metric(gateway, "upstream_connections", state="in_use")
    figures.at_most("connections in use at rest", in_use, 3)  # the feed; the scrape asks both for their health
    figures.at_most("connections lost", metric(gateway, "upstream_connections", state="lost"), 0)
