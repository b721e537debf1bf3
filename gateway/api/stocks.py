"""The public contract: reading stocks and their bars. HTTP only: parse, call, return."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Response

from gateway.api.dependencies import DataClientDep, SettingsDep
from gateway.api.responses import forward, json_example
from gateway.examples import stocks as examples
from shared.errors import UPSTREAM_ERRORS, InvalidRequest, NoAdjustedPrices, NoBars, SymbolNotFound
from shared.schemas.bars import BarsQuery, Symbol, SymbolBars
from shared.schemas.stocks import Stock, StockPage
from shared.schemas.text import VisibleText
from shared.web.etags import NOT_MODIFIED
from shared.web.problem import problem_responses

router = APIRouter(prefix="/api", tags=["stocks"])


@router.get(
    "/stocks", responses={**json_example(examples.STOCKS), **problem_responses(InvalidRequest, *UPSTREAM_ERRORS)}
)
async def stocks(
    data: DataClientDep,
    query: Annotated[VisibleText, Query(max_length=100, description="Part of a symbol or a name, in any case.")] = "",
    limit: Annotated[int, Query(ge=1, le=100, description="Stocks per page.")] = 20,
    cursor: Annotated[str | None, Query(max_length=500, description="`next_cursor` of the previous page.")] = None,
) -> StockPage:
    """Search stocks by symbol and name: exact matches first, then prefixes, then other matches.

    Without a query, list all stocks, ascending.
    """
    return await data.stocks(query=query, limit=limit, cursor=cursor)


# Before /stocks/{symbol}, and in lower case only, because ALL is a symbol.
@router.get("/stocks/all", responses={**json_example(examples.SYMBOLS), **problem_responses(*UPSTREAM_ERRORS)})
async def all_symbols(data: DataClientDep) -> list[str]:
    """Return every symbol that can be predicted, ascending.

    The stock with the symbol ALL is at `/api/stocks/ALL`.
    """
    return await data.symbols()


@router.get(
    "/stocks/{symbol}",
    responses={
        **json_example(examples.STOCK),
        **problem_responses(InvalidRequest, SymbolNotFound, NoBars, *UPSTREAM_ERRORS),
    },
)
async def stock(symbol: Symbol, data: DataClientDep) -> Stock:
    """Describe a stock: its name, first and last session, the source of its bars, and findings about them."""
    return await data.stock(symbol=symbol)


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
    settings: SettingsDep,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """Return the bars of a stock, ascending by session, as JSON, CSV, Parquet or an Arrow stream."""
    return forward(await data.raw_bars(symbol=symbol, query=query, if_none_match=if_none_match), settings)
