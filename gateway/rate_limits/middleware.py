"""Counts each request and answers 429 to those above a limit, with the fields of an IETF draft.

`RateLimit` and `RateLimit-Policy`, as `"reads";r=41;t=12`, are those of draft-ietf-httpapi-ratelimit-headers.
"""

from collections.abc import Callable, Mapping, Sequence

from limits import RateLimitItem
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.rate_limits.callers import Network, caller_of
from gateway.rate_limits.counters import Count, Place
from gateway.rate_limits.kinds import Kind, kind_of
from shared.errors import RateLimited
from shared.web.problem import problem_response

Observe = Callable[[Kind, bool, Place], None]


class RateLimitMiddleware:
    """Limits requests by kind and caller. A kind without a limit costs nothing.

    Args:
        app: The app to wrap.
        limits: The limit of each kind that has one.
        proxies: The networks of the proxies whose `X-Forwarded-For` is believed.
        observe: Called with each decision: the kind, whether the request is allowed, and where it was counted.
    """

    def __init__(
        self, app: ASGIApp, limits: Mapping[Kind, RateLimitItem], proxies: Sequence[Network], observe: Observe
    ) -> None:
        self._app = app
        self._limits = limits
        self._proxies = proxies
        self._observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        kind = kind_of(scope["method"], scope["path"]) if scope["type"] == "http" else None
        limit = self._limits.get(kind) if kind else None
        if kind is None or limit is None:
            await self._app(scope, receive, send)
            return
        components = scope["app"].state.components
        count = await components.counters.count(limit, caller_of(scope, components.api_keys, self._proxies))
        self._observe(kind, count.is_allowed, count.place)
        fields = _fields(kind, limit, count)

        async def send_with_fields(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(fields)
            await send(message)

        if count.is_allowed:
            await self._app(scope, receive, send_with_fields)
        else:
            response = problem_response(Request(scope), _error(kind, limit, count))
            await response(scope, receive, send_with_fields)


def _fields(kind: Kind, limit: RateLimitItem, count: Count) -> dict[str, str]:
    return {
        "RateLimit-Policy": f'"{kind}";q={limit.amount};w={limit.get_expiry()}',
        "RateLimit": f'"{kind}";r={count.remaining};t={count.reset_seconds}',
    }


def _error(kind: Kind, limit: RateLimitItem, count: Count) -> RateLimited:
    return RateLimited(
        f"More than {limit.amount:,} {kind} in a minute. Send fewer, and the next one in {count.reset_seconds} s.",
        retry_after_seconds=count.reset_seconds,
    )
