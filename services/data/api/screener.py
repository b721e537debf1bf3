"""The route of the screener. HTTP only: parse, call, return."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Response

from services.data.api.dependencies import ScreenersDep
from services.data.screener.formats import MEDIA_TYPES
from shared.errors import Busy, InvalidRequest, NoCompleteRun, StoreUnavailable
from shared.schemas.screener import Screener, ScreenerQuery
from shared.web.etags import NOT_MODIFIED, matches
from shared.web.problem import problem_responses

router = APIRouter(tags=["runs"])


@router.get(
    "/screener",
    response_class=Response,
    responses={
        200: {
            "model": Screener,
            "content": {media_type.partition(";")[0]: {} for name, media_type in MEDIA_TYPES.items() if name != "json"},
            "description": "The columns. Their ETag changes with the run and with the catalogue.",
        },
        **NOT_MODIFIED,
        **problem_responses(InvalidRequest, NoCompleteRun, Busy, StoreUnavailable),
    },
)
async def screener(
    query: Annotated[ScreenerQuery, Query()],
    screeners: ScreenersDep,
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    """Return the columns of the last run over all symbols that has succeeded, joined with the current catalogue."""
    etag, answer = await screeners.find(query, lambda etag: matches(etag, if_none_match))
    if answer is None:
        return Response(status_code=304, headers={"ETag": etag})
    return Response(answer.body, headers=answer.headers)
