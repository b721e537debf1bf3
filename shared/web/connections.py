"""Enforces the limits of connections, however a service is started."""

import resource
import signal
from collections.abc import Callable
from functools import partial
from typing import cast

from prometheus_client import CollectorRegistry, Counter
from uvicorn import Server

from shared.errors import Busy
from shared.web.http_protocol import MAX_CONNECTIONS, BoundedHttpProtocol


def bound_connections(registry: CollectorRegistry) -> Callable[[], None]:
    """Build the counter of refused connections, and the function that enforces the limits.

    It must run while the lifespan starts: by then uvicorn handles SIGTERM but does not listen yet. So the limits hold
    under the plain command and in each of several workers. Another server, as in a test, is left alone.
    """
    refused = Counter(
        "http_connections_refused_total", "Connections closed for breaking a limit.", ("reason",), registry=registry
    )
    refused.labels(Busy.slug)  # from zero on, so that an alert sees the first increase

    def put_in_force() -> None:
        server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
        if isinstance(server, Server):
            files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
            bounded = partial(
                BoundedHttpProtocol,
                count_refusal=lambda reason: refused.labels(reason).inc(),
                max_connections=min(MAX_CONNECTIONS, files // 2),  # the rest is for calls out and files
            )
            server.config.http_protocol_class = cast("type[BoundedHttpProtocol]", bounded)

    return put_in_force
