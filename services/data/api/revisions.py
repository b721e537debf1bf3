"""The route of all revisions. HTTP only: parse, call, return."""

from fastapi import APIRouter

from services.data.api.dependencies import RevisionsDep
from shared.errors import Busy, StoreUnavailable
from shared.schemas.runs import RunSymbol
from shared.web.problem import problem_responses

router = APIRouter(tags=["bars"])


@router.get("/revisions", responses=problem_responses(Busy, StoreUnavailable))
async def revisions(revisions: RevisionsDep) -> list[RunSymbol]:
    """Return every symbol that has bars, ascending, with the revision of its bars.

    Bars that only another tool has written are read for that. While this takes longer than a request may, it is 503.
    """
    return await revisions.find_all()
