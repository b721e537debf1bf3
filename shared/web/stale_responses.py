"""Marks responses that contain data from before a store went away, and counts them."""

from prometheus_client import CollectorRegistry, Counter
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import staleness

HTTP_ERROR = 400


class StaleResponsesMiddleware:
    """Adds `Warning: 110` to the response of a request for which `shared.staleness.mark` was called.

    No cache may store such a response: one that revalidates it later would keep the warning.
    """

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self.app = app
        self._count = Counter(
            "stale_responses_total",
            "Responses with data from before MongoDB stopped answering, marked as stale.",
            registry=registry,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        with staleness.marking() as mark:

            async def send_marked(message: Message) -> None:
                if mark.is_set and message["type"] == "http.response.start" and message["status"] < HTTP_ERROR:
                    headers = MutableHeaders(scope=message)
                    headers[staleness.HEADER] = staleness.STALE
                    headers["Cache-Control"] = "no-store"
                    self._count.inc()
                await send(message)

            await self.app(scope, receive, send_marked)
