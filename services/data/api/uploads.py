"""The data service's write routes. HTTP only: parse, call, return. The gateway checks the API key."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import Annotated, BinaryIO, cast

from fastapi import APIRouter, Query, Request

from services.data.api.dependencies import BarWriterDep, MetricsDep, SettingsDep
from services.data.bars.load import LoadOptions
from services.data.bars.writer import BarWriter
from services.data.files.formats.detect import FileFormat
from services.data.files.source import FileBarSource
from services.data.records import RawBars
from services.data.settings import DataSettings
from services.data.symbols.freshness import describe_stock
from services.data.symbols.listing import apply_patch, check_patch
from shared.errors import (
    Busy,
    InvalidRequest,
    PayloadTooLarge,
    RowsRejected,
    StoreUnavailable,
    SymbolNotFound,
    UnreadableFile,
)
from shared.schemas.bars import Symbol
from shared.schemas.loads import LoadQuery, LoadReport
from shared.schemas.stocks import Stock, StockPatch
from shared.web.problem import problem_responses

FORMATS_BY_MEDIA_TYPE: dict[str, FileFormat | None] = {
    "text/csv": "csv",
    "application/json": "json",
    "application/vnd.apache.parquet": "parquet",
    "application/vnd.apache.arrow.stream": "arrow",
    "application/vnd.apache.arrow.file": "arrow",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "excel",
    "application/vnd.ms-excel": None,  # some send a CSV file under it
    "application/octet-stream": None,  # detected from the content
}
MAX_SKIPPED = 20  # are named in the report
IN_MEMORY_BYTES = 1 << 20  # of an upload; a larger one waits in a temporary file
router = APIRouter(tags=["bars"])


@router.put(
    "/symbols/{symbol}/bars",
    openapi_extra={
        "requestBody": {"required": True, "content": {media_type: {} for media_type in FORMATS_BY_MEDIA_TYPE}}
    },
    responses=problem_responses(InvalidRequest, UnreadableFile, RowsRejected, PayloadTooLarge, Busy, StoreUnavailable),
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
    file_format = _parse_format(request)
    async with writer.slot(), _receive_body(request) as body:
        source = FileBarSource(
            body,
            name="upload",
            format=file_format,
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


def _parse_format(request: Request) -> FileFormat | None:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in FORMATS_BY_MEDIA_TYPE:
        raise InvalidRequest(f"Set the header Content-Type to one of {', '.join(FORMATS_BY_MEDIA_TYPE)}.")
    return FORMATS_BY_MEDIA_TYPE[media_type]


@asynccontextmanager
async def _receive_body(request: Request) -> AsyncIterator[BinaryIO]:
    """Receive the body, which stays readable inside, and is deleted afterwards."""
    with SpooledTemporaryFile(IN_MEMORY_BYTES) as body:
        try:
            async for chunk in request.stream():
                body.write(chunk)
        except OSError as error:
            raise StoreUnavailable(
                "The data service has no space left for the upload. Free some on its disk, then try again."
            ) from error
        yield cast(BinaryIO, body)


def _read_rows(source: FileBarSource, name: str | None) -> RawBars:
    frames = list(islice(source.frames(), 2))
    if len(frames) != 1:
        raise UnreadableFile("The body must contain rows of exactly one symbol in a single file.")
    notes = (*frames[0].notes, *(f"Not read: {part}" for part in source.skipped[:MAX_SKIPPED]))
    return replace(frames[0], name=name or frames[0].name, notes=notes)
