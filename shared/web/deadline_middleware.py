"""Gives each request its deadline, from the budget that its caller sent."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from shared import deadline

_WRITES = {"PUT", "DELETE"}


class DeadlineMiddleware:
    """Sets the deadline of each request: its caller's budget, capped by the service's own.

    Args:
        app: The app to wrap.
        budget_seconds: The cap for requests that read.
        write_budget_seconds: The cap for PUT and DELETE.
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
