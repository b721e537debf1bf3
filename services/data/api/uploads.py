"""The data service's routes that write. HTTP only: parse, call, return. The gateway asks for the key."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from datetime import UTC, datetime
from io import BytesIO
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from services.data.api.dependencies import BarWriterDep, MetricsDep, SettingsDep
from services.data.bars.load import LoadOptions
from services.data.bars.writer import BarWriter
from services.data.files.source import DateFormat, FileBarSource, FileFormat
from services.data.ports import RawBars
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
from shared.schemas.loads import LoadReport, Mode
from shared.web.problem import problem_responses

FORMATS: dict[str, FileFormat | None] = {
    "text/csv": "csv",
    "application/json": "json",
    "application/vnd.apache.parquet": "parquet",
    "application/vnd.apache.arrow.stream": "arrow",
    "application/vnd.apache.arrow.file": "arrow",
    "application/octet-stream": None,  # recognised by its content
}
router = APIRouter(tags=["bars"])


class Load(BaseModel):
    """How a body of bars is to be loaded."""

    mode: Mode = Field("upsert", description="Whether bars of other sessions stay (`upsert`) or go (`replace`).")
    strict: bool = Field(False, description="Whether one bad row rejects them all.")
    dry_run: bool = Field(False, description="Whether to report and write nothing.")
    date_format: DateFormat | None = Field(None, description="How dates are written, where the file leaves it open.")
    name: str | None = Field(None, description="The company's name, for the search.", min_length=1, max_length=200)


@router.put(
    "/symbols/{symbol}/bars",
    openapi_extra={"requestBody": {"required": True, "content": {media_type: {} for media_type in FORMATS}}},
    responses=problem_responses(InvalidRequest, UnreadableFile, RowsRejected, PayloadTooLarge, Busy, StoreUnavailable),
)
async def load_bars(
    symbol: Symbol,
    load: Annotated[Load, Query()],
    request: Request,
    writer: BarWriterDep,
    settings: SettingsDep,
    metrics: MetricsDep,
) -> LoadReport:
    """Add or correct bars of one symbol: at once, so that a reader sees the old bars or the new, never a mixture."""
    with metrics.load() if not load.dry_run else nullcontext():
        report = await _loaded(symbol, load, request, writer, settings)
    if not load.dry_run:
        metrics.loaded(report)
    return report


async def _loaded(symbol: str, load: Load, request: Request, writer: BarWriter, settings: DataSettings) -> LoadReport:
    async with _place(writer):
        raw = await _raw(request, symbol, load, settings.max_upload_bytes)
        options = LoadOptions(
            source="upload",
            now=datetime.now(UTC),
            calendar=settings.calendar,
            mode=load.mode,
            strict=load.strict,
            dry_run=load.dry_run,
        )
        return await writer.load(raw, options)


@router.delete(
    "/symbols/{symbol}",
    status_code=204,
    responses=problem_responses(InvalidRequest, SymbolNotFound, StoreUnavailable),
)
async def delete_symbol(symbol: Symbol, writer: BarWriterDep) -> None:
    """Remove a symbol and all of its bars. What its ledger has stays: it is appended to and nothing else."""
    await writer.delete(symbol)


@asynccontextmanager
async def _place(writer: BarWriter) -> AsyncIterator[None]:
    await writer.take_place()
    try:
        yield
    finally:
        writer.places.release()


async def _raw(request: Request, symbol: str, load: Load, max_bytes: int) -> RawBars:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in FORMATS:
        raise InvalidRequest(f"The header Content-Type is to be one of {', '.join(FORMATS)}.")
    body = BytesIO(await request.body())
    source = FileBarSource(
        body,
        name="upload",
        format=FORMATS[media_type],
        symbol=symbol,
        date_format=load.date_format,
        max_bytes=max_bytes,
    )
    frames = await asyncio.to_thread(lambda: list(source.frames()))
    if len(frames) != 1:
        raise UnreadableFile("The body is to hold rows, of one symbol, in one file.")
    return RawBars(symbol, frames[0].rows, load.name or frames[0].name)
