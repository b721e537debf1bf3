"""Alive (`/healthz`) and ready (`/readyz`): named checks, each with what is wrong and what it means."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from shared.errors import ServiceError
from shared.web.draining import Draining

CHECK_TIMEOUT_SECONDS = 1.0
NOT_READY = "Send requests elsewhere: something that it needs is down, or it is stopping"


class Check(BaseModel):
    """One dependency."""

    status: Literal["ok", "degraded", "down"]
    detail: str | None = Field(None, description="What is wrong and what it means; null when all is well.")


class Health(BaseModel):
    """The worst of its checks: `degraded` still answers every request, `down` does not."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"status": "ok", "checks": {"store": {"status": "ok", "detail": None}}}]}
    )

    status: Literal["ok", "degraded", "down"]
    checks: dict[str, Check] = Field(default_factory=dict)

    @classmethod
    def of(cls, checks: Mapping[str, Check]) -> "Health":
        """Return the health that follows from `checks`."""
        worst = max((check.status for check in checks.values()), key=_SEVERITY.index, default="ok")
        return cls(status=worst, checks=dict(checks))


# Not down: it answers every request that still comes.
STOPPING = Check(status="degraded", detail="The process is stopping and takes no new connections soon.")
_SEVERITY: list[Literal["ok", "degraded", "down"]] = ["ok", "degraded", "down"]
Probe = Callable[[], Awaitable[None]]


async def run_check(probe: Probe, when_failing: Literal["degraded", "down"]) -> Check:
    """Run one probe; a probe fails by raising a ServiceError or by taking longer than a second."""
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_SECONDS):
            await probe()
    except ServiceError as error:
        return Check(status=when_failing, detail=error.detail)
    except TimeoutError:
        return Check(status=when_failing, detail=f"No answer within {CHECK_TIMEOUT_SECONDS:g} s.")
    return Check(status="ok")


def health_router(checks: Callable[[Request], Awaitable[Mapping[str, Check]]]) -> APIRouter:
    """Return `/healthz` and `/readyz`; `checks` is run for the latter."""
    router = APIRouter(tags=["operations"])

    @router.get("/healthz", summary="Is the process alive?")
    async def healthz() -> Health:
        """Say that the process answers, whatever else works."""
        return Health(status="ok")

    @router.get("/readyz", summary="Can it do its work?", responses={503: {"model": Health, "description": NOT_READY}})
    async def readyz(request: Request, response: Response) -> Health:
        """Say whether requests should be sent here, and what is wrong with each thing that it needs."""
        found = dict(await checks(request))
        draining: Draining = request.app.state.draining
        if draining.is_on:
            found["process"] = STOPPING
        health = Health.of(found)
        if health.status == "down" or draining.is_on:
            response.status_code = 503
        return health

    return router


async def no_checks(_: Request) -> Mapping[str, Check]:
    """Return the checks of a service that is ready whenever it is alive."""
    return {}
