"""The data service's ledger routes. HTTP only: parse, call, return. The gateway checks the API key."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Body, Query

from services.data.api.dependencies import BarReaderDep, BarStoreDep, ForecastLedgerDep, SettingsDep
from services.data.ledger.checks import check_entries, check_is_forecast, check_last_close
from services.data.ledger.outcomes import add_known_closes
from services.data.ledger.scores import build_ledger
from services.data.records import IssuedEntry
from shared.errors import Busy, InvalidRequest, NoBars, StoreUnavailable, SymbolNotFound
from shared.market.exchange_sessions import choose_calendar
from shared.schemas.arrow import BarFrame, decode
from shared.schemas.bars import EncodedBars, Symbol
from shared.schemas.forecasts import MAX_HORIZON
from shared.schemas.ledger import Kept, Ledger, LedgerEntry, LedgerQuery
from shared.web.problem import problem_responses

router = APIRouter(tags=["ledger"])
_ERRORS = (InvalidRequest, SymbolNotFound, NoBars, Busy, StoreUnavailable)


@router.get("/symbols/{symbol}/ledger", responses=problem_responses(*_ERRORS))
async def ledger(
    symbol: Symbol,
    query: Annotated[LedgerQuery, Query()],
    reader: BarReaderDep,
    forecast_ledger: ForecastLedgerDep,
    settings: SettingsDep,
) -> Ledger:
    """Return a symbol's recorded forecasts, latest first, with their actuals and scores."""
    (bars, _), entries = await asyncio.gather(reader.read(symbol), forecast_ledger.entries(symbol))
    return await asyncio.to_thread(_score, bars, entries, query, settings.calendar)


@router.post("/symbols/{symbol}/ledger", status_code=201, responses=problem_responses(*_ERRORS))
async def keep(
    symbol: Symbol,
    entries: Annotated[list[LedgerEntry], Body(min_length=1, max_length=MAX_HORIZON)],
    store: BarStoreDep,
    forecast_ledger: ForecastLedgerDep,
) -> Kept:
    """Record new forecasts of a symbol; recorded forecasts never change.

    Only a forecast made from the latest bars is accepted.
    """
    now = datetime.now(UTC)
    check_entries(symbol, entries, now.date())
    bars = await store.bars(symbol)  # not from the cache, which may lack a later bar
    return await forecast_ledger.add(await asyncio.to_thread(_complete, entries, bars), now)


def _score(bars: EncodedBars, entries: list[IssuedEntry], query: LedgerQuery, default: str | None) -> Ledger:
    frame = decode(bars.arrow).frame()
    calendar = choose_calendar(frame.calendar, frame.bars["session"].to_numpy("datetime64[D]"), default)
    return build_ledger(frame, entries, query, calendar=calendar, now=datetime.now(UTC))


def _complete(entries: list[LedgerEntry], bars: BarFrame) -> list[LedgerEntry]:
    """Check the entries against the bars, and add the closes that later scoring compares."""
    check_is_forecast(entries, bars)
    for entry in entries:
        check_last_close(entry, bars)
    return [add_known_closes(entry, bars) for entry in entries]
