"""The routes of processes that compute runs: claims, leases, results and answers. HTTP only: parse, call, return.

Every write names the token of its claim.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from services.data.api.dependencies import MetricsDep, RunStoreDep
from services.data.api.runs import RunIdPath
from services.data.runs.ports import MAX_ANSWER_BYTES, MAX_PAYLOAD_BYTES, RunStore, SymbolResult
from services.data.runs.result_streams import ResultStream
from services.data.runs.states import EndState
from shared import deadline
from shared.errors import InvalidRequest, NoCompleteRun, NotTheOwner, PayloadTooLarge, RunNotFound, StoreUnavailable
from shared.schemas.bars import Symbol
from shared.schemas.forecasts import Horizon
from shared.schemas.leaderboard import Leaderboard
from shared.schemas.runs import NEXT_AFTER, Beat, Claim, Owner, Run, RunSymbol
from shared.web.etags import NOT_MODIFIED, matches
from shared.web.problem import problem_responses

PAGE_SYMBOLS = 1000  # results in one answer
PART_SYMBOLS = 16  # results in memory at a time
PART_SECONDS = 30.0  # the longest that reading a page may take
ARROW = "application/vnd.apache.arrow.stream"
Token = Annotated[int, Query(ge=1, le=2**63 - 1, description="Of the claim.")]
router = APIRouter(tags=["runs"])
_OWNER_ERRORS = (InvalidRequest, NotTheOwner, StoreUnavailable)


class ResultQuery(BaseModel):
    """The bars that a result belongs to, or why there is none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    token: int = Field(ge=1, le=2**63 - 1, description="Of the claim.")
    revision: str = Field(pattern="^[0-9A-Za-z-]{1,64}$", description="Revision of the bars that were evaluated.")
    reason: str | None = Field(None, min_length=1, max_length=1000, description="Why there is no result.")


@router.post(
    "/runs/claim",
    response_model=Claim,
    responses={
        204: {"description": "There is nothing to compute."},
        **problem_responses(InvalidRequest, StoreUnavailable),
    },
)
async def claim_run(owner: Owner, runs: RunStoreDep) -> Claim | Response:
    """Claim the next run: an interrupted one, else the one that was queued first. Only one is computed at a time."""
    return await runs.claim(owner.name) or Response(status_code=204)


@router.post("/runs/{run_id}/lease", responses=problem_responses(*_OWNER_ERRORS))
async def extend_lease(run_id: RunIdPath, token: Token, runs: RunStoreDep) -> Beat:
    """Extend the lease of a claim."""
    return await runs.extend(run_id, token)


@router.put("/runs/{run_id}/results/{symbol}", responses=problem_responses(*_OWNER_ERRORS, PayloadTooLarge))
async def add_result(
    run_id: RunIdPath,
    symbol: Symbol,
    query: Annotated[ResultQuery, Query()],
    request: Request,
    runs: RunStoreDep,
    metrics: MetricsDep,
) -> Beat:
    """Write the result of a symbol, which is the body, or why there is none. Repeating it changes nothing."""
    payload = await _receive(request, MAX_PAYLOAD_BYTES)
    if bool(payload) == (query.reason is not None):
        raise InvalidRequest("Send either a result as the body, or its `reason` in the query.")
    result = SymbolResult(symbol, query.revision, payload or None, query.reason)
    beat = await runs.add(run_id, query.token, result)
    metrics.count_run_result(is_failure=query.reason is not None)
    return beat


@router.get(
    "/runs/{run_id}/results",
    response_class=Response,
    responses={
        200: {"content": {ARROW: {}}, "description": "Columns symbol, revision, payload and reason."},
        **problem_responses(InvalidRequest, RunNotFound, StoreUnavailable),
    },
)
async def run_results(
    run_id: RunIdPath,
    runs: RunStoreDep,
    after: Annotated[Symbol | None, Query(description="The last symbol of the previous page.")] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_SYMBOLS, description="The most symbols.")] = PAGE_SYMBOLS,
) -> Response:
    """Stream the results of the run, ascending by symbol, as an Arrow stream of small batches.

    A symbol that is not done yet is left out; its payload is null if there is a reason. The header Next-After names
    the last symbol if there are more.
    """
    symbols = sorted(await runs.symbols(run_id), key=lambda one: one.symbol)
    rest = [one for one in symbols if after is None or one.symbol > after]
    headers = {NEXT_AFTER: rest[limit - 1].symbol} if len(rest) > limit else {}
    return StreamingResponse(_stream(runs, run_id, rest[:limit]), media_type=ARROW, headers=headers)


