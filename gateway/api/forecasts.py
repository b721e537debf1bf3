"""The public contract: forecasts and the records of the models. HTTP only: parse, call, return."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Response

from gateway.api.dependencies import PredictionClientDep, SettingsDep
from gateway.api.responses import forward, json_example
from gateway.examples.forecasts import EVALUATION, FORECAST, MODELS
from shared.errors import PREDICTION_ERRORS, InvalidRequest, UpstreamFailed, UpstreamTimeout, UpstreamUnavailable
from shared.schemas.bars import Symbol
from shared.schemas.evaluations import Evaluation
from shared.schemas.forecasts import EvaluationQuery, Forecast, ForecastQuery, Models
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
    settings: SettingsDep,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """Forecast the closes of the next sessions, each with a prediction interval, from what is known after the last one.

    Read `verdict` and `skill` first: they say whether the model, on past sessions that it had not seen, erred less
    than assuming that nothing changes. Mostly it does not, and then `auto` says just that: the last close.
    Each interval is meant to hold the close in `level` percent of cases; `coverage` is how often it did.
    With `as_of`, a past session, no later bar is read: it is what would have been said then, of the bars as they are
    stored now.
    """
    found = await prediction.raw_forecast(symbol=symbol, query=query, if_none_match=if_none_match)
    return forward(found, settings)


@router.get(
    "/stocks/{symbol}/evaluation",
    response_model=Evaluation,
    responses={**json_example(EVALUATION), **NOT_MODIFIED, **problem_responses(*PREDICTION_ERRORS)},
)
async def evaluation(
    symbol: Symbol,
    query: Annotated[EvaluationQuery, Query()],
    prediction: PredictionClientDep,
    settings: SettingsDep,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """Score each model on past sessions that it had not seen, beside assuming that nothing changes.

    In each window a model learns from the sessions up to a cutoff and is tested on the one that lies `horizon`
    sessions after it; all models meet the same windows, and a costly one learns anew in some of them only
    (`refit_every`). `skill` is 1 − MAE / MAE of persistence, with a 95 % confidence interval: a model is better only
    if the whole interval lies above zero. MAPE and R² look near perfect for persistence too, and prove nothing.
    `windows` has each forecast, for a chart.
    """
    found = await prediction.raw_evaluation(symbol=symbol, query=query, if_none_match=if_none_match)
    return forward(found, settings)


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
    settings: SettingsDep,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """Return the models that can be asked for, with their fixed parameters, and what they know of the past.

    The baselines learn nothing or next to nothing. A model that does not beat them is not worth its trouble.
    """
    return forward(await prediction.raw_models(if_none_match=if_none_match), settings)
