"""The public contract: stocks and their bars, to read. HTTP only: parse, call, return."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Response

from gateway.api.caching import passed_on
from gateway.api.dependencies import DataServiceDep, SettingsDep
from gateway.examples import stocks as examples
from shared.clients.data import BarsQuery
from shared.errors import (
    InvalidRequest,
    NoAdjustedPrices,
    NoBars,
    StoreUnavailable,
    SymbolNotFound,
    UpstreamFailed,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from shared.schemas.bars import Symbol, SymbolBars
from shared.schemas.loads import Stock, StockPage
from shared.web.etags import KNOWN
from shared.web.problem import problem_responses

router = APIRouter(prefix="/api", tags=["stocks"])
_UPSTREAM = (StoreUnavailable, UpstreamUnavailable, UpstreamTimeout, UpstreamFailed)


@router.get("/stocks", responses={**examples.of(examples.STOCKS), **problem_responses(InvalidRequest, *_UPSTREAM)})
async def stocks(
    data: DataServiceDep,
    query: Annotated[str, Query(max_length=100, description="Part of a symbol or a name; case does not matter.")] = "",
    limit: Annotated[int, Query(ge=1, le=100, description="Stocks on a page.")] = 20,
    cursor: Annotated[str | None, Query(max_length=500, description="`next_cursor` of the page before.")] = None,
) -> StockPage:
    """Search stocks by symbol and name: exact matches first, then those that begin so, then those that contain it.

    Without a query it is all of them, ascending.
    """
    return await data.stocks(query=query, limit=limit, cursor=cursor)


# Before /stocks/{symbol}, and in lower case only: ALL is a symbol.
@router.get("/stocks/all", responses={**examples.of(examples.SYMBOLS), **problem_responses(*_UPSTREAM)})
async def all_symbols(data: DataServiceDep) -> list[str]:
    """Return every symbol that can be predicted, ascending.

    The symbol ALL is at `/api/stocks/ALL`.
    """
    return await data.symbols()


@router.get(
    "/stocks/{symbol}",
    responses={
        **examples.of(examples.STOCK),
        **problem_responses(InvalidRequest, SymbolNotFound, NoBars, *_UPSTREAM),
    },
)
async def stock(symbol: Symbol, data: DataServiceDep) -> Stock:
    """Return what is known about a stock: its name, its span, where its bars came from and what is odd about them."""
    return await data.stock(symbol=symbol)


@router.get(
    "/stocks/{symbol}/bars",
    response_class=Response,
    responses={
        200: {"model": SymbolBars, "description": "The bars; their ETag is the revision.", "content": examples.BARS},
        **KNOWN,
        **problem_responses(InvalidRequest, SymbolNotFound, NoBars, NoAdjustedPrices, *_UPSTREAM),
    },
)
async def bars(
    symbol: Symbol,
    query: Annotated[BarsQuery, Query()],
    data: DataServiceDep,
    settings: SettingsDep,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """Return the bars of a stock, ascending by session, as JSON, CSV, Parquet or an Arrow stream."""
    return passed_on(await data.bars_as(symbol=symbol, query=query, if_none_match=if_none_match), settings)
