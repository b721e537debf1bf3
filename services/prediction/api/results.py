"""The route of the same-session task. HTTP only: parse, call, return."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response

from services.prediction.api.dependencies import ResourcesDep, ResponderDep
from services.prediction.api.responder import ComputationKey
from services.prediction.tasks import compute_result
from shared.errors import PREDICTION_ERRORS
from shared.schemas.bars import Symbol
from shared.schemas.results import Result
from shared.web.etags import NOT_MODIFIED
from shared.web.problem import problem_responses

router = APIRouter(tags=["predictions"])


@router.get(
    "/symbols/{symbol}/result",
    response_model=Result,
    responses={**NOT_MODIFIED, **problem_responses(*PREDICTION_ERRORS)},
)
async def result(
    symbol: Symbol,
    responder: ResponderDep,
    resources: ResourcesDep,
    adjusted: Annotated[bool, Query(description="Scale prices by adjusted close / close first.")] = False,
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    """Return the same-session result of a symbol."""
    key = ComputationKey("result", symbol, adjusted)
    return await responder.respond(key, if_none_match, resources, partial(compute_result, adjusted=adjusted))
