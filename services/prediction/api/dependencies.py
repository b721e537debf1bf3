"""The prediction service's resources as route parameters. Async, because FastAPI runs the others in a thread each."""

from typing import Annotated

from fastapi import Depends, Request

from services.prediction.api.responder import Responder
from services.prediction.ports import Resources
from services.prediction.settings import PredictionSettings


def resources_of(request: Request) -> Resources:
    """Return what the lifespan opened."""
    resources: Resources = request.app.state.resources
    return resources


async def _resources(request: Request) -> Resources:
    return resources_of(request)


async def _responder(request: Request) -> Responder:
    responder: Responder = request.app.state.responder
    return responder


async def _settings(request: Request) -> PredictionSettings:
    settings: PredictionSettings = request.app.state.settings
    return settings


ResourcesDep = Annotated[Resources, Depends(_resources)]
ResponderDep = Annotated[Responder, Depends(_responder)]
SettingsDep = Annotated[PredictionSettings, Depends(_settings)]
