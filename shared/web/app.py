"""The app that every deployable starts from: errors, request id, traces, limits, metrics, draining and resources."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeVar

from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from starlette.requests import ClientDisconnect

from shared.deadline import DeadlineMiddleware
from shared.settings import ServiceSettings, TracingSettings, UploadSettings, load_settings
from shared.telemetry.logs import configure_logging
from shared.telemetry.metrics import install_metrics
from shared.telemetry.tracing import telemetry
from shared.web.body_limit import BodyLimitMiddleware
from shared.web.draining import Draining, DrainingMiddleware, notice_before_stop
from shared.web.problem import InvalidField, Problem, install_problem_handlers
from shared.web.request_id import RequestIdMiddleware, is_probe

R = TypeVar("R")
CLIENT_CLOSED_REQUEST = 499  # as nginx has it: no standard status says so
VERSION = "0.1.0"  # equals pyproject.toml and the top of CHANGELOG.md: tests/repository/test_docs.py


def build_app(
    name: str,
    settings: ServiceSettings,
    open_resources: Callable[[], AbstractAsyncContextManager[R]],
    *,
    metrics_path: str = "/metrics",
    **about: Any,
) -> FastAPI:
    """Return an app whose lifespan opens the resources and puts them on `app.state.resources`."""
    configure_logging(name, settings)
    tracing, draining = load_settings(TracingSettings), Draining()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with notice_before_stop(draining, settings.drain_seconds):
            async with _traces(name, tracing), open_resources() as resources:
                app.state.resources = resources
                yield

    app = FastAPI(
        version=VERSION,
        lifespan=lifespan,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
        telemetry=telemetry(is_on=tracing.endpoint is not None, leave_out=is_probe),
        **about,
    )
    app.state.settings, app.state.draining = settings, draining
    install_problem_handlers(app)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.state.registry = install_metrics(app, name, metrics_path)
    _install_middleware(app, settings, draining)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]  # the documented way to extend the schema
    return app


@asynccontextmanager
async def _traces(name: str, settings: TracingSettings) -> AsyncIterator[None]:
    if settings.endpoint is None:
        yield
        return
    from shared.telemetry.trace_export import export_traces  # noqa: PLC0415  # half a second that only tracing is to cost

    send_the_last = export_traces(name, VERSION, str(settings.endpoint))
    try:
        yield
    finally:
        await asyncio.to_thread(send_the_last)


async def _gone(_: Request, __: Exception) -> Response:
    """Answer a caller that went away before its whole body had come; nobody reads it, but the log has its status."""
    return Response(status_code=CLIENT_CLOSED_REQUEST)


def _install_middleware(app: FastAPI, settings: ServiceSettings, draining: Draining) -> None:
    max_upload_bytes, write_budget_seconds = settings.max_body_bytes, settings.budget_seconds
    if isinstance(settings, UploadSettings):
        max_upload_bytes, write_budget_seconds = settings.max_upload_bytes, settings.write_budget_seconds
    app.add_middleware(BodyLimitMiddleware, max_bytes=settings.max_body_bytes, max_upload_bytes=max_upload_bytes)
    app.add_middleware(
        DeadlineMiddleware, budget_seconds=settings.budget_seconds, write_budget_seconds=write_budget_seconds
    )
    app.add_middleware(RequestIdMiddleware)
    app.add_middleware(DrainingMiddleware, draining=draining)


def _openapi(app: FastAPI) -> dict[str, Any]:
    """Return the schema with Problem in it and without FastAPI's own error models, which are never sent."""
    if app.openapi_schema is None:
        schema = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            description=app.description,
            routes=app.routes,
            tags=app.openapi_tags,
        )
        components = schema.setdefault("components", {}).setdefault("schemas", {})
        for model in (Problem, InvalidField):
            components[model.__name__] = model.model_json_schema(ref_template="#/components/schemas/{model}")
            components[model.__name__].pop("$defs", None)
        for unused in ("HTTPValidationError", "ValidationError"):
            components.pop(unused, None)
        app.openapi_schema = schema
    return app.openapi_schema
