"""The gateway's resources as route parameters."""

from typing import Annotated

from fastapi import Depends, Request

from gateway.ports import DataService, PredictionService, Resources


def resources_of(request: Request) -> Resources:
    """Return what the lifespan opened."""
    resources: Resources = request.app.state.resources
    return resources


def _data(request: Request) -> DataService:
    return resources_of(request).data


def _prediction(request: Request) -> PredictionService:
    return resources_of(request).prediction


DataServiceDep = Annotated[DataService, Depends(_data)]
PredictionServiceDep = Annotated[PredictionService, Depends(_prediction)]
