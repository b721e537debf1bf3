"""The data service's write routes. HTTP only: parse, call, return. The gateway checks the API key."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from services.data.api.bodies import MEDIA_TYPES, parse_media_type, receive_file
from services.data.api.dependencies import BarWriterDep, MetricsDep, SettingsDep
from services.data.bars.load import LoadOptions
from services.data.bars.writer import MAX_SKIPPED, BarWriter
from services.data.files.source import FileBarSource
from services.data.metrics import DataMetrics
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
from shared.schemas.loads import LINES, FileOutcome, FileQuery, LoadQuery, LoadReport, WriteQuery
from shared.schemas.stocks import Stock, StockPatch
from shared.web.problem import problem_responses

router = APIRouter(tags=["bars"])
_BODY = {"requestBody": {"required": True, "content": {media_type: {} for media_type in MEDIA_TYPES}}}
_UPLOAD_ERRORS = (
    *(InvalidRequest, UnreadableFile, RowsRejected, PayloadTooLarge, UnsupportedMediaType, Busy, StoreUnavailable),
)


@router.put(
    "/symbols/{symbol}/bars",
    openapi_extra=_BODY,
    responses=problem_responses(*_UPLOAD_ERRORS, HistoryChanged),
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


async def _open_outcomes(
    query: Annotated[FileQuery, Query()],
    request: Request,
    writer: BarWriterDep,
    settings: SettingsDep,
    metrics: MetricsDep,
) -> AsyncIterator[AsyncIterator[FileOutcome]]:
    with metrics.count_failed_load() if not query.dry_run else nullcontext():
        async with (
            _receive(request, query, writer, settings, default=query.symbol) as source,
            aclosing(writer.load_file(source, _build_options(query, settings))) as outcomes,
        ):
            first = await anext(outcomes)  # raises while the response can still be an error
            yield _count(first, outcomes, None if query.dry_run else metrics)


@router.put(
    "/bars",
    openapi_extra=_BODY,
    response_class=Response,
    responses={
        200: {"description": "One `FileOutcome` a line.", "content": {LINES: {}}},
        **problem_responses(*_UPLOAD_ERRORS),
    },
)
async def load_file(outcomes: Annotated[AsyncIterator[FileOutcome], Depends(_open_outcomes)]) -> Response:
    """Add or correct bars of every symbol that a file names, each atomically; one that is refused stops no other."""
    return StreamingResponse((outcome.line() async for outcome in outcomes), media_type=LINES)


async def _count(
    first: FileOutcome, others: AsyncIterator[FileOutcome], metrics: DataMetrics | None
) -> AsyncIterator[FileOutcome]:
    outcome: FileOutcome | None = first
    while outcome is not None:
        if metrics and outcome.report:
            metrics.count_load(outcome.report)
        if metrics and outcome.refused:
            metrics.count_refused()
        yield outcome
        outcome = await anext(others, None)


async def _load(
    symbol: str, query: LoadQuery, request: Request, writer: BarWriter, settings: DataSettings
) -> LoadReport:
    async with _receive(request, query, writer, settings, symbol=symbol) as source:
        return await writer.load(lambda: _read_rows(source, query.name), _build_options(query, settings))


@asynccontextmanager
async def _receive(
    request: Request,
    query: WriteQuery,
    writer: BarWriter,
    settings: DataSettings,
    *,
    symbol: str | None = None,
    default: str | None = None,
) -> AsyncIterator[FileBarSource]:
    """Receive the file in an upload slot, which is held until its bars are stored.

    `symbol` is the only one that it may have, `default` that of a file that names none, in place of the file's name.
    """
    media_type = parse_media_type(request)
    async with writer.slot(), receive_file(request, media_type) as upload:
        yield FileBarSource(
            upload.body,
            name=default or upload.name,  # as on the command line, where a file is named after its symbol
            format=upload.format,
            symbol=symbol,
            options=query,
            max_bytes=settings.max_upload_bytes,
            max_rows=settings.max_upload_rows,
        )


def _build_options(query: WriteQuery, settings: DataSettings) -> LoadOptions:
    return LoadOptions(
        source="upload",
        now=datetime.now(UTC),
        calendar=settings.calendar,
        mode=query.mode,
        strict=query.strict,
        dry_run=query.dry_run,
    )


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
