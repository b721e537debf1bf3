"""The prediction service's routes. HTTP only: parse, call, return."""

import asyncio
import time
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.prediction.dependencies import BarsReaderDep, WorkersDep, resources_of
from services.prediction.ports import BarsReader
from services.prediction.result import result_of
from shared.bars import Symbol
from shared.errors import (
    Busy,
    InvalidRequest,
    NoAdjustedPrices,
    NoBars,
    NotEnoughBars,
    ServiceError,
    StoreUnavailable,
    SymbolNotFound,
    UpstreamFailed,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from shared.health import Check, health_router, run_check
from shared.predictions import Result
from shared.problem import problem_responses

router = APIRouter(tags=["predictions"])
_ERRORS = (
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


@router.get("/symbols/{symbol}/result", responses=problem_responses(*_ERRORS))
async def result(
    symbol: Symbol,
    data: BarsReaderDep,
    workers: WorkersDep,
    request: Request,
    response: Response,
    adjusted: Annotated[bool, Query(description="Scale prices by adjusted close / close first.")] = False,
) -> Result:
    """Return the same-session result of a symbol; its ETag is the revision of the bars, which determine it."""
    payload = await data.bars(symbol=symbol, adjusted=adjusted)
    started_at = time.perf_counter()
    found = await workers.run(result_of, payload, symbol, adjusted=adjusted)
    request.app.state.result_seconds.observe(time.perf_counter() - started_at)
    response.headers["ETag"] = f'"{payload.revision}"'
    return found


async def _checks(request: Request) -> Mapping[str, Check]:
    resources = resources_of(request)
    data, workers = await asyncio.gather(
        _check_data(resources.data), run_check(resources.workers.ping, when_failing="down")
    )
    return {"data": data, "workers": workers}


async def _check_data(data: BarsReader) -> Check:
    try:
        health = await data.health()
    except ServiceError as error:
        return Check(status="down", detail=error.detail)
    failing = {name: check for name, check in health.checks.items() if check.status != "ok"}
    detail = " ".join(f"{name}: {check.detail}" for name, check in failing.items()) or None
    return Check(status=health.status, detail=detail)


operations = health_router(_checks)
