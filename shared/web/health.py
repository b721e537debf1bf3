"""Liveness (`/healthz`), readiness (`/readyz`), and the gauge `dependency_up`, from one list of dependencies."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from shared.errors import ServiceError
from shared.single_flight import SingleFlight
from shared.telemetry.metrics import GaugeValues, ScrapeCollector, ScrapeGauge
from shared.web.draining import Draining

Status = Literal["ok", "degraded", "down"]
NOT_READY = "Send requests elsewhere: a dependency is down, or the process is stopping"
DEPENDENCY_UP = ScrapeGauge("dependency_up", "Whether a dependency of the service is up, 1 or 0.", ("dependency",))
_SEVERITY: list[Status] = ["ok", "degraded", "down"]


class Check(BaseModel):
    """The state of one dependency."""

    status: Status
    detail: str | None = Field(
        None, description="What is wrong and what it means, or what is worth knowing; null otherwise."
    )


class Health(BaseModel):
    """The worst of the checks: `degraded` still answers every request, `down` does not."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"status": "ok", "checks": {"store": {"status": "ok", "detail": None}}}]}
    )

    status: Status
    checks: dict[str, Check] = Field(default_factory=dict)
    stale: bool = Field(False, description="Whether data from before the store stopped answering is being served.")

    @classmethod
    def of(cls, checks: Mapping[str, Check], *, stale: bool = False) -> "Health":
        """Combine `checks`: the worst one decides."""
        worst = max((check.status for check in checks.values()), key=_SEVERITY.index, default="ok")
        return cls(status=worst, checks=dict(checks), stale=stale)


# Not down: it still answers every request.
STOPPING = Check(status="degraded", detail="The process is stopping and will soon refuse new connections.")


@dataclass(frozen=True)
class Inspection:
    """The result of pinging a dependency.

    Attributes:
        is_up: Whether it answers and does not report itself as down.
        check: What that means for the service that depends on it.
        inner: The checks that the dependency reports itself, if it is one of our services.
        is_stale: Whether it serves data from before its store stopped answering.
    """

    is_up: bool
    check: Check
    inner: Mapping[str, Check] = field(default_factory=dict)
    is_stale: bool = False


@dataclass(frozen=True)
class Dependency:
    """Something that a service depends on.

    Attributes:
        ping: Return its own health if it has one, else None; raise a ServiceError if it does not answer.
        when_failing: The status of the service without it.
        timeout_seconds: The longest that one ping may take.
    """

    ping: Callable[[Request], Awaitable[Health | None]]
    when_failing: Literal["degraded", "down"] = "down"
    timeout_seconds: float = 1.0
    _flight: SingleFlight[Inspection] = field(default_factory=SingleFlight, init=False, repr=False, compare=False)

    async def inspect(self, request: Request) -> Inspection:
        """Ping it, once for all who ask at the same time; a ServiceError becomes part of the result."""
        try:
            return await self._flight.run(request.scope.get("app"), lambda: self._inspect(request))
        except TimeoutError:
            return self._failing("No answer in the time that was left.")

    async def _inspect(self, request: Request) -> Inspection:
        try:
            async with asyncio.timeout(self.timeout_seconds):
                health = await self.ping(request) or Health(status="ok")
        except ServiceError as error:
            return self._failing(error.detail)
        except TimeoutError:
            return self._failing(f"No answer within {self.timeout_seconds:g} s.")
        failing = [f"{name}: {check.detail}" for name, check in health.checks.items() if check.status != "ok"]
        notes = [check.detail for check in health.checks.values() if check.status == "ok" and check.detail]
        check = Check(status=health.status, detail=" ".join(failing or notes) or None)
        return Inspection(is_up=health.status != "down", check=check, inner=health.checks, is_stale=health.stale)

    def _failing(self, detail: str) -> Inspection:
        return Inspection(is_up=False, check=Check(status=self.when_failing, detail=detail))


Dependencies = Mapping[str, Dependency]


async def inspect_all(dependencies: Dependencies, request: Request) -> dict[str, Inspection]:
    """Ping all dependencies concurrently and return the results by name."""
    inspections = await asyncio.gather(*(dependency.inspect(request) for dependency in dependencies.values()))
    return dict(zip(dependencies, inspections, strict=True))


def is_any_stale(inspections: Mapping[str, Inspection]) -> bool:
    """Say whether a dependency serves stale data."""
    return any(one.is_stale for one in inspections.values())


def dependency_gauge(dependencies: Dependencies) -> ScrapeCollector:
    """Build the collector of `dependency_up`."""

    async def collect(request: Request) -> Mapping[ScrapeGauge, GaugeValues]:
        inspections = await inspect_all(dependencies, request)
        return {DEPENDENCY_UP: {(name,): float(one.is_up) for name, one in inspections.items()}}

    return ScrapeCollector((DEPENDENCY_UP,), collect)


def health_router(dependencies: Dependencies, draining: Draining) -> APIRouter:
    """Build `/healthz` and `/readyz`; the latter pings the dependencies."""
    router = APIRouter(tags=["operations"])

    @router.get("/healthz", summary="Is the process alive?")
    async def healthz() -> Health:
        """Say that the process is alive, whatever the state of its dependencies."""
        return Health(status="ok")

    @router.get("/readyz", summary="Can it do its work?", responses={503: {"model": Health, "description": NOT_READY}})
    async def readyz(request: Request, response: Response) -> Health:
        """Say whether requests should be sent here, and what is wrong with each dependency."""
        inspections = await inspect_all(dependencies, request)
        checks = {name: one.check for name, one in inspections.items()}
        if draining.is_on:
            checks["process"] = STOPPING
        health = Health.of(checks, stale=is_any_stale(inspections))
        if health.status == "down" or draining.is_on:
            response.status_code = 503
        return health

    return router
