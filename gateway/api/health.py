"""What the gateway looks up when somebody asks for its metrics."""

from fastapi import Request

from gateway.api.dependencies import resources_of
from shared.telemetry.metrics import look_at_dependencies


async def _data(request: Request) -> bool:
    return (await resources_of(request).data.health()).status != "down"


async def _prediction(request: Request) -> bool:
    return (await resources_of(request).prediction.health()).status != "down"


DEPENDENCIES = look_at_dependencies({"data": _data, "prediction": _prediction})
