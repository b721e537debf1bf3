"""The data service's routes. HTTP only: parse, call, return."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Request, Response

from services.data.dependencies import BarCacheDep, BarStoreDep, resources_of
from services.data.ports import EncodedBars
from services.data.read_bars import read_bars
from shared.arrow import MEDIA_TYPE, decode
from shared.bars import Bar, Symbol, SymbolBars
from shared.errors import InvalidRequest, NoBars, StoreUnavailable, SymbolNotFound
from shared.health import Check, health_router, run_check
from shared.problem import problem_responses

router = APIRouter(tags=["bars"])


@router.get("/symbols", responses=problem_responses(StoreUnavailable))
async def symbols(store: BarStoreDep) -> list[str]:
    """Return every symbol that has bars, ascending."""
    return await store.symbols()


@router.get(
    "/symbols/{symbol}/bars",
    response_class=Response,
    responses={
        200: {"model": SymbolBars, "content": {MEDIA_TYPE: {}}, "description": "The bars; their ETag is the revision."},
        304: {"description": "The revision is one of those in If-None-Match."},
        **problem_responses(InvalidRequest, SymbolNotFound, NoBars, StoreUnavailable),
    },
)
async def bars(
    symbol: Symbol,
    store: BarStoreDep,
    cache: BarCacheDep,
    request: Request,
    format: Literal["json", "arrow"] = "json",  # noqa: A002  # the contract's word
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    """Return all bars of a symbol, ascending by session, as JSON or as an Arrow IPC stream."""
    found, outcome = await read_bars(symbol, store=store, cache=cache)
    request.app.state.cache_requests.labels(outcome).inc()
    headers = {"ETag": f'"{found.revision}"'}
    known = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    if headers["ETag"] in known or "*" in known:
        return Response(status_code=304, headers=headers)
    if format == "arrow":
        return Response(found.arrow, media_type=MEDIA_TYPE, headers=headers)
    return Response(await asyncio.to_thread(_json, found), media_type="application/json", headers=headers)


def _json(found: EncodedBars) -> str:
    frame = decode(found.arrow)
    rows = frame.bars.assign(session=frame.bars["session"].dt.date).astype(object)
    records = rows.where(rows.notna(), None).to_dict("records")
    bars = [Bar.model_validate(record) for record in records]
    return SymbolBars(symbol=frame.symbol, revision=found.revision, skipped=frame.skipped, bars=bars).model_dump_json()


async def _checks(request: Request) -> Mapping[str, Check]:
    resources = resources_of(request)
    store, cache = await asyncio.gather(
        run_check(resources.store.ping, when_failing="down"), run_check(resources.cache.ping, when_failing="degraded")
    )
    return {"store": store, "cache": cache}


operations = health_router(_checks)
