"""Calls within a request that has little time left."""

from collections.abc import Awaitable, Callable

from starlette.types import Receive, Scope, Send

from shared.web.request_lifetime import DeadlineMiddleware


async def within(seconds: float, call: Callable[[], Awaitable[object]]) -> None:
    """Await the call as a request with this much time left."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await call()

    async def nothing(*_: object) -> None:
        pass

    serve = DeadlineMiddleware(app, seconds, seconds)
    await serve({"type": "http", "method": "GET", "headers": []}, nothing, nothing)  # type: ignore[arg-type]
