"""Components of a service as route parameters: `Annotated[BarReader, Depends(component("reader"))]`."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Request


def component(name: str) -> Callable[[Request], Awaitable[Any]]:
    """Return a dependency that reads one field of `app.state.components`, which `shared.web.app` sets.

    It is async because FastAPI runs every other dependency in a thread of its own.
    """

    async def get(request: Request) -> Any:
        return getattr(request.app.state.components, name)

    return get
