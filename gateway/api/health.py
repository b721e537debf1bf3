"""Health of the whole system: each internal service and its own dependencies."""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from gateway.api.dependencies import Components
from shared.telemetry.metrics import GaugeValues, ScrapeCollector, ScrapeGauge
from shared.web.health import Check, Dependency, Health, Inspection, inspect_all, is_any_stale

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
    "prediction": Dependency(_prediction, timeout_seconds=3.0),  # it pings the data service itself
}

API_KEYS_FILE_VALID = ScrapeGauge(
    "api_keys_file_valid", "Whether the file of API keys is valid, 1 or 0; if not, the keys that it held before apply."
)


async def _api_keys_file(request: Request) -> Mapping[ScrapeGauge, GaugeValues]:
    return {API_KEYS_FILE_VALID: {(): float(_components(request).api_keys.is_file_valid())}}


COLLECTORS = [ScrapeCollector((API_KEYS_FILE_VALID,), _api_keys_file)]


@router.get("/health", responses={503: {"model": Health, "description": "A dependency is down"}})
async def health(request: Request, response: Response) -> Health:
    """Report the status of each dependency and what is wrong with it.

    `degraded` still answers every request; `down` gives status 503.
    """
    inspections = await inspect_all(DEPENDENCIES, request)
    checks = {name: check for service, one in inspections.items() for name, check in _checks(service, one)}
    system = Health.of(checks, stale=is_any_stale(inspections))
    if system.status == "down":
        response.status_code = 503
    return system


def _checks(service: str, inspection: Inspection) -> list[tuple[str, Check]]:
    """Return the service's own status under its name, and each check that it reports under `name.check`."""
    detail = None if inspection.inner else inspection.check.detail
    own = Check(status=inspection.check.status, detail=detail)
    return [(service, own), *((f"{service}.{name}", check) for name, check in inspection.inner.items())]
