"""Health of the whole system: of each internal service, and of what it depends on itself."""

from fastapi import APIRouter, Request, Response

from gateway.api.dependencies import Components
from shared.web.health import Check, Dependency, Health, Inspection, inspect_all

router = APIRouter(prefix="/api", tags=["operations"])


def _components(request: Request) -> Components:
    components: Components = request.app.state.components
    return components


async def _data(request: Request) -> Health:
    return await _components(request).data.health()


async def _prediction(request: Request) -> Health:
    return await _components(request).prediction.health()


DEPENDENCIES = {
    "data": Dependency(_data, timeout_seconds=2.0),
    "prediction": Dependency(_prediction, timeout_seconds=3.0),  # which asks the data service itself
}


@router.get("/health", responses={503: {"model": Health, "description": "Something is down"}})
async def health(request: Request, response: Response) -> Health:
    """Say, per dependency, whether it works and, if not, what is wrong.

    `degraded` still answers every request; with `down` the status is 503.
    """
    inspections = await inspect_all(DEPENDENCIES, request)
    system = Health.of({name: check for service, one in inspections.items() for name, check in _checks(service, one)})
    if system.status == "down":
        response.status_code = 503
    return system


def _checks(service: str, inspection: Inspection) -> list[tuple[str, Check]]:
    """Return the service's own state under its name, and under `name.check` each check that it runs itself."""
    detail = None if inspection.inner else inspection.check.detail
    own = Check(status=inspection.check.status, detail=detail)
    return [(service, own), *((f"{service}.{name}", check) for name, check in inspection.inner.items())]
