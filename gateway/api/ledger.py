"""The public contract: forecasts that are kept when they are given, and what came. HTTP only: parse, call, return."""

from typing import Annotated

from fastapi import APIRouter, Body, Query

from gateway.api.dependencies import DataClientDep, PredictionClientDep
from gateway.api.responses import json_example
from gateway.api_keys import NEEDS_KEY
from gateway.examples.ledger import LEDGER
from shared.errors import (
    UPSTREAM_ERRORS,
    Busy,
    InvalidRequest,
    NoAdjustedPrices,
    NoBars,
    NotAuthorised,
    NotEnoughBars,
    PayloadTooLarge,
    SymbolNotFound,
)
from shared.schemas.bars import Symbol
from shared.schemas.ledger import KeepRequest, KeptForecast, Ledger, LedgerQuery, entries_of
from shared.web.problem import problem_responses

router = APIRouter(prefix="/api", tags=["predictions"])
writes = APIRouter(prefix="/api", tags=["predictions"], dependencies=[NEEDS_KEY])
_COMMON = (InvalidRequest, SymbolNotFound, NoBars, *UPSTREAM_ERRORS)
_AS_USUAL = KeepRequest()


@router.get("/stocks/{symbol}/ledger", responses={**json_example(LEDGER), **problem_responses(*_COMMON)})
async def ledger(symbol: Symbol, query: Annotated[LedgerQuery, Query()], data: DataClientDep) -> Ledger:
    """Return the forecasts of a stock that were kept, latest first, each with the close that came, and their scores.

    A forecast is kept when it is given and never changed or taken out, so that this record cannot be embellished.
    Only sessions that have come count: `coverage` is the share of their closes that lay inside the interval, and
    `skill` compares the errors with those of assuming that nothing changes.
    """
    return await data.ledger(symbol=symbol, query=query)


@writes.post(
    "/stocks/{symbol}/ledger",
    status_code=201,
    responses=problem_responses(*_COMMON, NotAuthorised, NotEnoughBars, NoAdjustedPrices, Busy, PayloadTooLarge),
)
async def keep_forecast(
    symbol: Symbol,
    data: DataClientDep,
    prediction: PredictionClientDep,
    body: Annotated[KeepRequest, Body()] = _AS_USUAL,
) -> KeptForecast:
    """Make the forecast of a stock from its latest bars and keep it, to be scored when its sessions have come.

    Doing it twice is harmless: what is in the ledger stays as it is, and counts as `known`.
    """
    forecast = await prediction.forecast(symbol=symbol, query=body.query())
    kept = await data.keep(symbol=symbol, entries=entries_of(forecast))
    return KeptForecast(kept=kept.kept, known=kept.known, forecast=forecast)
