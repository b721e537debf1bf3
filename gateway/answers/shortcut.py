"""Serves kept answers before routing, with only those steps of a request that a kept answer needs.

These are the check of the host's name, the request id, the log line, the metrics and the headers for browsers. All
other requests take the usual way: those with keys, rate limits or a trace, first requests, and all while the process
is full or stopping.
"""

import asyncio
import time
from collections.abc import Callable, Collection

from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.answers.compression import choose_coding
from gateway.answers.keeper import MAX_ALIAS_BYTES, Answers
from gateway.answers.store import NOT_MODIFIED, Alias, Answer, Ready
from shared.web.etags import matches
from shared.web.guards.strict_json import replay
from shared.web.request_id import HEADER, choose_request_id, log_request

BODY_SECONDS = 0.05  # a request with a slower body takes the usual way, where its time is limited
_REQUEST_ID = HEADER.lower().encode()
Observe = Callable[[str, str, int, float], None]  # method, route, status, seconds


class ShortcutMiddleware:
    """Answers GET, and POST to `posts`, from what is kept.

    Args:
        app: The app to wrap.
        posts: Paths whose POST only reads.
        headers: Headers of every response.
        admits_host: Says whether the host that a request names is allowed.
        observe: Called after each response.
    """

    def __init__(
        self,
        app: ASGIApp,
        posts: Collection[str],
        headers: dict[str, str],
        admits_host: Callable[[Scope], bool],
        observe: Observe,
    ) -> None:
        self._app = app
        self._posts = frozenset(posts)
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        self._admits_host = admits_host
        self._observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began_at = time.perf_counter()
        alias: Alias | None = None
        if scope["method"] == "GET":
            alias = scope["path"], scope["query_string"]
        elif scope["path"] in self._posts and scope["method"] == "POST":
            alias, receive = await _read_alias(scope, receive)
        state = scope["app"].state
        components = getattr(state, "components", None)
        if alias is None or components is None or len(alias[1]) > MAX_ALIAS_BYTES:
            await self._app(scope, receive, send)
            return
        ready = None
        answers: Answers = components.answers
        answer = answers.find(alias)
        if answer is not None and not state.draining.is_on and not state.admission.is_full:
            ready = self._find_ready(answer, scope)
        if answer is None or ready is None or not self._admits_host(scope):
            scope.setdefault("state", {})["alias"] = alias
            await self._app(scope, receive, send)
            return
        answers.count("hit")
        status, headers, body = ready
        request_id = choose_request_id(scope)
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [*headers, *self._headers, (_REQUEST_ID, request_id.encode())],
            }
        )
        await send({"type": "http.response.body", "body": body})
        seconds, route = time.perf_counter() - began_at, answer.aliases[alias]
        self._observe(scope["method"], route, status, seconds)
        log_request(scope["method"], route, status, seconds, request_id=request_id)

    def _find_ready(self, answer: Answer, scope: Scope) -> Ready | None:
        """Return the response, None if it has not been rendered yet for such a caller."""
        accept_encoding = if_none_match = None
        for name, value in scope["headers"]:
            if name == b"accept-encoding":
                accept_encoding = value
            elif name == b"if-none-match" and scope["method"] == "GET":
                if_none_match = value
        if if_none_match is not None and matches(answer.etag, if_none_match.decode("latin-1")):
            return answer.ready.get(NOT_MODIFIED)
        coding = "identity" if accept_encoding is None else choose_coding(accept_encoding.decode("latin-1"))
        return answer.ready.get(coding)


async def _read_alias(scope: Scope, receive: Receive) -> tuple[Alias | None, Receive]:
    """Read a small body as part of the alias; also return a `receive` that gives it to the app."""
    content_type = b""
    for name, value in scope["headers"]:
        if name == b"content-type":
            content_type = value
        elif name in {b"content-encoding", b"expect"}:
            return None, receive
    try:
        async with asyncio.timeout(BODY_SECONDS):
            message = await receive()
    except TimeoutError:
        return None, receive
    alias = None
    if message["type"] == "http.request" and not message.get("more_body", False) and not scope["query_string"]:
        alias = scope["path"], content_type + b"\n" + message.get("body", b"")
    return alias, replay([message], receive)
