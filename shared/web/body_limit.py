"""Rejects bodies that are too large, before they are in memory, or that arrive too slowly."""

import asyncio

from fastapi import Request
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import deadline
from shared.errors import PayloadTooLarge, RequestTooSlow
from shared.web.problem import problem_response

ARRIVAL_SHARE = 0.8  # of a request's time; the rest is for processing the body


class BodyLimitMiddleware:
    """Answers 413 to a body that is too large, by its Content-Length or as it arrives, and 408 to one that stalls.

    Not FastAPI's `max_body_size`, which answers in text/plain.

    Args:
        app: The app to wrap.
        max_bytes: The largest body.
        max_upload_bytes: The largest body of a PUT.
    """

    def __init__(self, app: ASGIApp, max_bytes: int, max_upload_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.max_upload_bytes = max_upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        max_bytes = self.max_upload_bytes if scope["method"] == "PUT" else self.max_bytes
        announced = Headers(scope=scope).get("content-length", "0")
        if announced.isascii() and announced.isdigit() and int(announced[:20]) > max_bytes:  # int refuses long ones
            error = PayloadTooLarge(_too_large(max_bytes))
            await problem_response(Request(scope), error)(scope, receive, send)
            return
        await self.app(scope, _limited(receive, max_bytes), send)


def _limited(receive: Receive, max_bytes: int) -> Receive:
    """Wrap `receive`. Raises HTTPException, because FastAPI turns any other exception from a body into a 400."""
    seconds = ARRIVAL_SHARE * deadline.seconds_left(deadline.MAX_SECONDS)
    until = asyncio.get_running_loop().time() + seconds
    received, is_whole = 0, False

    async def receive_limited() -> Message:
        nonlocal received, is_whole
        if is_whole:  # only a disconnect can follow, without a time limit
            return await receive()
        try:
            async with asyncio.timeout_at(until):
                message = await receive()
        except TimeoutError as error:
            detail = f"The body did not arrive within {seconds:.0f} s. Send it faster, or in parts."
            raise HTTPException(RequestTooSlow.status, detail, headers={"Connection": "close"}) from error
        received += len(message.get("body", b""))
        is_whole = not message.get("more_body", False)
        if received > max_bytes:
            raise HTTPException(PayloadTooLarge.status, _too_large(max_bytes))
        return message

    return receive_limited


def _too_large(max_bytes: int) -> str:
    return f"The body must not exceed {max_bytes:,} bytes."
