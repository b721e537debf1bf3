"""A caller of the gateway that leaves ends the call behind it, over real connections.

Each caller asks for another symbol: those that ask for the same share one call.
"""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import pytest
from fastapi import FastAPI

from gateway.app import create_app
from gateway.settings import GatewaySettings
from tests.support.asgi import bare_app, listen
from tests.support.polling import wait_until

BODY = '{"stock_symbol": "SYMBOL"}'


@dataclass
class Prediction:
    """A prediction service that computes until its callers leave."""

    n_begun: int = 0
    n_cancelled: int = 0
    never: asyncio.Event = field(default_factory=asyncio.Event)

    def app(self) -> FastAPI:
        app = bare_app(name="prediction")

        @app.get("/symbols/{symbol}/{kind}")
        async def compute(symbol: str, kind: str) -> str:
            self.n_begun += 1
            try:
                await self.never.wait()
            finally:
                self.n_cancelled += 1
            return f"{kind} of {symbol}"

        return app


@pytest.mark.parametrize(
    ("request_line", "body"),
    [("GET /api/stocks/SYMBOL/forecast", ""), ("GET /api/stocks/SYMBOL/result", ""), ("POST /api/result", BODY)],
)
async def test_a_caller_that_leaves_ends_the_call_behind_it(request_line: str, body: str) -> None:
    prediction, n_callers = Prediction(), 20
    head = "{} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n"
    request = head.format(request_line, len(body)) + body
    async with AsyncExitStack() as stack:
        inner = await stack.enter_async_context(listen(prediction.app()))
        gateway = create_app(
            GatewaySettings(
                prediction_url=f"http://127.0.0.1:{inner}",
                prediction_timeout_seconds=200,
                budget_seconds=300,
            )
        )
        port = await stack.enter_async_context(listen(gateway))
        writers = [(await asyncio.open_connection("127.0.0.1", port))[1] for _ in range(n_callers)]
        for number, writer in enumerate(writers):
            writer.write(request.replace("SYMBOL", f"CHAR{number:02}").encode())
        await wait_until(lambda: prediction.n_begun == n_callers)
        for writer in writers:
            writer.transport.abort()
        await wait_until(lambda: prediction.n_cancelled == n_callers)
