"""Graceful shutdown without losing a request.

Load balancers and clients notice a shutdown from `/readyz` or from a response, and both take a while. So a process that
is told to stop announces it first: it is not ready, and every response closes its connection. Only then does the server
stop listening and finish the requests in flight.
"""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger()


class Draining:
    """Whether this process has been told to stop."""

    def __init__(self) -> None:
        self.is_on = False


@contextmanager
def notice_before_stop(draining: Draining, seconds: float) -> Iterator[None]:
    """On SIGTERM, announce the stop for `seconds` before the server acts; a second SIGTERM ends the process at once.

    SIGINT, a person's Ctrl-C, is left to the server. If no server handles SIGTERM, nothing changes.
    """
    stop = signal.getsignal(signal.SIGTERM)  # uvicorn sets its own before the lifespan begins, in each worker too
    if not callable(stop):
        yield
        return
    loop = asyncio.get_running_loop()

    def give_notice() -> None:
        log.info("draining", seconds=seconds)
        loop.call_later(seconds, stop, signal.SIGTERM, None)

    def on_term(number: int, _: FrameType | None) -> None:
        if draining.is_on:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        draining.is_on = True
        loop.call_soon_threadsafe(give_notice)

    signal.signal(signal.SIGTERM, on_term)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, stop)


class DrainingMiddleware:
    """Closes the connection after each response while the process drains, so that callers reconnect elsewhere."""

    def __init__(self, app: ASGIApp, draining: Draining) -> None:
        self.app = app
        self.draining = draining

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def send_and_close(message: Message) -> None:
            if message["type"] == "http.response.start" and self.draining.is_on:
                MutableHeaders(scope=message)["Connection"] = "close"
            await send(message)

        await self.app(scope, receive, send_and_close)
