"""The data service's read routes. HTTP only: parse, call, return."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response

from services.data.api.bar_formats import MEDIA_TYPES, build_bars_response
from services.data.api.dependencies import (
    BarReaderDep,
    CatalogueDep,
    MetricsDep,
    SettingsDep,
)
from services.data.bars.description import complete_listing, describe_bars
from services.data.bars.findings import keep_rejected_newest
from services.data.records import CatalogueEntry
from services.data.symbols.freshness import describe_stock
from shared.errors import Busy, InvalidRequest, NoAdjustedPrices, NoBars, StoreUnavailable, SymbolNotFound
from shared.schemas.arrow import MEDIA_TYPE, decode
from shared.schemas.bars import BarsQuery, EncodedBars, Symbol, SymbolBars
from shared.schemas.stocks import Stock, StockPage
from shared.schemas.text import VisibleText
from shared.web.etags import NOT_MODIFIED, matches
from shared.web.problem import problem_responses

router = APIRouter(tags=["bars"])


@router.get("/symbols", responses=problem_responses(Busy, StoreUnavailable))
async def symbols(catalogue: CatalogueDep) -> list[str]:
    """Return every symbol that has bars, ascending."""
    return await catalogue.symbols()


@router.get("/search", responses=problem_responses(InvalidRequest, Busy, StoreUnavailable))
async def search(
    catalogue: CatalogueDep,
    query: Annotated[VisibleText, Query(max_length=100)] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> StockPage:
    """Return the symbols that match by symbol or name, best first; without a query, all symbols, ascending."""
    return await catalogue.search(query, limit=limit, cursor=cursor)


@router.get(
    "/symbols/{symbol}", responses=problem_responses(InvalidRequest, SymbolNotFound, NoBars, Busy, StoreUnavailable)
)
async def stock(symbol: Symbol, catalogue: CatalogueDep, reader: BarReaderDep, settings: SettingsDep) -> Stock:
    """Return a symbol's metadata and findings."""
    revision = await reader.current_revision(symbol)
    entry = await catalogue.entry(symbol)
    if entry is None or entry.revision != revision:  # the store is away, or another tool has written the bars
        encoded, _ = await reader.read(symbol)
        if entry is None or entry.revision != encoded.revision:
            entry = await asyncio.to_thread(_describe, encoded, entry, settings.calendar)
    return await asyncio.to_thread(describe_stock, entry, settings.calendar, datetime.now(UTC))


@router.get(
    "/symbols/{symbol}/bars",
    response_class=Response,
    responses={
        200: {
            "model": SymbolBars,
            "content": {
                MEDIA_TYPE: {},
                **{MEDIA_TYPES[each].partition(";")[0]: {} for each in ("csv", "parquet", "xlsx")},
            },
            "description": "The bars; their ETag is the revision.",
        },
        **NOT_MODIFIED,
        **problem_responses(InvalidRequest, SymbolNotFound, NoBars, NoAdjustedPrices, Busy, StoreUnavailable),
    },
)
async def bars(
    symbol: Symbol,
    reader: BarReaderDep,
    metrics: MetricsDep,
    query: Annotated[BarsQuery, Query()],
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    """Return the bars of a symbol, ascending by session."""
    if if_none_match:
        revision = await reader.current_revision(symbol)  # None if the caller's bars may be outdated
        etag = f'"{revision}"'
        if revision is not None and matches(etag, if_none_match):
            return Response(status_code=304, headers={"ETag": etag})
    encoded, outcome = await reader.read(symbol)
    metrics.count_cache_read(outcome)
    return await build_bars_response(encoded, query)


def _describe(encoded: EncodedBars, known: CatalogueEntry | None, calendar: str | None) -> CatalogueEntry:
    frame = decode(encoded.arrow).frame()
    entry = describe_bars(frame, known.name if known else None, calendar)
    newest = keep_rejected_newest(entry.last_session, known.findings if known else [])
    return replace(entry, listing=complete_listing(frame, known), findings=[*newest, *entry.findings])
