"""The events of a run as a browser gets them: through the page's real nginx, from the gateway and the data service."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest

from tests.support.data.run_events import (
    RUN_ID,
    Stack,
    check_reconnect,
    count_open_files,
    event_stack,
    open_client,
    watching,
)
from tests.support.deploy.page_server import page_server
from tests.support.polling import wait_until
from tests.support.servers.processes import Server, running

AT_ONCE_SECONDS = 10.0  # on a busy machine
N_WATCHERS = 100


@pytest.fixture
async def stack() -> AsyncIterator[Stack]:
    async with event_stack() as stack:
        yield stack


@pytest.fixture
async def nginx(stack: Stack, tmp_path: Path) -> AsyncIterator[Server]:
    with running(page_server(tmp_path, tmp_path, stack.port)) as server:
        async with open_client(server.port) as http:
            await asyncio.to_thread(server.wait_until, lambda: httpx.get(f"{http.base_url}/healthz").is_success)
        yield server


async def test_the_first_event_comes_at_once_and_the_next_one_when_the_run_changes(stack: Stack, nginx: Server) -> None:
    async with asyncio.timeout(60), open_client(nginx.port) as http:
        began = time.monotonic()
        async with watching(http) as events:
            first = await anext(events)
            assert time.monotonic() - began < AT_ONCE_SECONDS
            began = time.monotonic()
            await stack.store.claim("owner-one")  # unlike a cancel, it leaves the stream open
            assert (await anext(events)).run["state"] == "running"
            assert time.monotonic() - began < AT_ONCE_SECONDS
        assert first.run["state"] == "queued"


async def test_a_reconnect_continues_and_gets_no_event_twice(stack: Stack, nginx: Server) -> None:
    async with asyncio.timeout(60), open_client(nginx.port) as http:
        await check_reconnect(stack, http)


async def test_nothing_is_left_of_100_watchers_once_they_have_closed(stack: Stack, nginx: Server) -> None:
    async with open_client(nginx.port) as http:
        assert (await http.get(f"/api/runs/{RUN_ID}")).is_success
    n_here, n_in_nginx = count_open_files(), _count_in_nginx(nginx)
    async with asyncio.timeout(300), open_client(nginx.port) as http, AsyncExitStack() as all_of_them:
        watched = [await all_of_them.enter_async_context(watching(http)) for _ in range(N_WATCHERS)]
        firsts = await asyncio.gather(*map(anext, watched))
        assert {event.run["state"] for event in firsts} == {"queued"}
        assert _count_in_nginx(nginx) >= 2 * N_WATCHERS
        assert stack.n_polled == 1
    await wait_until(lambda: stack.n_polled == 0)
    await wait_until(lambda: _count_in_nginx(nginx) <= n_in_nginx)
    await wait_until(lambda: count_open_files() <= n_here + 2)  # of the gateway's pool of kept-alive connections


def _count_in_nginx(nginx: Server) -> int:
    """Count what nginx's workers have open."""
    assert nginx.process is not None
    parent = nginx.process.pid
    workers = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return sum(map(count_open_files, workers))
