"""The data service's resources as route parameters."""

from typing import Annotated

from fastapi import Depends, Request

from services.data.ports import BarCache, BarStore, Resources


def resources_of(request: Request) -> Resources:
    """Return what the lifespan opened."""
    resources: Resources = request.app.state.resources
    return resources


def _store(request: Request) -> BarStore:
    return resources_of(request).store


def _cache(request: Request) -> BarCache:
    return resources_of(request).cache


BarStoreDep = Annotated[BarStore, Depends(_store)]
BarCacheDep = Annotated[BarCache, Depends(_cache)]
