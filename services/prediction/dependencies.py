"""The prediction service's resources as route parameters."""

from typing import Annotated

from fastapi import Depends, Request

from services.prediction.ports import BarsReader, Resources, Workers


def resources_of(request: Request) -> Resources:
    """Return what the lifespan opened."""
    resources: Resources = request.app.state.resources
    return resources


def _data(request: Request) -> BarsReader:
    return resources_of(request).data


def _workers(request: Request) -> Workers:
    return resources_of(request).workers


BarsReaderDep = Annotated[BarsReader, Depends(_data)]
WorkersDep = Annotated[Workers, Depends(_workers)]
