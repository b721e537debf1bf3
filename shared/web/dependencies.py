"""Passes components of a service to routes: `Annotated[BarReader, Depends(component("reader"))]`."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Request


def component(name: str) -> Callable[[Request], Awaitable[Any]]:
    """Build a FastAPI dependency that reads one field of `app.state.components`, which `shared.web.app` sets.

    It is async because FastAPI runs synchronous dependencies in the thread pool.
    """

    async def get(request: Request) -> Any:
        return getattr(request.app.state.components, name)

    return get
