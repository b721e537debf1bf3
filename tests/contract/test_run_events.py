"""The events of a run through the gateway and the data service, on real servers, because a stream stays open."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from services.data.runs.ports import SymbolResult
from shared.web.admission import MAX_STREAMS
from tests.support.data.run_events import (
    PATH,
    RUN_ID,
    Stack,
    check_reconnect,
    count_open_files,
    event_stack,
    open_client,
    watching,
)
from tests.support.polling import wait_until


@pytest.fixture
async def stack() -> AsyncIterator[Stack]:
    async with event_stack() as stack:
        yield stack


@pytest.fixture
async def http(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    async with open_client(stack.port) as client:
        yield client


async def test_no_proxy_should_buffer_the_stream_or_keep_it(http: httpx.AsyncClient) -> None:
    async with http.stream("GET", PATH) as response:
        assert (response.headers["X-Accel-Buffering"], response.headers["Cache-Control"]) == ("no", "no-cache")


async def test_the_run_comes_at_once_and_then_what_changes_until_it_has_ended(
    stack: Stack, http: httpx.AsyncClient
) -> None:
    async with asyncio.timeout(60), watching(http) as events:
        first = await anext(events)
        assert first.run["state"] == "queued"
        claimed = await stack.store.claim("owner-one")
        assert claimed is not None
        assert (await anext(events)).run["state"] == "running"
        for one in claimed.missing:
            await stack.store.add(RUN_ID, claimed.token, SymbolResult(one.symbol, one.revision, b"x"))
        assert (await anext(events)).run["n_done"] == 3
        await stack.store.finish(RUN_ID, claimed.token, "succeeded")
        rest = [event async for event in events]
    assert [event.run["state"] for event in rest] == ["succeeded"]
    assert rest[0].id > first.id


async def test_a_reconnect_continues_and_gets_no_event_twice(stack: Stack, http: httpx.AsyncClient) -> None:
    async with asyncio.timeout(60):
        await check_reconnect(stack, http)


async def test_a_lease_that_ends_is_an_event_although_no_one_writes(stack: Stack, http: httpx.AsyncClient) -> None:
    passed = timedelta()
    stack.store.now = lambda: datetime.now(UTC) + passed
    await stack.store.claim("owner-one")
    async with asyncio.timeout(60), watching(http) as events:
        before = await anext(events)
        passed = timedelta(seconds=60)
        after = await anext(events)
    assert (before.run["state"], after.run["state"]) == ("running", "interrupted")
    assert after.id > before.id


async def test_an_unknown_run_is_a_problem_and_no_stream(stack: Stack, http: httpx.AsyncClient) -> None:
    response = await http.get(f"/api/runs/{'f' * 16}/events")
    assert (response.status_code, response.json()["type"]) == (404, "/problems/run-not-found")
    stack.store.is_down = True
    response = await http.get(PATH)
    assert (response.status_code, response.json()["type"]) == (503, "/problems/store-unavailable")


@pytest.mark.parametrize("which", ["gateway", "data"])
async def test_streams_end_when_a_service_is_stopping(stack: Stack, http: httpx.AsyncClient, which: str) -> None:
    async with asyncio.timeout(60), watching(http) as events:
        await anext(events)
        getattr(stack, which).state.draining.is_on = True
        assert [event async for event in events] == []


async def test_100_watchers_are_one_poll_and_leave_nothing_behind(stack: Stack, http: httpx.AsyncClient) -> None:
    await http.get(f"/api/runs/{RUN_ID}")
    n_before, n_reads = count_open_files(), stack.store.n_reads
    async with asyncio.timeout(300), AsyncExitStack() as all_of_them:
        streams = [await all_of_them.enter_async_context(watching(http)) for _ in range(100)]
        firsts = await asyncio.gather(*(anext(stream) for stream in streams))
        assert {event.run["state"] for event in firsts} == {"queued"}
        assert stack.n_polled == 1
        await stack.store.cancel(RUN_ID)
        n_polls_before = stack.store.n_reads
        seconds = await asyncio.gather(*(anext(stream) for stream in streams))
        assert {event.run["state"] for event in seconds} == {"cancelled"}
        assert {event.id for event in seconds} == {seconds[0].id}
        assert stack.store.n_reads - n_polls_before < 10
    await wait_until(lambda: stack.n_polled == 0)
    await wait_until(lambda: count_open_files() <= n_before + 2)  # of the pools' kept-alive connections
    n_reads = stack.store.n_reads
    await asyncio.sleep(1.5)
    assert stack.store.n_reads == n_reads


async def test_watchers_that_leave_while_the_run_goes_on_leave_nothing_behind(
    stack: Stack, http: httpx.AsyncClient
) -> None:
    await http.get(f"/api/runs/{RUN_ID}")
    n_before = count_open_files()
    async with asyncio.timeout(300), AsyncExitStack() as all_of_them:
        streams = [await all_of_them.enter_async_context(watching(http)) for _ in range(20)]
        await asyncio.gather(*(anext(stream) for stream in streams))
        assert stack.n_polled == 1
    await wait_until(lambda: stack.n_polled == 0)
    await wait_until(lambda: count_open_files() <= n_before + 2)  # of the pools' kept-alive connections


async def test_head_ends_while_the_run_goes_on(stack: Stack, http: httpx.AsyncClient) -> None:
    async with asyncio.timeout(60):
        head = await http.head(PATH)
        assert (head.status_code, head.headers["Content-Type"]) == (200, "text/event-stream; charset=utf-8")
        assert (await http.get(f"/api/runs/{RUN_ID}")).json()["state"] == "queued"
    await wait_until(lambda: stack.n_polled == 0)


async def test_watchers_take_no_place_of_others_and_are_bounded(stack: Stack, http: httpx.AsyncClient) -> None:
    async with asyncio.timeout(300), AsyncExitStack() as all_of_them:
        for _ in range(MAX_STREAMS):
            await all_of_them.enter_async_context(watching(http))
        refused = await http.get(PATH)
        assert (refused.status_code, refused.json()["type"]) == (503, "/problems/busy")
        assert "200 callers" in refused.json()["detail"]
        assert (await http.head(PATH)).status_code == 503
        assert "http_requests_shed_total 2.0" in (await http.get("/api/metrics")).text
        assert stack.gateway.state.admission.n_in_flight == 0
        assert (await http.get(f"/api/runs/{RUN_ID}")).status_code == 200
