"""Runs over many symbols: requests for them, and their progress. HTTP only: parse, call, return."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Request, Response
from fastapi.sse import EventSourceResponse, format_sse_event
from pydantic import BaseModel

from services.data.api.dependencies import RunStoreDep, RunWatchesDep
from services.data.runs.states import FINAL
from services.data.runs.watches import RunWatch
from shared.errors import InvalidRequest, RunActive, RunNotFound, StoreUnavailable
from shared.schemas.runs import NewRun, Run, RunId, RunList
from shared.web.draining import Draining
from shared.web.etags import NOT_MODIFIED, matches
from shared.web.problem import problem_responses

COMMENT_SECONDS = 5.0  # the longest silence, so that no proxy closes the stream as idle
CHECK_SECONDS = 1.0  # how long a stream may take to notice that the service is stopping
RunIdPath = Annotated[RunId, Path(description="The `id` of the run.")]
IfNoneMatch = Annotated[str | None, Header()]
router = APIRouter(prefix="/runs", tags=["runs"])
_ERRORS = (InvalidRequest, RunNotFound, StoreUnavailable)


@router.put(
    "/{run_id}",
    response_model=Run,
    responses={201: {"model": Run}, **problem_responses(InvalidRequest, StoreUnavailable)},
)
async def put_run(run_id: RunIdPath, new: NewRun, runs: RunStoreDep, response: Response) -> Run:
    """Queue a run: 201 if it is new, 200 if it exists already.

    One that was cancelled or has failed is queued again, keeps its results, and tries again the symbols that failed.
    """
    if new.id != run_id:
        raise InvalidRequest("/body/id: write the id of the path", errors=[("/body/id", "write the id of the path")])
    run, is_new = await runs.put(new)
    response.status_code = 201 if is_new else 200
    return run


@router.get(
    "", response_model=RunList, responses={**NOT_MODIFIED, **problem_responses(InvalidRequest, StoreUnavailable)}
)
async def list_runs(runs: RunStoreDep, if_none_match: IfNoneMatch = None) -> Response:
    """Return every run, newest first, without the failures of single symbols."""
    listed = [run.model_copy(update={"failures": []}) for run in await runs.runs()]
    return _respond(RunList(runs=listed), if_none_match)


@router.get("/{run_id}", response_model=Run, responses={**NOT_MODIFIED, **problem_responses(*_ERRORS)})
async def run(run_id: RunIdPath, runs: RunStoreDep, if_none_match: IfNoneMatch = None) -> Response:
    """Return a run and its progress."""
    return _respond((await runs.snapshot(run_id)).run, if_none_match)


@router.post("/{run_id}/cancel", responses=problem_responses(*_ERRORS))
async def cancel_run(run_id: RunIdPath, runs: RunStoreDep) -> Run:
    """Cancel a run, or ask its owner to; one that has ended does not change."""
    return await runs.cancel(run_id)


@router.delete("/{run_id}", status_code=204, responses=problem_responses(*_ERRORS, RunActive))
async def delete_run(run_id: RunIdPath, runs: RunStoreDep) -> None:
    """Remove a run, unless it is being computed."""
    await runs.delete(run_id)


async def _watch(run_id: RunIdPath, watches: RunWatchesDep) -> AsyncIterator[RunWatch]:
    async with watches.watch(run_id) as watch:
        await watch.first()  # raises while the response can still be an error
        yield watch


@router.get(
    "/{run_id}/events",
    response_class=Response,
    responses={
        200: {"description": "Server-Sent Events.", "content": {EventSourceResponse.media_type: {}}},
        204: {"description": "The run has ended, and the caller knows it."},
        **problem_responses(*_ERRORS),
    },
)
async def run_events(
    request: Request,
    watch: Annotated[RunWatch, Depends(_watch)],
    last_event_id: Annotated[str | None, Header(max_length=40)] = None,
) -> Response:
    """Stream the run: its state now, then each change, at most one a second, until it has ended.

    The ids grow; a client that reconnects with `Last-Event-ID` gets only what is new, and 204 if nothing can follow.
    """
    current, event_id = await watch.first()
    if current.state in FINAL and str(event_id) == last_event_id:
        return Response(status_code=204)  # after which a browser does not reconnect
    return EventSourceResponse(_stream_events(watch, last_event_id, request.app.state.draining))


async def _stream_events(watch: RunWatch, known_id: str | None, draining: Draining) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    known_run, spoke_at = None, loop.time()
    while not draining.is_on and not watch.is_gone:
        current, event_id = await watch.first()
        if str(event_id) != known_id and current != known_run:
            known_id, known_run, spoke_at = str(event_id), current, loop.time()
            yield format_sse_event(data_str=current.model_dump_json(), id=known_id)
        elif loop.time() >= spoke_at + COMMENT_SECONDS:
            spoke_at = loop.time()
            yield format_sse_event(comment="nothing new")
        if current.state in FINAL:
            return
        await watch.wait(CHECK_SECONDS)


def _respond(model: BaseModel, if_none_match: str | None) -> Response:
    body = model.model_dump_json().encode()
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    if if_none_match is not None and matches(etag, if_none_match):
        return Response(status_code=304, headers={"ETag": etag})
    return Response(body, media_type="application/json", headers={"ETag": etag})
