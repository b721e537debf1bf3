"""Renders every error as RFC 9457 problem+json."""

import json
import re
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from shared.errors import (
    Busy,
    InvalidRequest,
    PayloadTooLarge,
    RequestTooSlow,
    ServiceError,
    Unavailable,
    UnsupportedMediaType,
)
from shared.schemas.bars import SYMBOL_PATTERN
from shared.schemas.loads import TIMEZONE_PATTERN
from shared.schemas.runs import RUN_ID_PATTERN
from shared.telemetry.tracing import current_trace_id
from shared.web.methods import allow_header
from shared.web.request_id import HEADER, request_id_of

MEDIA_TYPE = "application/problem+json"
MAX_FIELDS = 20  # invalid parts that a problem lists
_PATH_CHARACTERS = "/:@!$&'()*+,;=-._~^"
log = structlog.get_logger()
_PLAIN = {
    "json_invalid": "the JSON is invalid from this character on",
    "extra_forbidden": "there is no such name: see /docs",
    "date_from_datetime_parsing": "use a date such as 2013-03-01",
    "date_from_datetime_inexact": "use a date such as 2013-03-01",
    "model_attributes_type": "send a JSON object with the header Content-Type: application/json",
}
_FORMS = {
    SYMBOL_PATTERN: "use 1 to 15 of the characters A-Z 0-9 . - ^ = &",
    RUN_ID_PATTERN: "use the id of a run: 16 of the characters 0-9 a-f",
    TIMEZONE_PATTERN: "use the name of a time zone, such as Europe/Paris",
}
_PLAIN_NAME = re.compile(r"[\w.-]{1,40}", re.ASCII)  # an unknown member or parameter is named as the caller did
_HINTS = {
    400: "The body is not valid JSON.",
    404: "Not found. See /docs for the available paths.",
    405: "This path does not accept that method. See the Allow header and /docs.",
}
_BODY_ERRORS: dict[int, type[ServiceError]] = {error.status: error for error in (PayloadTooLarge, RequestTooSlow, Busy)}


class InvalidField(BaseModel):
    """One invalid part of the request."""

    pointer: str = Field(description="JSON pointer into the request.", examples=["/body/stock_symbol"])
    detail: str


