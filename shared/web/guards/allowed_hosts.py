"""Refuses requests for a host name that is not this server's.

A hostile page can make its own name resolve to this machine (DNS rebinding); the browser then takes this server for
the page's own and lets the page read everything. `Host` then holds the hostile name, never an address.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import ip_address
from socket import gethostname

import structlog
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.errors import UnknownHost
from shared.web.problem import problem_response

EVERY_HOST = "*"
PROBES = {"/healthz", "/readyz"}  # a load balancer may probe by any name, and the response reveals nothing
_HOST = re.compile(r"(\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,253})(?::([0-9]{1,5}))?", re.ASCII)
log = structlog.get_logger()


class AllowedHosts:
    """Admits IP addresses, `localhost`, this machine's own name, and the names that are allowed.

    Args:
        names: Further host names; `*.example.com` stands for every name below example.com, `*` for all.
    """

    def __init__(self, names: Iterable[str]) -> None:
        own = gethostname()
        self.names = {name.lower() for name in (*names, "localhost", "*.localhost", own, f"{own}.local")}
        self._admits = lru_cache(maxsize=1024)(self._is_allowed)

    def admits(self, scope: Scope) -> bool:
        """Say whether the host that the request names is allowed."""
        return self._admits(_hosts(scope), scope["http_version"])

    def _is_allowed(self, hosts: tuple[bytes, ...], version: str) -> bool:
        """Say whether the values of `Host` are at most one, and that one is allowed."""
        if not hosts:
            return version == "1.0"  # later versions require the header, and every browser sends it
        parts = _HOST.fullmatch(hosts[0].decode("latin-1").lower())
        if len(hosts) > 1 or parts is None or int(parts[2] or 0) > 65535:
            return False
        name = parts[1].removesuffix(".")
        above = (f"*{name[index:]}" for index, letter in enumerate(name) if letter == ".")
        return (
            EVERY_HOST in self.names or _is_address(name) or name in self.names or any(x in self.names for x in above)
        )


class AllowedHostsMiddleware:
    """Refuses requests for another host.

    Args:
        app: The app to wrap.
        hosts: The hosts that are allowed.
        variable: The variable that holds them, for the error's detail.
    """

    def __init__(self, app: ASGIApp, hosts: AllowedHosts, variable: str) -> None:
        self.app = app
        self.hosts = hosts
        self.variable = variable

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["path"] in PROBES or self.hosts.admits(scope):
            await self.app(scope, receive, send)
            return
        error = UnknownHost(
            "This server does not know the host name of the request. If the name is right, add it to "
            f"{self.variable} (comma separated)."
        )
        log.info("request_refused", type=error.slug)
        await problem_response(Request(scope), error)(scope, receive, send)


def _hosts(scope: Scope) -> tuple[bytes, ...]:
    return tuple(value[:300] for name, value in scope["headers"] if name == b"host")[:2]


def _is_address(name: str) -> bool:
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
