"""Reads the problem that an internal service answers with."""

import httpx

from shared.errors import LEAVES, NotAuthorised, ServiceError, UpstreamFailed


def error_of(response: httpx.Response, service: str) -> ServiceError:
    """Return the upstream's problem as the leaf with the same slug, so that a 404 stays a 404."""
    try:
        problem = response.json()
        leaf = LEAVES[str(problem["type"]).removeprefix("/problems/")]
        errors = [(str(error["pointer"]), str(error["detail"])) for error in problem.get("errors") or ()]
        extras = {name: problem[name] for name in ("required", "available") if name in problem}
        found = leaf(str(problem["detail"]), errors=errors, **extras)
    except (ValueError, KeyError, TypeError):
        return UpstreamFailed(f"{service} failed with status {response.status_code}.")
    if isinstance(found, NotAuthorised):  # keys are asked for at the public door only, so this is no caller's fault
        return UpstreamFailed(f"{service} refused the gateway's own request.")
    return found
