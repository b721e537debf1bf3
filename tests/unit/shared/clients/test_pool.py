"""A slow spell costs the calls that it makes late, and no slot of the pool."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio
import httpx
import pytest

from shared.clients.base import ServiceClient
from shared.clients.observer import CallObserver
from shared.clients.pool import ConnectionState, PooledTransport
from shared.clients.transport import open_http
from shared.errors import Busy, UpstreamTimeout, UpstreamUnavailable
from tests.support.polling import wait_until

N_SLOTS, N_CALLERS = 10, 60


@dataclass
class Upstream:
    """A server that answers while it may."""

    port: int = 0
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    def close_all(self) -> None:
        for writer in self.writers:
            writer.close()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                await self.may_answer.wait()
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


class Calling(ServiceClient):
    upstream = "the upstream"

    async def call(self) -> int:
        return await self._get("/", lambda response: response.status_code)


@pytest.fixture
async def upstream() -> AsyncIterator[Upstream]:
    upstream = Upstream()
    server = await asyncio.start_server(upstream.serve, "127.0.0.1", 0, backlog=1024)
    upstream.port = server.sockets[0].getsockname()[1]
    yield upstream
    upstream.may_answer.set()
    server.close()


async def _call(http: httpx.AsyncClient, seconds: float) -> int | None:
    try:
        with anyio.fail_after(seconds):
            return (await http.get("/")).status_code
    except TimeoutError:
        return None


async def _slow_spell(upstream: Upstream, http: httpx.AsyncClient, stagger: float) -> None:
    """Let more callers than there are slots give up."""

    async def late(position: int) -> int | None:
        await asyncio.sleep(stagger * position)
        return await _call(http, 0.2)

    upstream.may_answer.clear()
    assert await asyncio.gather(*map(late, range(N_CALLERS))) == [None] * N_CALLERS
    upstream.may_answer.set()


@asynccontextmanager
async def _client(upstream: Upstream, transport: httpx.AsyncBaseTransport) -> AsyncIterator[httpx.AsyncClient]:
    url = f"http://127.0.0.1:{upstream.port}"
    async with httpx.AsyncClient(transport=transport, base_url=url, timeout=None) as http:
        yield http


@pytest.mark.parametrize("stagger", [0.0, 0.002, 0.02])
async def test_after_a_slow_spell_every_slot_is_free(upstream: Upstream, stagger: float) -> None:
    transport = PooledTransport(max_connections=N_SLOTS, keepalive_expiry=60)
    async with _client(upstream, transport) as http:
        for _ in range(3):
            await _slow_spell(upstream, http, stagger)
            assert [await _call(http, 60) for _ in range(10)] == [200] * 10
            assert transport.count() == {"in_use": 0, "idle": 1, "lost": 0}, "idle: the one that served the last call"


async def test_the_pool_of_httpcore_still_loses_them(upstream: Upstream) -> None:
    """If this fails, httpcore releases its slots: then `_Pool` need not."""
    for _ in range(50):  # not every spell loses one: that depends on where each call is as it gives up
        transport = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_connections=N_SLOTS), retries=1)
        async with _client(upstream, transport) as http:
            await _slow_spell(upstream, http, stagger=0.0)
            if "CONNECTING" in [connection.info() for connection in transport._pool.connections]:
                return
    pytest.fail("No spell lost a slot.")


async def test_calls_at_the_same_time_use_the_connections_of_earlier_ones(upstream: Upstream) -> None:
    upstream.may_answer.set()
    transport = PooledTransport()
    async with _client(upstream, transport) as http:
        for _ in range(3):
            assert await asyncio.gather(*(_call(http, 60) for _ in range(N_SLOTS))) == [200] * N_SLOTS
        assert len(upstream.writers) == N_SLOTS
        assert transport.count() == {"in_use": 0, "idle": N_SLOTS, "lost": 0}


async def test_a_connection_that_the_server_has_closed_is_replaced(upstream: Upstream) -> None:
    upstream.may_answer.set()
    transport = PooledTransport()
    async with _client(upstream, transport) as http:
        assert await asyncio.gather(*(_call(http, 60) for _ in range(3))) == [200] * 3
        upstream.close_all()
        await asyncio.sleep(0)
        assert [await _call(http, 60) for _ in range(3)] == [200] * 3
        assert len(upstream.writers) == 4
        assert transport.count() == {"in_use": 0, "idle": 1, "lost": 0}


async def test_the_state_of_the_connections_is_reported_and_closed_ones_are_removed(upstream: Upstream) -> None:
    reported: list[dict[ConnectionState, int]] = []
    async with open_http(f"http://127.0.0.1:{upstream.port}", CallObserver(connections=reported.append), 0.01) as http:
        calling = asyncio.create_task(_call(http, 60))
        await wait_until(lambda: {"in_use": 1, "idle": 0, "lost": 0} in reported)
        upstream.may_answer.set()
        await calling
        await wait_until(lambda: {"in_use": 0, "idle": 1, "lost": 0} in reported)
        upstream.close_all()
        await wait_until(lambda: reported[-1] == {"in_use": 0, "idle": 0, "lost": 0})


async def test_a_connection_that_no_call_uses_is_reported_as_lost(upstream: Upstream) -> None:
    transport = PooledTransport()
    async with _client(upstream, transport) as http:
        upstream.may_answer.set()
        request = http.build_request("GET", "/")
        response = await transport.handle_async_request(request)
        forgotten = [transport._pool._requests.pop()]
        assert transport.count() == {"in_use": 0, "idle": 0, "lost": 1}
        transport._pool._requests.extend(forgotten)
        await response.aclose()


async def test_calls_of_a_client_that_come_during_a_slow_spell_are_late_and_the_next_are_not(
    upstream: Upstream,
) -> None:
    async with open_http(f"http://127.0.0.1:{upstream.port}") as http:
        client = Calling(http, timeout_seconds=0.3)
        spell = await asyncio.gather(*(client.call() for _ in range(300)), return_exceptions=True)
        assert {type(error) for error in spell} <= {UpstreamTimeout, UpstreamUnavailable, Busy}
        upstream.may_answer.set()
        patient = Calling(http, timeout_seconds=60)
        assert [await patient.call() for _ in range(10)] == [200] * 10
