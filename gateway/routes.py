"""The public contract. HTTP only: parse, call, return."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request, Response

from gateway.dependencies import DataServiceDep, PredictionServiceDep, resources_of
from gateway.ports import DataService, PredictionService
from shared.errors import (
    Busy,
    InvalidRequest,
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
from shared.health import Check, Health
from shared.predictions import Result, ResultRequest
from shared.problem import problem_responses

router = APIRouter(prefix="/api")
_UPSTREAM = (StoreUnavailable, UpstreamUnavailable, UpstreamTimeout, UpstreamFailed)


_SYMBOLS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/json": {"example": ["AAPL", "FB", "GOOG", "IBM", "MSFT"]}}}
}


@router.get("/stocks/all", tags=["stocks"], responses={**_SYMBOLS, **problem_responses(*_UPSTREAM)})
async def all_symbols(data: DataServiceDep) -> list[str]:
    """Return every symbol that can be predicted, ascending."""
    return await data.symbols()


_RESULT_ERRORS = (InvalidRequest, SymbolNotFound, NoBars, NotEnoughBars, PayloadTooLarge, Busy, *_UPSTREAM)


@router.post("/result", tags=["predictions"], responses=problem_responses(*_RESULT_ERRORS))
@router.post("/result/", include_in_schema=False)
async def result(body: ResultRequest, prediction: PredictionServiceDep) -> Result:
    """Estimate each test session's close from its own open, high and low, and score that beside doing nothing.

    The first 80 % of the bars train the model and the last 20 % test it, by time. High and low are known only
    at the close, so this looks back: it is no forecast, and `warnings` says so.
    """
    return await prediction.result(symbol=body.stock_symbol)


@router.get("/health", tags=["operations"], responses={503: {"model": Health, "description": "Something is down"}})
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
