"""The public contract: the answers of the last run over all symbols. HTTP only: parse, call, return."""

from dataclasses import replace
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response

from gateway.answers.store import Key
from gateway.api.dependencies import DataClientDep, RespondDep
from gateway.api.responses import json_example
from gateway.examples.screener import LEADERBOARD, SCREENER
from shared.clients.base import RawResponse
from shared.errors import UPSTREAM_ERRORS, InvalidRequest, NoCompleteRun
from shared.schemas.forecasts import Horizon
from shared.schemas.leaderboard import Leaderboard
from shared.schemas.screener import Screener, ScreenerFormat, ScreenerQuery
from shared.web.etags import NOT_MODIFIED
from shared.web.problem import problem_responses

router = APIRouter(prefix="/api", tags=["runs"])
FORMATS: dict[str, ScreenerFormat] = {
    "application/json": "json",
    "text/csv": "csv",
    "application/vnd.apache.parquet": "parquet",
    "application/vnd.apache.arrow.stream": "arrow",
}
MAX_NAMED = 50  # media types of Accept that are looked at
_ZERO = {"q=0", "q=0.0", "q=0.00", "q=0.000"}
_PROBLEMS = problem_responses(InvalidRequest, NoCompleteRun, *UPSTREAM_ERRORS)


@router.get(
    "/leaderboard",
    response_model=Leaderboard,
    responses={**json_example(LEADERBOARD), **NOT_MODIFIED, **_PROBLEMS},
)
async def leaderboard(
    data: DataClientDep,
    respond: RespondDep,
    horizon: Annotated[Horizon, Query()] = 1,
) -> Response:
    """Compare the models over all symbols, as the last complete run left them.

    Read `sentence` first: how many symbols look better than no change, and how many luck alone gives. `may_be_best`
    marks the models that cannot be told from the best one; it compares whole sessions, since symbols move together. A
    symbol is `named` only if it was better beyond luck in both halves of the sessions; usually none is.
    """
    ask = partial(data.raw_leaderboard, horizon=horizon)
    return await respond(Key("leaderboard", None, horizon), ask)


@router.get(
    "/screener",
    response_class=Response,
    responses={
        200: {
            "model": Screener,
            "description": "The columns. Their ETag changes with the run, with names, sectors and revisions, and when "
            "a session ends.",
            "content": json_example(SCREENER)[200]["content"] | {name: {} for name in FORMATS if "json" not in name},
        },
        **NOT_MODIFIED,
        **_PROBLEMS,
    },
)
async def screener(
    query: Annotated[ScreenerQuery, Query()],
    data: DataClientDep,
    respond: RespondDep,
    accept: Annotated[str, Header()] = "",
) -> Response:
    """Return one row for each symbol of the last complete run, as columns: JSON, CSV, Parquet or an Arrow stream.

    Rows ascend by symbol, and should not be sorted by `skill`: the first would be the lucky ones, as `sentence` says.
    What can be forecast is how far prices move: `expected_range` and `width`, with their percentiles among the symbols
    and in the symbol's own last year. `is_current` says whether the bars are still those of the run.
    """
    chosen = query.model_copy(update={"format": query.format or _choose_format(accept)})

    async def ask(*, if_none_match: str | None) -> RawResponse:
        response = await data.raw_screener(query=chosen, if_none_match=if_none_match)
        return replace(response, headers=response.headers | ({} if query.format else {"Vary": "Accept"}))

    key = Key("screener", None, (chosen.model_dump_json(), query.format is None))
    return await respond(key, ask)


def _choose_format(accept: str) -> ScreenerFormat:
    """Return the first format that the header Accept names and does not exclude by a weight of 0, else JSON."""
    parts = (part.lower().replace(" ", "").split(";") for part in accept.split(",", MAX_NAMED)[:MAX_NAMED])
    named = (FORMATS.get(name) for name, *rest in parts if _ZERO.isdisjoint(rest))
    return next((known for known in named if known is not None), "json")
