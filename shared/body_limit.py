"""Refuse a body that is too large before it is in memory, as a problem like every other error."""

from fastapi import Request
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import PayloadTooLarge
from shared.problem import problem_response


class BodyLimitMiddleware:
    """Answer 413 to a body over `max_bytes`, by its Content-Length or, without one, as it arrives.

    Not FastAPI's own `max_body_size`: that answers in text/plain.
    """

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        if announced.isdigit() and int(announced) > self.max_bytes:
            error = PayloadTooLarge(f"At most {self.max_bytes:,} bytes are taken.")
            await problem_response(Request(scope), error)(scope, receive, send)
            return
        received = 0

        async def receive_limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.max_bytes:
                # FastAPI turns any other exception raised while it reads the body into a 400.
                raise HTTPException(PayloadTooLarge.status, f"At most {self.max_bytes:,} bytes are taken.")
            return message

        await self.app(scope, receive_limited, send)
