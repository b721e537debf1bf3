"""The public contract: runs over many symbols. HTTP only: parse, call, return."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

import anyio
from fastapi import APIRouter, Body, Depends, Header, Path, Request, Response
from fastapi.responses import StreamingResponse

from gateway.api.dependencies import PredictionClientDep, RunsClientDep
from gateway.api.responses import json_example
from gateway.examples import runs as examples
from shared.clients.base import RawResponse
from shared.clients.events import MEDIA_TYPE
from shared.errors import (
    UPSTREAM_ERRORS,
    Busy,
    InvalidRequest,
    NoBars,
    NotAuthorised,
    RunActive,
    RunNotFound,
    SymbolNotFound,
)
from shared.schemas.runs import Run, RunId, RunList, RunRequest
from shared.web.etags import NOT_MODIFIED
from shared.web.problem import problem_responses

CHECK_SECONDS = 0.5  # how long a stream may take to notice that the gateway is stopping
router = APIRouter(prefix="/api", tags=["runs"])
writes = APIRouter(prefix="/api", tags=["runs"])
RunIdPath = Annotated[RunId, Path(description="The `id` of the run.")]
IfNoneMatch = Annotated[str | None, Header()]
_ERRORS = (InvalidRequest, RunNotFound, *UPSTREAM_ERRORS)
_DEFAULT = RunRequest()


@writes.post(
    "/runs",
    status_code=202,
    response_model=Run,
    responses={
        202: {
            "description": "The run is queued. `Location` is its address.",
            "content": {"application/json": {"example": examples.RUN}},
        },
        200: {
            "model": Run,
            "description": "The same run exists already.",
            "content": {"application/json": {"example": examples.RUN}},
        },
        **problem_responses(NotAuthorised, InvalidRequest, SymbolNotFound, NoBars, *UPSTREAM_ERRORS),
    },
)
async def start_run(
    prediction: PredictionClientDep,
    response: Response,
    body: Annotated[RunRequest, Body()] = _DEFAULT,
) -> Run:
    """Evaluate many symbols, by default all, and keep the results.

    The same request on the same bars and code is the same run: it is not computed twice, and a cancelled or failed
    one is queued again: it keeps its results so far, and tries again the symbols that failed. Runs are computed one
    after another.
    """
    run, is_new = await prediction.start_run(request=body)
    response.status_code = 202 if is_new else 200
    response.headers["Location"] = f"/api/runs/{run.id}"
    return run


@router.get(
    "/runs",
    response_model=RunList,
    responses={**json_example(examples.RUNS), **NOT_MODIFIED, **problem_responses(InvalidRequest, *UPSTREAM_ERRORS)},
)
async def list_runs(runs: RunsClientDep, if_none_match: IfNoneMatch = None) -> Response:
    """Return every stored run, newest first, without the failures of single symbols."""
    return _forward(await runs.raw_runs(if_none_match=if_none_match))


@router.get(
    "/runs/{run_id}",
    response_model=Run,
    responses={**json_example(examples.RUN), **NOT_MODIFIED, **problem_responses(*_ERRORS)},
)
async def run(run_id: RunIdPath, runs: RunsClientDep, if_none_match: IfNoneMatch = None) -> Response:
    """Return a run and its progress. To watch it without a stream, poll with `If-None-Match`."""
    return _forward(await runs.raw_run(run_id=run_id, if_none_match=if_none_match))


async def _open_events(
    run_id: RunIdPath, runs: RunsClientDep, last_event_id: Annotated[str | None, Header(max_length=40)] = None
) -> AsyncIterator[AsyncIterator[bytes] | None]:
    async with runs.events(run_id=run_id, last_event_id=last_event_id) as events:
        yield events


@router.get(
    "/runs/{run_id}/events",
    response_class=Response,
    responses={
        200: {"description": "Server-Sent Events.", "content": examples.EVENTS},
        204: {"description": "The run has ended, and `Last-Event-ID` is its last event: do not reconnect."},
        **problem_responses(*_ERRORS, Busy),
    },
)
async def run_events(
    request: Request, events: Annotated[AsyncIterator[bytes] | None, Depends(_open_events)]
) -> Response:
    """Stream a run: its state now, then each change, at most one a second, until it has ended.

    Each event is the run in JSON, with an increasing `id`; a reconnect with `Last-Event-ID` continues from there. The
    stream also ends when the service stops; then reconnect.
    """
    if events is None:
        return Response(status_code=204)
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return StreamingResponse(_pass_on(events, request), media_type=MEDIA_TYPE, headers=headers)


@writes.post(
    "/runs/{run_id}/cancel", responses={**json_example(examples.RUN), **problem_responses(NotAuthorised, *_ERRORS)}
)
async def cancel_run(run_id: RunIdPath, runs: RunsClientDep) -> Run:
    """Cancel a run: symbols in progress are dropped, and finished ones stay. A run that has ended does not change."""
    return await runs.cancel(run_id=run_id)


@writes.delete("/runs/{run_id}", status_code=204, responses=problem_responses(NotAuthorised, *_ERRORS, RunActive))
async def delete_run(run_id: RunIdPath, runs: RunsClientDep) -> None:
    """Remove a run with its leaderboard and screener. One that is being computed must be cancelled first."""
    await runs.delete(run_id=run_id)


def _forward(raw: RawResponse) -> Response:
    return Response(raw.body, raw.status, raw.headers | {"Cache-Control": "no-cache"})


async def _pass_on(events: AsyncIterator[bytes], request: Request) -> AsyncIterator[bytes]:
    """Yield chunks until the gateway stops."""
    draining = request.app.state.draining
    reading, upcoming = _begin_to_read(events)
    try:
        while not draining.is_on:
            await asyncio.wait({upcoming}, timeout=CHECK_SECONDS)
            if not upcoming.done():
                continue
            chunk = upcoming.result()
            if chunk is None:
                return
            yield chunk
            reading, upcoming = _begin_to_read(events)
    finally:
        reading.cancel()
        with anyio.CancelScope(shield=True):  # a caller that leaves cancels this, too
            await asyncio.wait({upcoming})


def _begin_to_read(events: AsyncIterator[bytes]) -> tuple[anyio.CancelScope, asyncio.Task[bytes | None]]:
    """Read the next chunk, None at the end. Not for Task.cancel(), which could keep httpcore from closing."""
    scope = anyio.CancelScope()

    async def read() -> bytes | None:
        with scope:
            return await anext(events, None)
        return None

    return scope, asyncio.create_task(read())
