"""The time left for a request: the caller says how long it waits, and no call out is given longer than that."""

import time
from contextvars import ContextVar

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

HEADER = "X-Request-Budget-Ms"
_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


def seconds_left(at_most: float) -> float:
    """Return how long a call out may take: `at_most` seconds, or what is left of the request's budget if less."""
    deadline = _deadline.get()
    return at_most if deadline is None else min(at_most, deadline - time.monotonic())


class DeadlineMiddleware:
    """Start the clock of each request with its caller's budget, at most `budget_seconds`."""

    def __init__(self, app: ASGIApp, budget_seconds: float) -> None:
        self.app = app
        self.budget_seconds = budget_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        budget = self.budget_seconds
        if given.isascii() and given.isdigit() and len(given) < 10:
            budget = min(budget, int(given) / 1000)
        token = _deadline.set(time.monotonic() + budget)
        try:
            await self.app(scope, receive, send)
        finally:
            _deadline.reset(token)
