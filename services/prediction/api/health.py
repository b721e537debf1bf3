"""The dependencies of the prediction service, for health checks and metrics."""

from fastapi import Request

from services.prediction.api.dependencies import Components
from shared.web.health import Dependency, Health


def _components(request: Request) -> Components:
    components: Components = request.app.state.components
    return components


async def _data(request: Request) -> Health:
    return await _components(request).resources.data.health()


async def _workers(request: Request) -> None:
    await _components(request).resources.workers.ping()


DEPENDENCIES = {"data": Dependency(_data, timeout_seconds=2.0), "workers": Dependency(_workers)}
