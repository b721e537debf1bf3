"""What the data service looks up when somebody asks for its metrics."""

import asyncio
from collections.abc import Mapping

from fastapi import Request

from services.data.api.dependencies import resources_of
from services.data.symbols.catalogue import Catalogue
from services.data.symbols.freshness import BEHIND, FAR, SYMBOLS, freshness
from shared.telemetry.metrics import Look, Looked, Values, look_at_dependencies


async def _store(request: Request) -> bool:
    await resources_of(request).store.ping()
    return True


async def _cache(request: Request) -> bool:
    await resources_of(request).cache.ping()
    return True


DEPENDENCIES = look_at_dependencies({"store": _store, "cache": _cache})


def look_at_freshness(calendar: str | None) -> Look:
    """Return the look at how far the symbols are behind this exchange, from the catalogue that searches go through."""

    async def find(request: Request) -> Mapping[Looked, Values]:
        catalogue: Catalogue = request.app.state.catalogue
        return await asyncio.to_thread(freshness, await catalogue.last_sessions(), calendar)

    return Look((SYMBOLS, FAR, BEHIND), find)
