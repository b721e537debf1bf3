"""The data service as its callers see it."""

from dataclasses import dataclass

from pydantic import RootModel

from shared.clients.base import ServiceClient
from shared.errors import UpstreamFailed


class _Symbols(RootModel[list[str]]):
    pass


@dataclass(frozen=True)
class BarsPayload:
    """One symbol's bars as they travel: an Arrow IPC stream that `shared.arrow.decode` reads, and its revision."""

    revision: str
    arrow: bytes


class DataClient(ServiceClient):
    """Symbols and bars from the data service."""

    async def symbols(self) -> list[str]:
        """Return every symbol that has bars, ascending."""
        return self._parse(_Symbols, await self._get("/symbols")).root

    async def bars(self, *, symbol: str) -> BarsPayload:
        """Return the bars of `symbol`.

        Raises:
            SymbolNotFound, NoBars: There is nothing to return.
            StoreUnavailable, UpstreamUnavailable, UpstreamTimeout, UpstreamFailed: It could not be had.
        """
        response = await self._get(f"/symbols/{symbol}/bars", {"format": "arrow"})
        revision = response.headers.get("etag", "").strip('"')
        if not revision:
            raise UpstreamFailed("The data service gave bars without a revision.")
        return BarsPayload(revision=revision, arrow=response.content)