@router.put("/runs/{run_id}/leaderboards/{horizon}", status_code=204, responses=problem_responses(*_OWNER_ERRORS))
async def put_leaderboard(
    run_id: RunIdPath, horizon: Annotated[Horizon, Path()], leaderboard: Leaderboard, token: Token, runs: RunStoreDep
) -> None:
    """Write the leaderboard of a horizon."""
    await runs.put_answer(run_id, token, "leaderboard", horizon, leaderboard.model_dump_json().encode())


@router.get(
    "/runs/{run_id}/leaderboards/{horizon}",
    response_model=Leaderboard,
    responses=problem_responses(InvalidRequest, NoCompleteRun, StoreUnavailable),
)
async def run_leaderboard(run_id: RunIdPath, horizon: Annotated[Horizon, Path()], runs: RunStoreDep) -> Response:
    """Return the leaderboard of one run as it was written."""
    answer = await runs.answer(run_id, "leaderboard", horizon)
    return Response(answer.body, media_type="application/json")


@router.put(
    "/runs/{run_id}/screeners/{horizon}",
    status_code=204,
    responses=problem_responses(*_OWNER_ERRORS, PayloadTooLarge),
)
async def put_screener(
    run_id: RunIdPath, horizon: Annotated[Horizon, Path()], token: Token, request: Request, runs: RunStoreDep
) -> None:
    """Write the screener of a horizon, which is the body."""
    await runs.put_answer(run_id, token, "screener", horizon, await _receive(request, MAX_ANSWER_BYTES))


@router.post("/runs/{run_id}/finish", responses=problem_responses(*_OWNER_ERRORS))
async def finish_run(
    run_id: RunIdPath,
    token: Token,
    runs: RunStoreDep,
    state: Annotated[EndState, Query(description="interrupted: another process should resume it now.")],
    error: Annotated[str | None, Query(min_length=1, max_length=1000, description="Why it failed.")] = None,
) -> Run:
    """End a run that was claimed."""
    return await runs.finish(run_id, token, state, error)


@router.get(
    "/leaderboards/{horizon}",
    response_model=Leaderboard,
    responses={**NOT_MODIFIED, **problem_responses(InvalidRequest, NoCompleteRun, StoreUnavailable)},
)
async def last_leaderboard(
    horizon: Annotated[Horizon, Path()], runs: RunStoreDep, if_none_match: Annotated[str | None, Header()] = None
) -> Response:
    """Return the leaderboard of the last run over all symbols that has succeeded."""
    answer = await runs.last_answer("leaderboard", horizon)
    etag = f'"{await asyncio.to_thread(lambda: hashlib.sha256(answer.body).hexdigest()[:32])}"'
    headers = {"ETag": etag, "Run-Id": answer.run_id}
    if if_none_match is not None and matches(etag, if_none_match):
        return Response(status_code=304, headers=headers)
    return Response(answer.body, media_type="application/json", headers=headers)


async def _stream(runs: RunStore, run_id: str, symbols: Sequence[RunSymbol]) -> AsyncIterator[bytes]:
    stream = ResultStream()
    for start in range(0, len(symbols), PART_SYMBOLS):
        with deadline.within(PART_SECONDS):  # for each page: all of them take longer than one request may
            part = await runs.results(run_id, symbols[start : start + PART_SYMBOLS])
        if part:
            yield await asyncio.to_thread(stream.write, part)
    yield stream.close()


async def _receive(request: Request, max_bytes: int) -> bytes:
    body = await request.body()
    if len(body) > max_bytes:
        raise PayloadTooLarge(f"The body must not exceed {max_bytes:,} bytes.")
    return body
