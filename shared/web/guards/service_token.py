"""Closes an internal service to everyone who does not know the token that the services share."""

import hmac

import structlog
from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import NotAuthorised
from shared.web.problem import problem_response

OPEN_PATHS = {"/healthz", "/readyz", "/metrics"}  # for orchestrators and Prometheus, which have no token
CHALLENGE = "WWW-Authenticate"
log = structlog.get_logger()


class ServiceTokenMiddleware:
    """Answers 401 to requests without a valid token, before their body is read. Without tokens, it admits everyone.

    Probes and metrics are always answered, but a caller without a valid token also gets the challenge of a 401, so that
    a service learns from its health check that it has the wrong token.

    Args:
        app: The app to wrap.
        tokens: The valid tokens.
    """

    def __init__(self, app: ASGIApp, tokens: tuple[str, ...]) -> None:
        self.app = app
        self.accepted = [f"Bearer {token}".encode() for token in tokens]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or not self.accepted or self._knows_token(scope):
            await self.app(scope, receive, send)
        elif scope["path"] in OPEN_PATHS:
            await self.app(scope, receive, _challenging(send))
        else:
            error = NotAuthorised("This service is internal. Call the gateway, or send the services' token.")
            log.warning("request_refused", type=error.slug, detail=error.detail)
            await problem_response(Request(scope), error)(scope, receive, _challenging(send))

    def _knows_token(self, scope: Scope) -> bool:
        given, is_valid = Headers(scope=scope).get("authorization", "").encode("latin-1"), False
        for accepted in self.accepted:  # all of them, so that timing reveals nothing
            is_valid |= hmac.compare_digest(accepted, given)
        return is_valid


def _challenging(send: Send) -> Send:
    async def send_with_challenge(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message)[CHALLENGE] = "Bearer"
        await send(message)

    return send_with_challenge
