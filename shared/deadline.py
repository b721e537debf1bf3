"""The time left for a request: the caller says how long it waits, and no call out is given longer than that."""

import time
from contextvars import ContextVar

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

HEADER = "X-Request-Budget-Ms"
MAX_SECONDS = 600.0  # for `seconds_left` where the request's own budget is the only bound
_WRITES = {"PUT", "DELETE"}
_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


def seconds_left(at_most: float) -> float:
    """Return how long a call out may take: `at_most` seconds, or what is left of the request's budget if less."""
    deadline = _deadline.get()
    return at_most if deadline is None else min(at_most, deadline - time.monotonic())


class DeadlineMiddleware:
    """Start the clock of each request with its caller's budget, at most the service's own for such a request.

    Args:
        app: What is served.
        budget_seconds: The most for a request that reads.
        write_budget_seconds: The most for a PUT or DELETE.
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
        given = Headers(scope=scope).get(HEADER, "")
        budget = self.write_budget_seconds if scope["method"] in _WRITES else self.budget_seconds
        if given.isascii() and given.isdigit() and len(given) < 10:
            budget = min(budget, int(given) / 1000)
        token = _deadline.set(time.monotonic() + budget)
        try:
            await self.app(scope, receive, send)
        finally:
            _deadline.reset(token)
