"""The public contract: predictions and health. HTTP only: parse, call, return."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response

from gateway.api.caching import passed_on
from gateway.api.dependencies import PredictionServiceDep, SettingsDep, resources_of
from gateway.ports import DataService, PredictionService
from shared.errors import (
    Busy,
    InvalidRequest,
    NoAdjustedPrices,
    NoBars,
    NotEnoughBars,
    PayloadTooLarge,
    ServiceError,
    StoreUnavailable,
    SymbolNotFound,
    UpstreamFailed,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from shared.schemas.bars import Symbol
from shared.schemas.results import Result, ResultRequest
from shared.web.etags import KNOWN
from shared.web.health import Check, Health, health_router, no_checks
from shared.web.problem import problem_responses

router = APIRouter(prefix="/api", tags=["predictions"])
operations = APIRouter(prefix="/api", tags=["operations"])
probes = health_router(no_checks)  # an upstream that is down makes some answers 503, but no gateway better than this
ERRORS = (
    InvalidRequest,
    SymbolNotFound,
    NoBars,
    NotEnoughBars,
    NoAdjustedPrices,
    Busy,
    StoreUnavailable,
    UpstreamUnavailable,
    UpstreamTimeout,
    UpstreamFailed,
)


@router.post("/result", responses=problem_responses(*ERRORS, PayloadTooLarge))
@router.post("/result/", include_in_schema=False)
async def result(body: ResultRequest, prediction: PredictionServiceDep) -> Result:
    """Estimate each test session's close from its own open, high and low, and score that beside doing nothing.

    The first 80 % of the bars train the model and the last 20 % test it, by time. High and low are known only
    at the close, so this looks back: it is no forecast, and `warnings` says so.
    """
    return await prediction.result(symbol=body.stock_symbol, adjusted=body.adjusted)


@router.get(
    "/stocks/{symbol}/result",
    response_model=Result,
    responses={**KNOWN, **problem_responses(*ERRORS)},
)
async def stock_result(
    symbol: Symbol,
    prediction: PredictionServiceDep,
    settings: SettingsDep,
    adjusted: Annotated[bool, Query(description="Scale prices by adjusted close / close first.")] = False,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """Return the same result as `POST /api/result`, to be kept for as long as its ETag does not change."""
    found = await prediction.result_answer(symbol=symbol, adjusted=adjusted, if_none_match=if_none_match)
    return passed_on(found, settings)


@operations.get("/health", responses={503: {"model": Health, "description": "Something is down"}})
async def health(request: Request, response: Response) -> Health:
    """Say, per dependency, whether it works and, if not, what is wrong.

    `degraded` still answers every request; with `down` the status is 503.
    """
    resources = resources_of(request)
    asked: dict[str, DataService | PredictionService] = {"data": resources.data, "prediction": resources.prediction}
    answers = await asyncio.gather(*(_checks_of(name, service) for name, service in asked.items()))
    found = Health.of({name: check for checks in answers for name, check in checks.items()})
    if found.status == "down":
        response.status_code = 503
    return found


async def _checks_of(name: str, service: DataService | PredictionService) -> dict[str, Check]:
    """Return the service's own state under its name, and under `name.check` each check that it runs itself."""
    try:
        found = await service.health()
    except ServiceError as error:
        return {name: Check(status="down", detail=error.detail)}
    inner = {f"{name}.{check}": state for check, state in found.checks.items()}
    return {name: Check(status=found.status, detail=None), **inner}