class Problem(BaseModel):
    """The body of every error (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["/problems/symbol-not-found"])
    title: str = Field(description="The same for all errors of this type.", examples=["Unknown symbol"])
    status: int = Field(examples=[404])
    detail: str = Field(description="What happened here, and what to do.")
    instance: str = Field(description="The requested path.", examples=["/api/result"])
    request_id: str = Field(description="Appears in the logs of every service.")
    trace_id: str | None = Field(None, description="Appears in the trace collector, if there is one.")
    retryable: bool = Field(description="Whether the same request may succeed later; `Retry-After` says when.")
    errors: list[InvalidField] | None = None


def problem_response(request: Request, error: ServiceError) -> JSONResponse:
    """Render a ServiceError, with `Retry-After` where it has one."""
    response = _render(request, **_members(error))
    response.headers.update(error.headers)
    if error.retry_after_seconds is not None:
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    return response


def encode_problem(error: ServiceError, path: str, request_id: str) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """Return the headers and the body of the response to `error`, for callers that have no Request."""
    body = json.dumps(_content(path, request_id, **_members(error))).encode()
    headers = {"Content-Type": MEDIA_TYPE, "Content-Length": str(len(body)), HEADER: request_id}
    if error.retry_after_seconds is not None:
        headers["Retry-After"] = str(error.retry_after_seconds)
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()], body


def _members(error: ServiceError) -> dict[str, Any]:
    return {
        **error.extras,
        "status": error.status,
        "slug": error.slug,
        "title": error.title,
        "detail": error.detail,
        "retryable": error.retryable,
        "errors": [InvalidField(pointer=pointer, detail=detail) for pointer, detail in error.errors] or None,
    }


def _content(path: str, request_id: str, /, *, slug: str, **members: Any) -> dict[str, Any]:
    kind = f"/problems/{slug}"
    instance = quote(path, safe=_PATH_CHARACTERS)
    problem = Problem(type=kind, instance=instance, request_id=request_id, trace_id=current_trace_id(), **members)
    content: dict[str, Any] = jsonable_encoder(problem, exclude_none=True)
    return content


def _render(request: Request, /, *, status: int, **members: Any) -> JSONResponse:
    request_id = request_id_of(request.scope)
    content = _content(request.url.path, request_id, status=status, **members)
    return JSONResponse(content, status_code=status, headers={HEADER: request_id}, media_type=MEDIA_TYPE)


async def _service_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ServiceError)
    level = log.warning if isinstance(error, Unavailable) else log.info
    level("request_refused", type=error.slug, detail=error.detail)
    return problem_response(request, error)


async def _validation_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    errors = [_invalid_field(item) for item in error.errors()[:MAX_FIELDS]]
    pointer, detail = errors[0]
    media_type = request.headers.get("content-type", "")
    if pointer == "/body" and media_type and "json" not in media_type.lower():
        sentence = "Send JSON, with the header Content-Type: application/json."
        return problem_response(request, UnsupportedMediaType(sentence, headers={"Accept": "application/json"}))
    return problem_response(request, InvalidRequest(f"{pointer}: {detail}", errors=errors))


def _invalid_field(item: dict[str, Any]) -> tuple[str, str]:
    """Say where and what is wrong, but never repeat the input: it may be hostile or huge."""
    pointer = "".join(f"/{part if _PLAIN_NAME.fullmatch(str(part)) else '?'}" for part in item["loc"])
    if item["type"] == "string_pattern_mismatch":
        return pointer, _FORMS.get(item["ctx"]["pattern"], "use the form that /docs describes")
    return pointer, _PLAIN.get(item["type"], str(item["msg"]).removeprefix("Value error, "))


async def http_problem(request: Request, error: Exception) -> JSONResponse:
    """Render what FastAPI itself refuses, such as an unknown path."""
    assert isinstance(error, HTTPException)
    detail = _HINTS.get(error.status_code, str(error.detail))
    if leaf := _BODY_ERRORS.get(error.status_code):
        response = problem_response(request, leaf(detail))
    else:
        title = HTTPStatus(error.status_code).phrase
        slug = title.lower().replace(" ", "-")
        response = _render(request, status=error.status_code, slug=slug, title=title, detail=detail, retryable=False)
    response.headers.update(error.headers or {})
    if error.status_code == 405:
        response.headers["Allow"] = allow_header(request, response.headers.get("Allow"))
    return response


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    log.error("request_failed", exc_info=error)
    detail = "Bellwether failed unexpectedly. Search the logs for the request id."
    return _render(request, status=500, slug="internal-error", title="Internal error", detail=detail, retryable=False)


def install_problem_handlers(app: FastAPI) -> None:
    """Install handlers that render every exception of `app` as a problem.

    They are async, because Starlette runs others in its thread pool: a refusal would cost twice as much.
    """
    app.add_exception_handler(ServiceError, _service_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, http_problem)
    app.add_exception_handler(Exception, _unexpected)


def problem_responses(*leaves: type[ServiceError]) -> dict[int | str, dict[str, Any]]:
    """Build the OpenAPI entries of the errors that a route may return, with an example of each."""
    by_status: dict[int | str, dict[str, Any]] = {}
    for leaf in leaves:
        entry = by_status.setdefault(leaf.status, {"description": leaf.title, "content": {MEDIA_TYPE: {}}})
        content = entry["content"][MEDIA_TYPE]
        content["schema"] = {"$ref": "#/components/schemas/Problem"}
        content.setdefault("examples", {})[leaf.slug] = {"value": _example(leaf)}
    return by_status


def _example(leaf: type[ServiceError]) -> dict[str, Any]:
    return {
        "type": f"/problems/{leaf.slug}",
        "title": leaf.title,
        "status": leaf.status,
        "detail": (leaf.__doc__ or "").splitlines()[0],
        "instance": "/api/result",
        "request_id": "5f2b7c0e9d1a4b3c8e6f7a8b9c0d1e2f",
        "retryable": leaf.retryable,
    }
