"""Completes the OpenAPI document: Problem for every error, and the responses that any route can give."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from shared.errors import BadRequest, HeadersTooLarge, PayloadTooLarge, RequestTooSlow, TargetTooLong
from shared.web.problem import InvalidField, Problem, problem_responses

_OF_HTTP = (BadRequest, RequestTooSlow, TargetTooLong, HeadersTooLarge)  # from shared/web/http_protocol.py
_OF_BODIES = (PayloadTooLarge,)  # from shared/web/body_limit.py


def openapi_document(app: FastAPI) -> dict[str, Any]:
    """Build the document, without FastAPI's own error models, which are never sent."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
    )
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for model in (Problem, InvalidField):
        schemas[model.__name__] = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas[model.__name__].pop("$defs", None)
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for path in document["paths"].values():
        for operation in path.values():
            _add_responses(operation)
    return document


def _add_responses(operation: dict[str, Any]) -> None:
    """Add the responses that a route need not declare; one that it declares stays."""
    leaves = (*_OF_HTTP, *(_OF_BODIES if "requestBody" in operation else ()))
    for status, response in problem_responses(*leaves).items():
        operation["responses"].setdefault(str(status), response)
    operation["responses"] = dict(sorted(operation["responses"].items()))
