"""The public contract: forecasts recorded when issued, and their outcomes. HTTP only: parse, call, return."""

from typing import Annotated

from fastapi import APIRouter, Body, Query

from gateway.api.dependencies import DataClientDep, PredictionClientDep
from gateway.api.responses import json_example
from gateway.examples.ledger import LEDGER
from shared.errors import (
    UPSTREAM_ERRORS,
    Busy,
    ComputationRefused,
    InvalidRequest,
    NoAdjustedPrices,
    NoBars,
    NotAuthorised,
    NotEnoughBars,
    SymbolNotFound,
)
from shared.schemas.bars import Symbol
from shared.schemas.ledger import KeepRequest, KeptForecast, Ledger, LedgerQuery, build_entries
from shared.web.problem import problem_responses

router = APIRouter(prefix="/api", tags=["predictions"])
writes = APIRouter(prefix="/api", tags=["predictions"])
_COMMON = (InvalidRequest, SymbolNotFound, NoBars, *UPSTREAM_ERRORS)
_DEFAULT = KeepRequest()


@router.get("/stocks/{symbol}/ledger", responses={**json_example(LEDGER), **problem_responses(*_COMMON)})
async def ledger(symbol: Symbol, query: Annotated[LedgerQuery, Query()], data: DataClientDep) -> Ledger:
    """Return the recorded forecasts of a stock, latest first, with the actual closes and their scores.

    A forecast is recorded when it is issued and never changed or removed, so the record cannot be embellished.
    Only forecasts that are `scored` count: recorded before the close of their session, which is over. `coverage` is
    the share of closes that lay inside the interval, by level, and `skill` compares the errors with those of
    persistence, both with a 95 % confidence interval: after 20 forecasts a coverage may be off by 13 points by chance.
    Interval scores come with those of a plain normal band, and `outcome` follows the same rule as in an evaluation.
    """
    return await data.ledger(symbol=symbol, query=query)


@writes.post(
    "/stocks/{symbol}/ledger",
    status_code=201,
    responses=problem_responses(*_COMMON, NotAuthorised, NotEnoughBars, NoAdjustedPrices, Busy, ComputationRefused),
)
async def keep_forecast(
    symbol: Symbol,
    data: DataClientDep,
    prediction: PredictionClientDep,
    body: Annotated[KeepRequest, Body()] = _DEFAULT,
) -> KeptForecast:
    """Issue the forecast of a stock from its latest bars and record it, to be scored when its sessions are over.

    Repeating it is harmless: entries that are recorded already stay unchanged and count as `known`.
    """
    forecast = await prediction.forecast(symbol=symbol, query=body.query())
    kept = await data.keep(symbol=symbol, entries=build_entries(forecast))
    return KeptForecast(kept=kept.kept, known=kept.known, forecast=forecast)
