"""The public contract: reading stocks and their bars. HTTP only: parse, call, return."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import RootModel

from gateway.answers.store import Key
from gateway.api.dependencies import DataClientDep, RespondDep
from gateway.api.responses import encode_answer, json_example
from gateway.api.strict_requests import lenient
from gateway.examples import stocks as examples
from shared.clients.base import RawResponse
from shared.errors import UPSTREAM_ERRORS, InvalidRequest, NoAdjustedPrices, NoBars, SymbolNotFound
from shared.schemas.bars import BarsQuery, Symbol, SymbolBars
from shared.schemas.stocks import Stock, StockPage
from shared.schemas.text import VisibleText
from shared.web.etags import NOT_MODIFIED
from shared.web.problem import problem_responses

router = APIRouter(prefix="/api", tags=["stocks"])


@router.get(
    "/stocks",
    response_model=StockPage,
    responses={**json_example(examples.STOCKS), **NOT_MODIFIED, **problem_responses(InvalidRequest, *UPSTREAM_ERRORS)},
)
async def stocks(
    data: DataClientDep,
    respond: RespondDep,
    query: Annotated[VisibleText, Query(max_length=100, description="Part of a symbol or a name, in any case.")] = "",
    limit: Annotated[int, Query(ge=1, le=100, description="Stocks per page.")] = 20,
    cursor: Annotated[str | None, Query(max_length=500, description="`next_cursor` of the previous page.")] = None,
) -> Response:
    """Search stocks by symbol and name: exact matches first, then prefixes, then other matches.

    Without a query, list all stocks, ascending.
    """

    async def ask(**_: object) -> RawResponse:
        return encode_answer(await data.stocks(query=query, limit=limit, cursor=cursor))

    return await respond(Key("stocks", None, (query, limit, cursor)), ask)


# Before /stocks/{symbol}, and in lower case only, because ALL is a symbol.
@router.get(
    "/stocks/all",
    response_model=list[str],
    responses={**json_example(examples.SYMBOLS), **NOT_MODIFIED, **problem_responses(InvalidRequest, *UPSTREAM_ERRORS)},
)
@lenient
async def all_symbols(
    data: DataClientDep,
    respond: RespondDep,
) -> Response:
    """Return every symbol that can be predicted, ascending.

    The stock with the symbol ALL is at `/api/stocks/ALL`.
    """

    async def ask(**_: object) -> RawResponse:
        return encode_answer(RootModel(await data.symbols()))

    return await respond(Key("symbols"), ask)


@router.get(
    "/stocks/{symbol}",
    response_model=Stock,
    responses={
        **json_example(examples.STOCK),
        **NOT_MODIFIED,
        **problem_responses(InvalidRequest, SymbolNotFound, NoBars, *UPSTREAM_ERRORS),
    },
)
async def stock(
    symbol: Symbol,
    data: DataClientDep,
    respond: RespondDep,
) -> Response:
    """Describe a stock: its name, first and last session, the source of its bars, and findings about them."""

    async def ask(**_: object) -> RawResponse:
        return encode_answer(await data.stock(symbol=symbol))

    return await respond(Key("stock", symbol), ask)


@router.get(
    "/stocks/{symbol}/bars",
    response_class=Response,
    responses={
        200: {"model": SymbolBars, "description": "The bars; their ETag is the revision.", "content": examples.BARS},
        **NOT_MODIFIED,
        **problem_responses(InvalidRequest, SymbolNotFound, NoBars, NoAdjustedPrices, *UPSTREAM_ERRORS),
    },
)
async def bars(
    symbol: Symbol,
    query: Annotated[BarsQuery, Query()],
    data: DataClientDep,
    respond: RespondDep,
) -> Response:
    """Return the bars of a stock, ascending by session, as JSON, CSV, Parquet, an Excel workbook or an Arrow stream."""
    ask = partial(data.raw_bars, symbol=symbol, query=query)
    return await respond(Key("bars", symbol, query.model_dump_json()), ask)
