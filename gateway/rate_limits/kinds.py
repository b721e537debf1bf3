"""Which limit a request counts against, by method and path: routes know nothing of limits, and none is forgotten."""

import re
from typing import Literal, get_args

Kind = Literal["reads", "computations", "writes"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_FREE = {"/api/health", "/api/metrics"}  # monitoring matters most under load
_COMPUTATION = re.compile(r"/api/(result/?|stocks/[^/]*/(result|forecast|evaluation|range)/?)")
_READS = {"GET", "HEAD", "OPTIONS"}


def kind_of(method: str, path: str) -> Kind | None:
    """Return the limit of the request; None for probes, metrics and the page's files."""
    if not path.startswith("/api/") or path in _FREE:
        return None
    if _COMPUTATION.fullmatch(path):
        return "computations"
    return "reads" if method in _READS else "writes"
