"""Which methods a path has: HEAD wherever there is GET, OPTIONS that names them, and a complete `Allow`.

A slash at the end of a path does not matter.
"""

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def allowed_methods(scope: Scope) -> list[str]:
    """Return the methods that the app of this request has for its path; a folder of files is read only."""
    routes = scope["app"].routes
    methods = [
        method
        for method in _METHODS
        if any(
            route.matches({**scope, "method": method})[0] is Match.FULL
            for route in routes
            if method == "GET" or not isinstance(route, Mount)
        )
    ]
    return ["GET", "HEAD", *methods[1:]] if methods[:1] == ["GET"] else methods


class MethodsMiddleware:
    """Answers HEAD as GET without the body, and OPTIONS with 204 and `Allow`; there is no CORS."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            _drop_trailing_slash(scope)
        if scope["type"] != "http" or scope["method"] not in {"HEAD", "OPTIONS"}:
            await self.app(scope, receive, send)
            return
        methods = allowed_methods(scope)
        if scope["method"] == "OPTIONS" and methods:
            await Response(status_code=204, headers={"Allow": ", ".join(methods)})(scope, receive, send)
        elif "HEAD" in methods:
            await self.app({**scope, "method": "GET"}, receive, _without_body(send))
        else:
            await self.app(scope, receive, send)


def _drop_trailing_slash(scope: Scope) -> None:
    """Change the path to one without a slash at its end, if only that is on a route."""
    path = scope["path"]
    if not path.endswith("/"):
        return
    bare = {**scope, "path": path[:-1], "raw_path": scope.get("raw_path", b"").removesuffix(b"/")}
    if bare["path"] and not _is_on_route(scope) and _is_on_route(bare):
        scope.update(bare)


def _is_on_route(scope: Scope) -> bool:
    routes = scope["app"].routes
    return any(route.matches(scope)[0] is not Match.NONE for route in routes if not isinstance(route, Mount))


def _without_body(send: Send) -> Send:
    """Send the head only. A response without a length, such as a stream, ends with it, as if its caller had left."""
    is_ended = False

    async def send_head(message: Message) -> None:
        nonlocal is_ended
        if is_ended:
            return
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)
        if message["type"] == "http.response.start" and "Content-Length" not in Headers(raw=message["headers"]):
            is_ended = True
            await send({"type": "http.response.body", "body": b""})

    return send_head


def allow_header(request: Request, given: str | None) -> str:
    """Build the `Allow` of a 405. The page's files have no route: their own response says what they allow, if any."""
    return ", ".join(allowed_methods(request.scope)) or given or "GET, HEAD"
