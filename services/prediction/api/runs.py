"""The route that requests runs. HTTP only: parse, call, return."""

from fastapi import APIRouter, Response

from services.prediction.api.dependencies import ResourcesDep
from services.prediction.provenance import answer_digest
from services.prediction.runs.new_run import build_new_run
from shared.errors import UPSTREAM_ERRORS, InvalidRequest, SymbolNotFound
from shared.schemas.runs import Run, RunRequest
from shared.web.problem import problem_responses

router = APIRouter(tags=["runs"])


@router.post(
    "/runs",
    status_code=202,
    responses={
        200: {"model": Run, "description": "The run exists already."},
        202: {"description": "The run has been queued."},
        **problem_responses(InvalidRequest, SymbolNotFound, *UPSTREAM_ERRORS),
    },
)
async def start_run(request: RunRequest, resources: ResourcesDep, response: Response) -> Run:
    """Queue a run, unless the same one exists: the same request on the same bars and code."""
    new = build_new_run(request, await resources.data.revisions(), answer_digest())
    run, is_queued = await resources.runs.put(new=new)
    if is_queued:
        resources.queued.set()
    response.status_code = 202 if is_queued else 200
    response.headers["Location"] = f"/runs/{run.id}"
    return run
