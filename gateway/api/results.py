"""The public contract: same-session results. HTTP only: parse, call, return."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from gateway.answers.store import Key
from gateway.api.dependencies import AnswersDep, PredictionClientDep, RespondDep
from gateway.api.strict_requests import lenient
from shared.errors import PREDICTION_ERRORS
from shared.schemas.bars import Symbol
from shared.schemas.results import Result, ResultRequest
from shared.web.etags import NOT_MODIFIED
from shared.web.problem import problem_responses

router = APIRouter(prefix="/api", tags=["predictions"])


@router.post("/result", response_model=Result, responses=problem_responses(*PREDICTION_ERRORS))
@router.post("/result/", response_model=Result, include_in_schema=False)
@lenient
async def result(
    body: ResultRequest, request: Request, prediction: PredictionClientDep, answers: AnswersDep
) -> Response:
    """Estimate each test session's close from its own open, high and low, and score it against persistence.

    The first 80 % of the bars train the model and the last 20 % test it, by time. High and low are known only
    at the close, so this looks back: it is not a forecast, and `warnings` says so.
    """
    ask = partial(prediction.raw_result, symbol=body.stock_symbol, adjusted=body.adjusted)
    return await answers.respond(request, Key("result", body.stock_symbol, body.adjusted), ask)


@router.get(
    "/stocks/{symbol}/result",
    response_model=Result,
    responses={**NOT_MODIFIED, **problem_responses(*PREDICTION_ERRORS)},
)
async def stock_result(
    symbol: Symbol,
    prediction: PredictionClientDep,
    respond: RespondDep,
    adjusted: Annotated[bool, Query(description="Scale prices by adjusted close / close first.")] = False,
) -> Response:
    """Return the same result as `POST /api/result`, cacheable by its ETag."""
    ask = partial(prediction.raw_result, symbol=symbol, adjusted=adjusted)
    return await respond(Key("result", symbol, adjusted), ask)
