"""Every error on the wire: RFC 9457 problem+json, rendered here and nowhere else."""

from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from shared.errors import BodyTooSlow, InvalidRequest, PayloadTooLarge, ServiceError, Unavailable
from shared.telemetry.tracing import current_trace_id
from shared.web.request_id import HEADER, request_id_of

MEDIA_TYPE = "application/problem+json"
log = structlog.get_logger()


class InvalidField(BaseModel):
    """One thing that is wrong with the request."""

    pointer: str = Field(description="JSON pointer into the request.", examples=["/body/stock_symbol"])
    detail: str


class Problem(BaseModel):
    """The body of every error (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["/problems/symbol-not-found"])
    title: str = Field(description="The same for every error of this type.", examples=["Unknown symbol"])
    status: int = Field(examples=[404])
    detail: str = Field(description="What happened here, and what to do.")
    instance: str = Field(description="The path that was asked for.", examples=["/api/result"])
    request_id: str = Field(description="Find it in the logs of every service.")
    trace_id: str | None = Field(None, description="Find it in the collector of traces; only where there is one.")
    retryable: bool = Field(description="Whether the same request may succeed later; `Retry-After` says when.")
    errors: list[InvalidField] | None = None


def problem_response(request: Request, error: ServiceError) -> JSONResponse:
    """Render `error` for this request, with `Retry-After` where it has one."""
    headers = {HEADER: request_id_of(request.scope)}
    if error.retry_after_seconds is not None:
        headers["Retry-After"] = str(error.retry_after_seconds)
    problem = Problem(
        type=f"/problems/{error.slug}",
        title=error.title,
        status=error.status,
        detail=error.detail,
        instance=request.url.path,
        request_id=request_id_of(request.scope),
        trace_id=current_trace_id(),
        retryable=error.retryable,
        errors=[InvalidField(pointer=pointer, detail=detail) for pointer, detail in error.errors] or None,
        **error.extras,
    )
    content = jsonable_encoder(problem, exclude_none=True)
    return JSONResponse(content, status_code=error.status, headers=headers, media_type=MEDIA_TYPE)


def _service_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ServiceError)
    level = log.warning if isinstance(error, Unavailable) else log.info
    level("request_refused", type=error.slug, detail=error.detail)
    return problem_response(request, error)


def _validation_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    errors = [_invalid_field(item) for item in error.errors()]
    pointer, detail = errors[0]
    return problem_response(request, InvalidRequest(f"{pointer}: {detail}", errors=errors))


def _invalid_field(item: dict[str, Any]) -> tuple[str, str]:
    """Say where and what, but never repeat the input: it may be hostile or huge."""
    pointer = "".join(f"/{part}" for part in item["loc"])
    return pointer, _PLAIN.get(item["type"], str(item["msg"]).removeprefix("Value error, "))


_PLAIN = {
    "string_pattern_mismatch": "1 to 15 of the characters A-Z 0-9 . - ^ = are expected",
    "json_invalid": "from this character on it is not JSON",
    "model_attributes_type": "a JSON object is expected, sent with the header Content-Type: application/json",
}


def http_problem(request: Request, error: Exception) -> JSONResponse:
    """Return what FastAPI itself refuses, such as a path that is not there, as a problem."""
    assert isinstance(error, HTTPException)
    phrase = HTTPStatus(error.status_code).phrase
    leaf: type[ServiceError] = type(
        "HttpError",
        (ServiceError,),
        {"status": error.status_code, "slug": phrase.lower().replace(" ", "-"), "title": phrase},
    )
    leaf = {known.status: known for known in (PayloadTooLarge, BodyTooSlow)}.get(error.status_code, leaf)
    response = problem_response(request, leaf(_HINTS.get(error.status_code, str(error.detail))))
    response.headers.update(error.headers or {})
    return response


_HINTS = {
    400: "The body could not be read as JSON.",
    404: "There is nothing at this path. /docs lists what there is.",
    405: "This path does not take that method. The Allow header and /docs list what it takes.",
}


def _unexpected(request: Request, error: Exception) -> JSONResponse:
    log.error("request_failed", exc_info=error)
    return problem_response(request, InternalError("Something went wrong here. The logs have it by its request id."))


class InternalError(ServiceError):
    """A defect of ours. Rendered by this module only; nothing raises it."""

    status, slug, title = 500, "internal-error", "Internal error"


def install_problem_handlers(app: FastAPI) -> None:
    """Render every exception of `app` as a problem."""
    app.add_exception_handler(ServiceError, _service_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, http_problem)
    app.add_exception_handler(Exception, _unexpected)


def problem_responses(*leaves: type[ServiceError]) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI entries of the errors that a route may answer with, an example for each."""
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
