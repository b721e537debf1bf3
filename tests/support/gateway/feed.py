"""A double of the data service's feed of revisions."""

import asyncio
from collections.abc import AsyncIterator

from shared.schemas.changes import ChangeEvent
from tests.support.polling import wait_until


class FakeFeed:
    """The feed of revisions, on a clock that only a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._events: asyncio.Queue[ChangeEvent | None] = asyncio.Queue()
        self._n_sent = self.n_renewed = 0

    def monotonic(self) -> float:
        return self.now

    async def send(self, symbols: list[str] | None = (), *, is_alive: bool = True) -> None:  # type: ignore[assignment]
        """Send a change, or a heartbeat without symbols, and wait until the gateway has received it and has a lease."""
        given = None if symbols is None else list(symbols)
        self._n_sent += 1
        self.put(ChangeEvent(symbols=given, is_alive=is_alive, fence=self._n_sent))
        await wait_until(lambda: self._events.empty() and (self.n_renewed >= self._n_sent or not is_alive))
        await asyncio.sleep(0.005)  # the gateway records the response

    def put(self, event: ChangeEvent) -> None:
        """Send an event, without waiting until it is received."""
        self._events.put_nowait(event)

    def cut(self) -> None:
        """End the stream, as if the data service were gone. The gateway connects again."""
        self._events.put_nowait(None)

    async def pass_seconds(self, seconds: int) -> None:
        """Let time pass, with a heartbeat each second."""
        for _ in range(seconds):
            self.now += 1.0
            await self.send()

    async def stream(self) -> AsyncIterator[bytes]:
        while (event := await self._events.get()) is not None:
            yield f"data: {event.model_dump_json()}\n\n".encode()

    def renew(self, fence: int) -> dict[str, bool]:
        """Answer a follower that extends its lease."""
        is_continuous, self.n_renewed = self.n_renewed > 0, fence
        return {"is_continuous": is_continuous}
