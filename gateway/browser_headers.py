"""Response headers for browsers: what they may load, cache and show in a frame."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# All files are our own. Images may be data URLs (the icon of a select), downloads are blobs.
PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
# Swagger UI starts from an inline script and sets inline styles.
DOCS_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
FOR_A_YEAR = (
    "public, max-age=31536000, immutable"  # the names of the page's built files contain a digest of their content
)
ASK_FIRST = "no-cache"  # without it, caches may guess for how long a 404 or a health check holds (RFC 9111, 4.2.2)


class BrowserHeadersMiddleware:
    """Adds the headers that a response does not set itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"]

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _headers(path, message["status"]).items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def api_headers() -> dict[str, str]:
    """Return the headers of every response of the API that says itself how it may be cached."""
    headers = _headers("/api/", 200)
    del headers["Cache-Control"]
    return headers


def _headers(path: str, status: int) -> dict[str, str]:
    is_docs = path in {"/docs", "/docs/"}
    headers = ALWAYS | {"Content-Security-Policy": DOCS_POLICY if is_docs else PAGE_POLICY}
    is_hashed = path.startswith("/assets/") and status in {200, 304}
    return headers | {"Cache-Control": FOR_A_YEAR if is_hashed else ASK_FIRST}
