"""Limits how long a request is served: until its deadline, and a read only while its caller stays.

A server only reports that the caller has left. The cancellation reaches everything that the request waits for: a call
to another service closes its connection, which that service sees as a disconnect in turn; a place in a queue is given
up; shared work ends with its last caller.
"""

import asyncio
from collections.abc import Collection

import anyio
from fastapi import Response
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import deadline

CLIENT_CLOSED_REQUEST = 499  # nginx's status for it; there is no standard one. Only logs and metrics show it.
_READS = {"GET", "HEAD"}
_WRITES = {"PUT", "PATCH", "DELETE"}


class DeadlineMiddleware:
    """Sets the deadline of each request: its caller's budget, capped by the service's own.

    Args:
        app: The app to wrap.
        budget_seconds: The cap for requests that read.
        write_budget_seconds: The cap for PUT, PATCH and DELETE.
    """

    def __init__(self, app: ASGIApp, budget_seconds: float, write_budget_seconds: float) -> None:
        self.app = app
        self.budget_seconds = budget_seconds
        self.write_budget_seconds = write_budget_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(deadline.HEADER, "")
        budget = self.write_budget_seconds if scope["method"] in _WRITES else self.budget_seconds
        if given.isascii() and given.isdigit() and len(given) < 10:
            budget = min(budget, int(given) / 1000)
        with deadline.within(budget):
            await self.app(scope, receive, send)


class DisconnectMiddleware:
    """Cancels requests that only read. It must be inside the middleware that measures requests.

    A write continues without its caller: cancelled halfway, it could leave bars changed but caches not invalidated, and
    no caller would know whether it happened. Its body is complete by then: a write with a truncated body never begins.

    Args:
        app: The app to wrap.
        reading_posts: Paths whose POST only reads.
    """

    def __init__(self, app: ASGIApp, reading_posts: Collection[str] = ()) -> None:
        self.app = app
        self.reading_posts = reading_posts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or not self._only_reads(scope):
            await self.app(scope, receive, send)
            return
        messages: asyncio.Queue[Message | Exception] = asyncio.Queue()  # bounded: BodyLimitMiddleware is around this
        # Not Task.cancel(): httpcore protects the release of its slots from anyio's cancellation only.
        with anyio.CancelScope() as serving:
            watch = asyncio.create_task(_watch(receive, messages, serving))

            async def send_until_whole(message: Message) -> None:
                if message["type"] == "http.response.body" and not message.get("more_body", False):
                    watch.cancel()  # whatever follows the response, such as a clean-up, is not cancelled
                    messages.put_nowait({"type": "http.disconnect"})
                await send(message)

            try:
                await self.app(scope, lambda: _next(messages), send_until_whole)
            finally:
                watch.cancel()
        if serving.cancelled_caught:
            await Response(status_code=CLIENT_CLOSED_REQUEST)(scope, receive, send)

    def _only_reads(self, scope: Scope) -> bool:
        return scope["method"] in _READS or (scope["method"] == "POST" and scope["path"] in self.reading_posts)


async def _watch(receive: Receive, messages: asyncio.Queue[Message | Exception], serving: anyio.CancelScope) -> None:
    """Receive for the app, and cancel it at the disconnect."""
    try:
        message = await receive()
        while message["type"] != "http.disconnect":
            messages.put_nowait(message)
            message = await receive()
        messages.put_nowait(message)
        serving.cancel()
    except Exception as error:  # the body is too large or too slow: the app's, when it reads the body
        messages.put_nowait(error)


async def _next(messages: asyncio.Queue[Message | Exception]) -> Message:
    message = await messages.get()
    if isinstance(message, Exception):
        raise message
    return message
