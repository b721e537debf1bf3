"""The gateway's resources and settings as route parameters."""

from typing import Annotated

from fastapi import Depends, Request

from gateway.ports import DataService, PredictionService, Resources
from gateway.settings import GatewaySettings


def resources_of(request: Request) -> Resources:
    """Return what the lifespan opened."""
    resources: Resources = request.app.state.resources
    return resources


def _data(request: Request) -> DataService:
    return resources_of(request).data


def _prediction(request: Request) -> PredictionService:
    return resources_of(request).prediction


def _settings(request: Request) -> GatewaySettings:
    settings: GatewaySettings = request.app.state.settings
    return settings


DataServiceDep = Annotated[DataService, Depends(_data)]
PredictionServiceDep = Annotated[PredictionService, Depends(_prediction)]
SettingsDep = Annotated[GatewaySettings, Depends(_settings)]
