"""The public contract: forecasts, evaluations and models. HTTP only: parse, call, return."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Response

from gateway.answers.store import Key
from gateway.api.dependencies import PredictionClientDep, RespondDep
from gateway.api.responses import json_example
from gateway.examples.forecasts import EVALUATION, EXPECTED_RANGE, FORECAST, MODELS
from shared.errors import PREDICTION_ERRORS, InvalidRequest, UpstreamFailed, UpstreamTimeout, UpstreamUnavailable
from shared.schemas.bars import Symbol
from shared.schemas.evaluations import Evaluation
from shared.schemas.forecasts import EvaluationQuery, Forecast, ForecastQuery, Models
from shared.schemas.ranges import RangeForecast, RangeQuery
from shared.web.etags import NOT_MODIFIED
from shared.web.problem import problem_responses

router = APIRouter(prefix="/api", tags=["predictions"])


@router.get(
    "/stocks/{symbol}/forecast",
    response_model=Forecast,
    responses={**json_example(FORECAST), **NOT_MODIFIED, **problem_responses(*PREDICTION_ERRORS)},
)
async def forecast(
    symbol: Symbol,
    query: Annotated[ForecastQuery, Query()],
    prediction: PredictionClientDep,
    respond: RespondDep,
) -> Response:
    """Forecast the closes of the next sessions with prediction intervals, from what is known after the latest session.

    Read `verdict` and `skill` first: they say whether the model, on past sessions that it had not seen, erred less
    than persistence, which assumes no change. Usually it did not, and then `auto` predicts no change.
    Each interval should contain the close in `level` percent of cases; `coverage` says how often it did.
    With `as_of`, a past session, no later bar is read: the forecast is the one that the stored bars would have given
    then.
    """
    ask = partial(prediction.raw_forecast, symbol=symbol, query=query)
    return await respond(Key("forecast", symbol, query.model_dump_json()), ask)


@router.get(
    "/stocks/{symbol}/evaluation",
    response_model=Evaluation,
    responses={**json_example(EVALUATION), **NOT_MODIFIED, **problem_responses(*PREDICTION_ERRORS)},
)
async def evaluation(
    symbol: Symbol,
    query: Annotated[EvaluationQuery, Query()],
    prediction: PredictionClientDep,
    respond: RespondDep,
) -> Response:
    """Score each model on past sessions that it had not seen, against persistence on the same sessions.

    In each window a model is trained on the sessions up to a cutoff and tested on the session `horizon` sessions
    later. All models share the same windows; costly ones are refitted in some of them only (`refit_every`). `skill` is
    1 − MAE / MAE of persistence, with a 95 % confidence interval: a model was better only if `lower_of_several`, the
    lower end at 99 %, is above zero, too. MAPE and R² look near perfect even for persistence, and prove nothing.
    `windows` has each prediction, for a chart.
    """
    ask = partial(prediction.raw_evaluation, symbol=symbol, query=query)
    return await respond(Key("evaluation", symbol, query.model_dump_json()), ask)


@router.get(
    "/stocks/{symbol}/range",
    response_model=RangeForecast,
    responses={**json_example(EXPECTED_RANGE), **NOT_MODIFIED, **problem_responses(*PREDICTION_ERRORS)},
)
async def expected_range(
    symbol: Symbol,
    query: Annotated[RangeQuery, Query()],
    respond: RespondDep,
    prediction: PredictionClientDep,
) -> Response:
    """Forecast how far the high will lie above the low in the next session, or in the next five.

    Unlike the close, this can be forecast: read `range.sentence` first. The record compares it with two baselines,
    the range of the last session (or the last five) and the mean of 250 such ranges, on past sessions that the forecast
    had not seen. A wide range says nothing about the direction.
    """
    ask = partial(prediction.raw_range, symbol=symbol, query=query)
    return await respond(Key("range", symbol, query.model_dump_json()), ask)


@router.get(
    "/models",
    response_model=Models,
    responses={
        **json_example(MODELS),
        **NOT_MODIFIED,
        **problem_responses(InvalidRequest, UpstreamUnavailable, UpstreamTimeout, UpstreamFailed),
    },
)
async def models(
    prediction: PredictionClientDep,
    respond: RespondDep,
) -> Response:
    """Return the models with their fixed parameters, and the features that they use.

    The baselines learn nothing or almost nothing. A model that does not beat them is not worth its cost.
    """
    return await respond(Key("models", symbol=""), prediction.raw_models)
