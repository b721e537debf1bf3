"""An upstream of a client, whose answers a test chooses."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from shared.breaker import State
from shared.clients.data import DataClient
from shared.clients.observer import CallObserver, CallResult
from shared.errors import UpstreamUnavailable

Reply = Callable[[httpx.Request], httpx.Response]
BROKEN_CONNECTION = [
    httpx.RemoteProtocolError("Server disconnected without sending a response."),
    httpx.ReadError("reset"),
    httpx.WriteError("broken pipe"),
]


def client_of(
    answer: Callable[[httpx.Request], httpx.Response | Awaitable[httpx.Response]],
    timeout_seconds: float = 60,
    **options: Any,
) -> DataClient:
    """Return a client of a data service that answers like this."""
    http = httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://data")  # type: ignore[arg-type]
    return DataClient(http, timeout_seconds=timeout_seconds, **options)


def symbols(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json=["AAPL"])


def fail_with(error: Exception) -> Reply:
    def answer(_: httpx.Request) -> httpx.Response:
        raise error

    return answer


@dataclass
class Upstream:
    """An upstream that gives `answers`, one after another, and then repeats the last."""

    answers: list[Reply]
    is_alive: bool = False
    asked: list[str] = field(default_factory=list)
    told: list[CallResult] = field(default_factory=list)
    states: list[State] = field(default_factory=list)
    now: float = 0.0
    retries: bool = False
    n_retried: int = 0

    def __post_init__(self) -> None:
        self.client = client_of(
            self._answer,
            timeout_seconds=0.5,
            observer=CallObserver(
                call=lambda outcome, _: self.told.append(outcome), breaker=self.states.append, retried=self._retried
            ),
            monotonic=lambda: self.now,
            retries=self.retries,
        )

    def _retried(self) -> None:
        self.n_retried += 1

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {request.url.path}")
        if request.url.path == "/healthz":
            await asyncio.sleep(0)
            return httpx.Response(200) if self.is_alive else fail_with(httpx.ConnectError("refused"))(request)
        if request.url.path == "/readyz":
            return httpx.Response(503, json={"status": "down"})
        return (self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])(request)

    async def fail(self, n: int) -> None:
        for _ in range(n):
            with pytest.raises(UpstreamUnavailable):
                await self.client.symbols()


def problem(status: int, slug: str) -> Reply:
    return lambda _: httpx.Response(status, json={"type": f"/problems/{slug}", "detail": "What happened."})
