"""The prediction service's routes. HTTP only: parse, call, return."""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response

from services.prediction.api.dependencies import ResourcesDep, ResponderDep, resources_of
from services.prediction.api.responder import Question
from services.prediction.ports import BarsReader
from services.prediction.same_session.result import result_of
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
from shared.schemas.bars import Symbol
from shared.schemas.results import Result
from shared.telemetry.metrics import look_at_dependencies
from shared.web.etags import KNOWN
from shared.web.health import Check, health_router, run_check
from shared.web.problem import problem_responses

router = APIRouter(tags=["predictions"])
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


@router.get("/symbols/{symbol}/result", response_model=Result, responses={**KNOWN, **problem_responses(*ERRORS)})
async def result(
    symbol: Symbol,
    responder: ResponderDep,
    resources: ResourcesDep,
    adjusted: Annotated[bool, Query(description="Scale prices by adjusted close / close first.")] = False,
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    """Return the same-session result of a symbol."""
    question = Question("result", symbol, adjusted)
    return await responder.answer(question, if_none_match, resources, partial(result_of, adjusted=adjusted))


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


async def _data_is_up(request: Request) -> bool:
    return (await resources_of(request).data.health()).status != "down"


async def _workers_are_up(request: Request) -> bool:
    await resources_of(request).workers.ping()
    return True


DEPENDENCIES = look_at_dependencies({"data": _data_is_up, "workers": _workers_are_up})
operations = health_router(_checks)
