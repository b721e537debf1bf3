"""Refuses what a route would ignore: unknown or repeated parameters, and conditions on a write.

`DELETE …?dry_run=true` must not delete, and a PUT with `If-Match` must not replace what its caller has not seen.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any, TypeVar, get_origin

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel

from shared.errors import InvalidRequest

Endpoint = TypeVar("Endpoint", bound=Callable[..., object])
_LENIENT: set[Callable[..., object]] = set()
_READS = {"GET", "HEAD"}
_CONDITIONS = ("If-Match", "If-None-Match", "If-Unmodified-Since", "Content-Range")


def lenient(endpoint: Endpoint) -> Endpoint:
    """Mark a route that existing clients call with whatever they add."""
    _LENIENT.add(endpoint)
    return endpoint


async def _refuse_what_is_ignored(request: Request) -> None:
    route: APIRoute = request.scope["route"]
    if route.endpoint in _LENIENT:
        return
    if errors := _find_faults(request, _parameters_of(route)):
        raise RequestValidationError(errors)
    if request.method not in _READS:
        _require_no_condition(request)


STRICT = Depends(_refuse_what_is_ignored)


def _find_faults(request: Request, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what is wrong with the names in the query, in the form of pydantic's own errors."""
    faults = []
    for name, n_times in Counter(name for name, _ in request.query_params.multi_items()).items():
        if name not in parameters:
            faults.append({"type": "extra_forbidden", "loc": ("query", name), "msg": "unknown"})
        elif n_times > 1 and get_origin(parameters[name]) is not list:
            faults.append({"type": "repeated", "loc": ("query", name), "msg": "give it once"})
    return faults


def _parameters_of(route: APIRoute) -> dict[str, Any]:
    """Return the types of the query parameters by name."""
    found: dict[str, Any] = {}
    for field in _query_params(route.dependant):
        annotation = field.field_info.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            found |= {name: one.annotation for name, one in annotation.model_fields.items()}
        else:
            found[field.alias] = annotation
    return found


def _query_params(dependant: Dependant) -> list[Any]:
    """Return them with those of what it depends on."""
    return dependant.query_params + [field for each in dependant.dependencies for field in _query_params(each)]


def _require_no_condition(request: Request) -> None:
    for name in _CONDITIONS:
        if name in request.headers:
            detail = "this header is not supported, so nothing was changed; send the request without it"
            raise InvalidRequest(f"/header/{name}: {detail}", errors=[(f"/header/{name}", detail)])
