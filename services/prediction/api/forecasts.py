"""The routes of forecasts, evaluations and models. HTTP only: parse, call, return."""

from datetime import UTC, date, datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response

from services.prediction.api.dependencies import ResourcesDep, ResponderDep, SettingsDep
from services.prediction.api.responder import ComputationKey
from services.prediction.models.registry import describe_models
from services.prediction.tasks import compute_evaluation, compute_forecast, compute_range
from shared.errors import PREDICTION_ERRORS
from shared.schemas.bars import Symbol
from shared.schemas.evaluations import Evaluation
from shared.schemas.forecasts import EvaluationQuery, Forecast, ForecastQuery, Models
from shared.schemas.ranges import RangeForecast, RangeQuery
from shared.web.etags import NOT_MODIFIED
from shared.web.problem import problem_responses

router = APIRouter(tags=["predictions"])


@router.get(
    "/symbols/{symbol}/forecast",
    response_model=Forecast,
    responses={**NOT_MODIFIED, **problem_responses(*PREDICTION_ERRORS)},
)
async def forecast(
    symbol: Symbol,
    query: Annotated[ForecastQuery, Query()],
    responder: ResponderDep,
    resources: ResourcesDep,
    settings: SettingsDep,
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    """Forecast the next sessions of a symbol, each with an interval and the track record of the selected model."""
    today = _today_unless_past(query.as_of)
    key = ComputationKey("forecast", symbol, query.adjusted, query.model_dump_json(), today)
    work = partial(
        compute_forecast, query=query, calendar=settings.calendar or "", models_dir=settings.models_dir, today=today
    )
    return await responder.respond(key, if_none_match, resources, work)


@router.get(
    "/symbols/{symbol}/evaluation",
    response_model=Evaluation,
    responses={**NOT_MODIFIED, **problem_responses(*PREDICTION_ERRORS)},
)
async def evaluation(
    symbol: Symbol,
    query: Annotated[EvaluationQuery, Query()],
    responder: ResponderDep,
    resources: ResourcesDep,
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    """Return the walk-forward scores of the models on a symbol, compared with persistence."""
    key = ComputationKey("evaluation", symbol, query.adjusted, query.model_dump_json())
    return await responder.respond(key, if_none_match, resources, partial(compute_evaluation, query=query))


@router.get(
    "/symbols/{symbol}/range",
    response_model=RangeForecast,
    responses={**NOT_MODIFIED, **problem_responses(*PREDICTION_ERRORS)},
)
async def expected_range(
    symbol: Symbol,
    query: Annotated[RangeQuery, Query()],
    responder: ResponderDep,
    resources: ResourcesDep,
    settings: SettingsDep,
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    """Forecast the range of the next session or of the next five, with its track record against both baselines."""
    today = _today_unless_past(query.as_of)
    key = ComputationKey("range", symbol, query.adjusted, query.model_dump_json(), today)
    work = partial(compute_range, query=query, calendar=settings.calendar or "", today=today)
    return await responder.respond(key, if_none_match, resources, work)


@router.get("/models", response_model=Models, responses=NOT_MODIFIED)
async def models(responder: ResponderDep, if_none_match: Annotated[str, Header()] = "") -> Response:
    """Return the available models and features."""
    return responder.respond_with(describe_models(), if_none_match)


def _today_unless_past(as_of: date | None) -> date | None:
    """Return the date in UTC if bars may be late by it; None for a past day, which is as old on any day."""
    today = datetime.now(UTC).date()
    return today if as_of is None or as_of >= today else None
