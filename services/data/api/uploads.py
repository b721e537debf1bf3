"""The data service's write routes. HTTP only: parse, call, return. The gateway checks the API key."""

import asyncio
from contextlib import nullcontext
from datetime import UTC, datetime
from io import BytesIO
from typing import Annotated

from fastapi import APIRouter, Query, Request

from services.data.api.dependencies import BarWriterDep, MetricsDep, SettingsDep
from services.data.bars.load import LoadOptions
from services.data.bars.writer import BarWriter
from services.data.files.formats import FileFormat
from services.data.files.source import FileBarSource
from services.data.records import RawBars
from services.data.settings import DataSettings
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
from shared.web.problem import problem_responses

FORMATS_BY_MEDIA_TYPE: dict[str, FileFormat | None] = {
    "text/csv": "csv",
    "application/json": "json",
    "application/vnd.apache.parquet": "parquet",
    "application/vnd.apache.arrow.stream": "arrow",
    "application/vnd.apache.arrow.file": "arrow",
    "application/octet-stream": None,  # detected from the content
}
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
    async with writer.slot():
        raw = await _read_body(request, symbol, query, settings.max_upload_bytes)
        options = LoadOptions(
            source="upload",
            now=datetime.now(UTC),
            calendar=settings.calendar,
            mode=query.mode,
            strict=query.strict,
            dry_run=query.dry_run,
        )
        return await writer.load(raw, options)


@router.delete(
    "/symbols/{symbol}",
    status_code=204,
    responses=problem_responses(InvalidRequest, SymbolNotFound, StoreUnavailable),
)
async def delete_symbol(symbol: Symbol, writer: BarWriterDep) -> None:
    """Remove a symbol and all its bars. Its recorded forecasts stay: the ledger is append-only."""
    await writer.delete(symbol)


async def _read_body(request: Request, symbol: str, query: LoadQuery, max_bytes: int) -> RawBars:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in FORMATS_BY_MEDIA_TYPE:
        raise InvalidRequest(f"Set the header Content-Type to one of {', '.join(FORMATS_BY_MEDIA_TYPE)}.")
    body = BytesIO(await request.body())
    source = FileBarSource(
        body,
        name="upload",
        format=FORMATS_BY_MEDIA_TYPE[media_type],
        symbol=symbol,
        date_format=query.date_format,
        max_bytes=max_bytes,
    )
    frames = await asyncio.to_thread(lambda: list(source.frames()))
    if len(frames) != 1:
        raise UnreadableFile("The body must contain rows of exactly one symbol in a single file.")
    return RawBars(symbol, frames[0].rows, query.name or frames[0].name)
