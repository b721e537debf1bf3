"""The events of a run through the gateway and the data service, on real servers, because a stream stays open."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
from fastapi import FastAPI

from gateway.app import create_app as create_gateway
from gateway.resources import open_resources
from gateway.settings import GatewaySettings
from services.data.app import create_app as create_data
from services.data.settings import DataSettings
from tests.support.asgi import listen
from tests.support.data.fakes import FakeBarStore, fakes
from tests.support.data.run_stores import FakeRunStore, make_new_run

RUN_ID = make_new_run().id
PATH = f"/api/runs/{RUN_ID}/events"


@dataclass
class Stack:
    """A gateway on a data service with a fake store of runs, which has one run."""

    store: FakeRunStore
    data: FastAPI
    gateway: FastAPI
    port: int

    @property
    def n_polled(self) -> int:
        """Return how many runs the data service looks at for those who watch them."""
        n_polled: int = self.data.state.components.watches.n_polled
        return n_polled


@dataclass
class Event:
    """One event as it came."""

    id: int
    run: dict[str, object]


@asynccontextmanager
async def event_stack() -> AsyncIterator[Stack]:
    """Start the gateway and the data service in this event loop."""
    store = FakeRunStore()
    await store.put(make_new_run())
    data = create_data(DataSettings(), open_resources=fakes(FakeBarStore(), runs=store))
    async with listen(data) as data_port:
        settings = GatewaySettings(data_url=f"http://127.0.0.1:{data_port}")
        gateway = create_gateway(settings, open_resources=open_resources)
        async with listen(gateway) as port:
            yield Stack(store, data, gateway, port)


def open_client(port: int) -> httpx.AsyncClient:
    """Build a client of the server at this port, with a connection for each request."""
    limits = httpx.Limits(max_connections=None)
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", limits=limits, timeout=60)


@asynccontextmanager
async def watching(http: httpx.AsyncClient, last: int | None = None) -> AsyncIterator[AsyncIterator[Event]]:
    """Open the stream of the run's events, as a client that reconnects if `last` is the id of the event before."""
    headers = {} if last is None else {"Last-Event-ID": str(last)}
    async with http.stream("GET", PATH, headers=headers) as response:
        assert response.status_code == 200
        assert response.headers["Content-Type"].startswith("text/event-stream")
        assert "Content-Encoding" not in response.headers
        yield _events(response)


async def check_reconnect(stack: Stack, http: httpx.AsyncClient) -> None:
    """Require that a client that reconnects gets what is new, and no event twice."""
    async with watching(http) as events:
        first = await anext(events)
    async with watching(http, first.id) as events:
        await stack.store.cancel(RUN_ID)
        rest = [event async for event in events]
    assert [event.run["state"] for event in rest] == ["cancelled"]
    ended = await http.get(PATH, headers={"Last-Event-ID": str(rest[0].id)})
    assert (ended.status_code, ended.content) == (204, b"")  # by which a browser knows not to reconnect
    async with watching(http, first.id) as events:
        assert [event async for event in events] == rest


async def _events(response: httpx.Response) -> AsyncIterator[Event]:
    data = ""
    async for line in response.aiter_lines():
        if line.startswith("data: "):
            data = line[6:]
        elif line.startswith("id: "):
            yield Event(int(line[4:]), json.loads(data))


def count_open_files(process: int | str = "self") -> int:
    """Count what a process, by default this one, has open: files, and sockets."""
    return len(os.listdir(f"/proc/{process}/fd"))
