"""Alive (`/healthz`) and ready (`/readyz`): named checks, each with what is wrong and what it means."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from shared.errors import ServiceError

CHECK_TIMEOUT_SECONDS = 1.0


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
        return Health(status="ok")

    @router.get("/readyz", summary="Can it do its work?", responses={503: {"model": Health}})
    async def readyz(request: Request, response: Response) -> Health:
        health = Health.of(await checks(request))
        if health.status == "down":
            response.status_code = 503
        return health

    return router
