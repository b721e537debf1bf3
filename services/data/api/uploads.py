"""The data service's write routes. HTTP only: parse, call, return. The gateway checks the API key."""

import asyncio
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Query, Request

from services.data.api.bodies import MEDIA_TYPES, parse_media_type, receive_file
from services.data.api.dependencies import BarWriterDep, MetricsDep, SettingsDep
from services.data.bars.load import LoadOptions
from services.data.bars.writer import BarWriter
from services.data.files.source import FileBarSource
from services.data.records import RawBars
from services.data.settings import DataSettings
from services.data.symbols.freshness import describe_stock
from services.data.symbols.listing import apply_patch, check_patch
from shared.errors import (
    Busy,
    HistoryChanged,
    InvalidRequest,
    PayloadTooLarge,
    RowsRejected,
    StoreUnavailable,
    SymbolNotFound,
    UnreadableFile,
    UnsupportedMediaType,
)
from shared.schemas.bars import Symbol
from shared.schemas.loads import LoadQuery, LoadReport
from shared.schemas.stocks import Stock, StockPatch
from shared.web.problem import problem_responses

MAX_SKIPPED = 20  # are named in the report
router = APIRouter(tags=["bars"])


@router.put(
    "/symbols/{symbol}/bars",
    openapi_extra={"requestBody": {"required": True, "content": {media_type: {} for media_type in MEDIA_TYPES}}},
    responses=problem_responses(
        InvalidRequest,
        UnreadableFile,
        RowsRejected,
        HistoryChanged,
        PayloadTooLarge,
        UnsupportedMediaType,
        Busy,
        StoreUnavailable,
    ),
)
async def load_bars(
    symbol: Symbol,
    query: Annotated[LoadQuery, Query()],
    request: Request,
    writer: BarWriterDep,
    settings: SettingsDep,
    metrics: MetricsDep,
) -> LoadReport:
    """Add or correct bars of one symbol, atomically: readers see either the old or the new bars."""
    with metrics.count_failed_load() if not query.dry_run else nullcontext():
        report = await _load(symbol, query, request, writer, settings)
    if not query.dry_run:
        metrics.count_load(report)
    return report


async def _load(
    symbol: str, query: LoadQuery, request: Request, writer: BarWriter, settings: DataSettings
) -> LoadReport:
    media_type = parse_media_type(request)
    async with writer.slot(), receive_file(request, media_type) as upload:
        source = FileBarSource(
            upload.body,
            format=upload.format,
            symbol=symbol,
            options=query,
            max_bytes=settings.max_upload_bytes,
            max_rows=settings.max_upload_rows,
        )
        options = LoadOptions(
            source="upload",
            now=datetime.now(UTC),
            calendar=settings.calendar,
            mode=query.mode,
            strict=query.strict,
            dry_run=query.dry_run,
        )
        return await writer.load(lambda: _read_rows(source, query.name), options)


@router.delete(
    "/symbols/{symbol}",
    status_code=204,
    responses=problem_responses(InvalidRequest, SymbolNotFound, Busy, StoreUnavailable),
)
async def delete_symbol(symbol: Symbol, writer: BarWriterDep) -> None:
    """Remove a symbol and all its bars. Its recorded forecasts stay: the ledger is append-only."""
    await writer.delete(symbol)


@router.patch("/symbols/{symbol}", responses=problem_responses(InvalidRequest, SymbolNotFound, Busy, StoreUnavailable))
async def change_symbol(symbol: Symbol, patch: StockPatch, writer: BarWriterDep, settings: SettingsDep) -> Stock:
    """Change what is known about a symbol besides its bars: a field that is left out stays, and null removes it."""
    check_patch(patch)
    entry = await writer.change(symbol, lambda stored: apply_patch(symbol, stored, patch, settings.calendar))
    return await asyncio.to_thread(describe_stock, entry, settings.calendar, datetime.now(UTC))


def _read_rows(source: FileBarSource, name: str | None) -> RawBars:
    frames = list(islice(source.frames(), 2))
    if len(frames) != 1:
        raise UnreadableFile("The body must contain rows of exactly one symbol.")
    notes = (*frames[0].notes, *(f"Not read: {part}" for part in source.skipped[:MAX_SKIPPED]))
    return replace(frames[0], name=name or frames[0].name, notes=notes)
