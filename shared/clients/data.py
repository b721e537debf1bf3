"""Client of the data service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
from pydantic import RootModel, ValidationError

from shared import deadline, staleness
from shared.clients.base import RawResponse, ServiceClient
from shared.clients.events import open_stream, read_events
from shared.clients.transport import latin1_headers, query_params
from shared.errors import UpstreamFailed
from shared.schemas.bars import BarsQuery, EncodedBars
from shared.schemas.changes import HEARTBEAT_SECONDS, ChangeEvent, FollowerState, Lease
from shared.schemas.ledger import Kept, Ledger, LedgerEntry, LedgerQuery
from shared.schemas.loads import FileEnd, FileOutcome, FileQuery, LoadQuery, LoadReport, WriteQuery
from shared.schemas.runs import RunSymbol
from shared.schemas.screener import ScreenerQuery
from shared.schemas.stocks import Stock, StockPage, StockPatch
from shared.web import request_id

LOAD_SILENCE_SECONDS = 60.0  # one symbol, and then the wait for services that do not answer
BROKEN_OFF = "The data service did not finish. What is not listed may be loaded or not: load the file again to see."
FEED_SILENCE_SECONDS = 5 * HEARTBEAT_SECONDS  # then the client reconnects; its user has long stopped relying on it


class _Symbols(RootModel[list[str]]):
    pass


class _Revisions(RootModel[list[RunSymbol]]):
    pass


@dataclass(frozen=True)
class Upload:
    """A streamed body of bars. With a length, a body that ends early is an error instead of a shorter file."""

    media_type: str
    length: str | None
    body: AsyncIterator[bytes]


class DataClient(ServiceClient):
    """Requests symbols, bars and the ledger from the data service.

    Every method may raise StoreUnavailable, UpstreamUnavailable, UpstreamTimeout and UpstreamFailed.
    """

    upstream = "the data service"

    async def symbols(self) -> list[str]:
        """Return every symbol that has bars, ascending."""
        return (await self._get_shared("/symbols", self._as(_Symbols))).root

    async def revisions(self) -> list[RunSymbol]:
        """Return every symbol that has bars, ascending, with the revision of its bars."""
        return (await self._get("/revisions", self._as(_Revisions))).root

    async def stocks(self, *, query: str, limit: int, cursor: str | None) -> StockPage:
        """Return one page of the matching symbols, best first.

        Raises:
            InvalidRequest: The cursor does not belong to this query.
        """
        params = {"query": query, "limit": str(limit)} | ({"cursor": cursor} if cursor is not None else {})
        return await self._get_shared("/search", self._as(StockPage), params)

    async def stock(self, *, symbol: str) -> Stock:
        """Return what is known about `symbol`.

        Raises:
            SymbolNotFound, NoBars: There are no bars.
        """
        return await self._get_shared(f"/symbols/{symbol}", self._as(Stock))

    async def bars(self, *, symbol: str, adjusted: bool = False, known: EncodedBars | None = None) -> EncodedBars:
        """Return the bars of `symbol`; `known` itself, in the same form, if it is still current.

        Raises:
            SymbolNotFound, NoBars: There are no bars.
            NoAdjustedPrices: The bars have no adjusted close.
        """
        query = BarsQuery(format="arrow", adjusted=adjusted)
        etag = None if known is None else f'"{known.revision}"'
        answer = await self.raw_bars(symbol=symbol, query=query, if_none_match=etag)
        if answer.status == 304 and known is not None:
            return known
        return EncodedBars(revision=_revision(answer), arrow=answer.body, is_stale=_is_stale(answer))

    async def current_revision(self, *, symbol: str) -> str | None:
        """Return the revision of the bars of `symbol`, without the bars; None while the data service cannot know it.

        Raises:
            SymbolNotFound, NoBars: There are no bars.
        """
        # Not HEAD: its response has no body, so an error could not say what is wrong.
        answer = await self.raw_bars(symbol=symbol, query=BarsQuery(format="arrow"), if_none_match="*")
        return None if _is_stale(answer) else _revision(answer)

    async def raw_bars(self, *, symbol: str, query: BarsQuery, if_none_match: str | None = None) -> RawResponse:
        """Return the encoded bars of `symbol` in the form of `query`, or 304 if the caller has this revision.

        Raises:
            InvalidRequest: `query` contradicts itself.
            SymbolNotFound, NoBars: There are no bars.
            NoAdjustedPrices: The bars have no adjusted close.
        """
        return await self._get_raw(f"/symbols/{symbol}/bars", query_params(query), if_none_match)

    async def load(self, *, symbol: str, query: LoadQuery, upload: Upload) -> LoadReport:
        """Load bars of `symbol` as they arrive; an upload that fails leaves the symbol unchanged.

        Raises:
            UnreadableFile, RowsRejected, InvalidRequest: Nothing was stored; `errors` says why.
            PayloadTooLarge, Busy: Nothing was stored.
        """
        return await self._write(self._put(f"/symbols/{symbol}/bars", query, upload), self._as(LoadReport))

    @asynccontextmanager
    async def load_file(self, *, query: FileQuery, upload: Upload) -> AsyncIterator[AsyncIterator[FileOutcome]]:
        """Load the bars of every symbol that a file names, and open the stream of what became of them.

        Raises:
            UnreadableFile, RowsRejected, InvalidRequest: Nothing was stored; `errors` says why.
            PayloadTooLarge, Busy: Nothing was stored.
        """
        request, title = self._put("/bars", query, upload), self._upstream.title
        request.headers[deadline.HEADER] = str(int(deadline.seconds_left(deadline.MAX_SECONDS) * 1000))
        if known := request_id.current_request_id():
            request.headers[request_id.HEADER] = known
        async with open_stream(self._http, request, title=title, silence_seconds=LOAD_SILENCE_SECONDS) as response:
            if response.status_code != httpx.codes.OK:
                await response.aread()
                self._checked(response)
                raise UpstreamFailed(f"{title} returned status {response.status_code}.")
            yield _outcomes(response)

    def _put(self, path: str, query: WriteQuery, upload: Upload) -> httpx.Request:
        length = {"Content-Length": upload.length} if upload.length else {}
        headers = latin1_headers({"Content-Type": upload.media_type} | length)
        return self._http.build_request("PUT", path, params=query_params(query), headers=headers, content=upload.body)

    async def change(self, *, symbol: str, patch: StockPatch) -> Stock:
        """Change what is known about `symbol` besides its bars.

        Raises:
            InvalidRequest: The calendar or the time zone does not exist.
            SymbolNotFound: The symbol does not exist.
        """
        body = patch.model_dump(mode="json", exclude_unset=True)
        return await self._write(self._http.build_request("PATCH", f"/symbols/{symbol}", json=body), self._as(Stock))

    async def delete(self, *, symbol: str) -> None:
        """Delete `symbol` and all of its bars.

        Raises:
            SymbolNotFound: The symbol does not exist.
        """
        await self._write(self._http.build_request("DELETE", f"/symbols/{symbol}"), self._checked)

    async def keep(self, *, symbol: str, entries: list[LedgerEntry]) -> Kept:
        """Record forecasts in the ledger of `symbol`, unless they are recorded already.

        Raises:
            InvalidRequest: An entry is inconsistent, or is not based on the latest bar; nothing was recorded.
            SymbolNotFound, NoBars: There are no bars to forecast from.
        """
        body = [entry.model_dump(mode="json") for entry in entries]
        request = self._http.build_request("POST", f"/symbols/{symbol}/ledger", json=body)
        return await self._write(request, self._as(Kept))

    async def changes(self) -> AsyncIterator[ChangeEvent]:
        """Yield the events of the feed of revisions until it ends or falls silent.

        Raises:
            UpstreamUnavailable, UpstreamFailed: It could not be read, or broke off.
        """
        title = self._upstream.title
        async for event in read_events(self._http, "/changes", title=title, silence_seconds=FEED_SILENCE_SECONDS):
            try:
                yield ChangeEvent.model_validate_json(event)
            except ValidationError as error:
                raise UpstreamFailed("The data service returned an invalid event.") from error

    async def renew_lease(self, *, follower: str, fence: int) -> Lease:
        """Report how far this follower has read the feed, and extend its lease.

        Raises:
            StoreUnavailable: The lease could not be extended.
        """
        state = FollowerState(fence=fence).model_dump(mode="json")
        request = self._http.build_request("POST", f"/followers/{follower}", json=state)
        return self._as(Lease)(await self._upstream.send_at_once(request))

    async def raw_leaderboard(self, *, horizon: int, if_none_match: str | None = None) -> RawResponse:
        """Return the leaderboard of the last run over all symbols, or 304 if the caller has it.

        Raises:
            NoCompleteRun: No such run has succeeded at this horizon.
        """
        return await self._get_raw(f"/leaderboards/{horizon}", None, if_none_match, is_followed=False)

    async def raw_screener(self, *, query: ScreenerQuery, if_none_match: str | None = None) -> RawResponse:
        """Return the screener of the last run over all symbols, or 304; raises as `raw_leaderboard`."""
        return await self._get_raw("/screener", query_params(query), if_none_match, is_followed=False)

    async def ledger(self, *, symbol: str, query: LedgerQuery) -> Ledger:
        """Return the recorded forecasts of `symbol`, latest first, with actuals and scores.

        Raises:
            InvalidRequest: The cursor does not belong to this ledger.
            SymbolNotFound, NoBars: There are no bars to compare the forecasts with.
        """
        path, read = f"/symbols/{symbol}/ledger", self._as(Ledger)
        return await self._get_shared(path, read, query_params(query), is_followed=False)


async def _outcomes(response: httpx.Response) -> AsyncIterator[FileOutcome]:
    """Yield what became of each symbol; if the stream breaks off, say so in an end of our own."""
    try:
        async for line in response.aiter_lines():
            yield FileOutcome.model_validate_json(line)
    except (httpx.TransportError, ValidationError):
        yield FileOutcome(end=FileEnd(skipped=[], stopped=BROKEN_OFF))


def _is_stale(answer: RawResponse) -> bool:
    return staleness.is_stale(answer.headers.get(staleness.HEADER))


def _revision(answer: RawResponse) -> str:
    revision = answer.headers.get("ETag", "").strip('"')
    if not revision:
        raise UpstreamFailed("The data service returned bars without a revision.")
    return revision
