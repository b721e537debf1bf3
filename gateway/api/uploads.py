"""The public contract: changing bars, which requires an API key. HTTP only: parse, call, return."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from gateway.answers.keeper import Answers
from gateway.api.dependencies import AnswersDep, DataClientDep
from gateway.api.responses import json_example
from gateway.examples import stocks as examples
from shared.clients.data import Upload
from shared.errors import (
    UPSTREAM_ERRORS,
    HistoryChanged,
    InvalidRequest,
    NotAuthorised,
    PayloadTooLarge,
    RowsRejected,
    SymbolNotFound,
    Unavailable,
    UnreadableFile,
    UnsupportedMediaType,
)
from shared.schemas.bars import Symbol
from shared.schemas.loads import LINES, FileOutcome, FileQuery, LoadQuery, LoadReport
from shared.schemas.stocks import Stock, StockPatch
from shared.web.problem import problem_responses

router = APIRouter(prefix="/api", tags=["stocks"])
_COMMON = (NotAuthorised, InvalidRequest, *UPSTREAM_ERRORS)
_UPLOAD = (UnreadableFile, RowsRejected, PayloadTooLarge, UnsupportedMediaType)


@router.put(
    "/stocks/{symbol}/bars",
    openapi_extra={"requestBody": {"required": True, "content": examples.UPLOADS}},
    responses={
        **json_example(examples.LOAD_REPORT),
        **problem_responses(*_COMMON, *_UPLOAD, HistoryChanged),
    },
)
async def load_bars(
    symbol: Symbol, query: Annotated[LoadQuery, Query()], request: Request, data: DataClientDep, answers: AnswersDep
) -> LoadReport:
    """Add or correct bars of one stock from a file, atomically: readers see either the old or the new bars.

    Rows that are not valid bars are left out and listed in the report with the reason; with `strict=true` they reject
    the file. Columns may be in any order and case; the usual names are recognised.
    """
    upload = _build_upload(request)
    try:
        return await data.load(symbol=symbol, query=query, upload=upload)
    finally:  # one that failed may have been stored, too
        answers.changed([symbol])


class _Lines(StreamingResponse):
    media_type = LINES


async def _open_outcomes(
    query: Annotated[FileQuery, Query()], request: Request, data: DataClientDep, answers: AnswersDep
) -> AsyncIterator[AsyncIterator[FileOutcome]]:
    try:
        async with data.load_file(query=query, upload=_build_upload(request)) as outcomes:
            yield outcomes
    except Unavailable:  # any may have been stored
        answers.changed(None)
        raise


@router.put(
    "/bars",
    openapi_extra={"requestBody": {"required": True, "content": examples.UPLOADS}},
    response_class=_Lines,
    response_model=FileOutcome,
    responses={
        200: {
            "description": "A line for each stock, as it is loaded or refused, and one at the end.",
            "content": {LINES: {"example": examples.FILE_OUTCOME}},
        },
        **problem_responses(*_COMMON, *_UPLOAD),
    },
)
async def load_file(
    outcomes: Annotated[AsyncIterator[FileOutcome], Depends(_open_outcomes)], answers: AnswersDep
) -> Response:
    """Add or correct bars of every stock that a file names, each atomically.

    The answer has a line of JSON for each stock. One that is refused stops no other. The last line is the `end`, which
    says what of the file was not read, and why the load was `stopped`, if it was. Loads of large files take longer than
    other requests may; one whose caller leaves is stopped after the stocks that are being loaded.
    """
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return _Lines(_pass_on(outcomes, answers), headers=headers)


async def _pass_on(outcomes: AsyncIterator[FileOutcome], answers: Answers) -> AsyncIterator[bytes]:
    is_whole = False
    try:
        async for outcome in outcomes:
            if outcome.report:
                answers.changed([outcome.report.symbol])
            is_whole = outcome.end is not None and outcome.end.stopped is None
            yield outcome.line()
    finally:
        if not is_whole:  # any may have been stored
            answers.changed(None)


def _build_upload(request: Request) -> Upload:
    if request.headers.get("content-encoding", "identity") != "identity":
        raise UnsupportedMediaType(
            "Send the body uncompressed, without Content-Encoding; a file may be compressed in itself, as .gz or .zip.",
            headers={"Accept-Encoding": "identity"},
        )
    return Upload(
        media_type=request.headers.get("content-type", ""),
        length=request.headers.get("content-length"),
        body=request.stream(),
    )


@router.patch(
    "/stocks/{symbol}",
    responses={**json_example(examples.STOCK), **problem_responses(*_COMMON, SymbolNotFound)},
)
async def change_stock(
    symbol: Symbol,
    patch: Annotated[StockPatch, Body(openapi_examples=examples.PATCHES)],
    data: DataClientDep,
    answers: AnswersDep,
) -> Stock:
    """Change a stock's name, sector, currency, exchange calendar or time zone.

    A field that is left out stays, and null removes it. The calendar dates the stock's forecasts, its findings and how
    current it is: any code of the package exchange_calendars, such as XNYS (the default), XLON or 24/7.
    """
    try:
        return await data.change(symbol=symbol, patch=patch)
    finally:
        answers.changed([symbol])


@router.delete("/stocks/all", include_in_schema=False)
async def delete_all() -> None:
    """Refuse: in lower case, the caller may mean the list, not the stock ALL."""
    raise InvalidRequest(
        "Use /api/stocks/ALL for the stock ALL. In lower case, this is the list of symbols, which cannot be deleted."
    )


@router.delete(
    "/stocks/{symbol}",
    status_code=204,
    responses=problem_responses(*_COMMON, SymbolNotFound),
)
async def delete_stock(symbol: Symbol, data: DataClientDep, answers: AnswersDep) -> None:
    """Delete a stock and all of its bars. Its recorded forecasts stay in the ledger, which is never changed."""
    try:
        await data.delete(symbol=symbol)
    finally:
        answers.changed([symbol])
