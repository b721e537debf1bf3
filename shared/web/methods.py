"""Which methods a path has: HEAD wherever there is GET, OPTIONS that names them, and a complete `Allow`."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def allowed_methods(scope: Scope) -> list[str]:
    """Return the methods that the app of this request has for its path; a folder of files is read only."""
    routes = scope["app"].routes
    found = [
        method
        for method in _METHODS
        if any(
            route.matches({**scope, "method": method})[0] is Match.FULL
            for route in routes
            if method == "GET" or not isinstance(route, Mount)
        )
    ]
    return ["GET", "HEAD", *found[1:]] if found[:1] == ["GET"] else found


class MethodsMiddleware:
    """Answers HEAD as GET without the body, and OPTIONS with 204 and `Allow`; there is no CORS."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
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


def _without_body(send: Send) -> Send:
    async def send_head(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return send_head


def allow_header(request: Request, given: str | None) -> str:
    """Build the `Allow` of a 405. The page's files are on no route: they say themselves what they allow, or nothing."""
    return ", ".join(allowed_methods(request.scope)) or given or "GET, HEAD"
