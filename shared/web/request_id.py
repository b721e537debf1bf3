"""One id per request through all services: taken from the caller or generated, logged, returned and passed on."""

import re
import time
from contextvars import ContextVar
from uuid import uuid4

import structlog
from prometheus_fastapi_instrumentator.routing import get_route_name
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.telemetry.metrics import QUIET_FOLDER, QUIET_PATHS

HEADER = "X-Request-ID"
_ACCEPTABLE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_current: ContextVar[str | None] = ContextVar("request_id", default=None)
log = structlog.get_logger()


def current_request_id() -> str | None:
    """Return the id of the request that this task serves, None outside of a request."""
    return _current.get()


def choose_request_id(scope: Scope) -> str:
    """Return the id that the caller gave, if it is acceptable, or a new one."""
    given = Headers(scope=scope).get(HEADER, "")
    return given if _ACCEPTABLE.fullmatch(given) else uuid4().hex


def request_id_of(scope: Scope) -> str:
    """Return the id that the middleware assigned to this request."""
    return str(scope["state"]["request_id"])


def is_quiet(scope: Scope) -> bool:
    """Say whether this is a routine request for health, metrics or the feed, which is neither logged nor traced."""
    path = scope.get("path", "")
    return path in QUIET_PATHS or path.startswith(QUIET_FOLDER)


class RequestIdMiddleware:
    """Assigns an id to each request and writes one log line when it ends."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = choose_request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        token = _current.set(request_id)
        started_at, status = time.perf_counter(), 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, receive, send_with_id)
            finally:
                _log_served(scope, status, time.perf_counter() - started_at)
                _current.reset(token)


def log_request(method: str, route: str, status: int, seconds: float, **fields: str) -> None:
    """Write the one line of a request."""
    log.info(
        "request_served", method=method, route=route, status=status, duration_ms=round(seconds * 1000, 1), **fields
    )


def _log_served(scope: Scope, status: int, seconds: float) -> None:
    if is_quiet(scope):
        return
    log_request(scope["method"], route_of(scope), status, seconds)


def route_of(scope: Scope) -> str:
    """Return the route template of a request for logs and metrics."""
    return get_route_name(HTTPConnection(scope), should_include_root_path=False) or "unmatched"
