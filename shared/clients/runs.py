"""Client of the data service's runs, for callers that request and watch them and for the process that computes them."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Literal, TypeVar

import httpx

from shared import deadline
from shared.clients.base import RawResponse, ServiceClient
from shared.clients.events import is_events, open_events
from shared.clients.transport import latin1_headers
from shared.errors import UpstreamFailed
from shared.schemas.leaderboard import Leaderboard
from shared.schemas.runs import NEXT_AFTER, Beat, Claim, NewRun, Owner, Run
from shared.web import request_id

T = TypeVar("T")
SILENCE_SECONDS = 15.0  # the data service sends something every 5 s
PAGE_SYMBOLS = 32  # results in memory at a time
OWNER_SECONDS = 2.5  # the longest that a claim or an extension may take: a lease is 10 s, extended every 3 s
WRITE_SECONDS = 25.0  # the longest that another write of an owner may take


class RunsClient(ServiceClient):
    """Requests runs of the data service.

    Every method may raise StoreUnavailable, UpstreamUnavailable, UpstreamTimeout and UpstreamFailed.
    """

    upstream = "the data service"

    async def put(self, *, new: NewRun) -> tuple[Run, bool]:
        """Queue a run; return it and whether it is new. One that was cancelled or failed is queued again."""
        body = new.model_dump_json().encode()
        request = self._request("PUT", f"/runs/{new.id}", content=body, media_type="application/json")
        return await self._write(
            request, lambda response: (self._as(Run)(response), response.status_code == httpx.codes.CREATED)
        )

    async def raw_runs(self, *, if_none_match: str | None = None) -> RawResponse:
        """Return the encoded list of runs, or 304 if the caller has it."""
        return await self._get_raw("/runs", None, if_none_match)

    async def raw_run(self, *, run_id: str, if_none_match: str | None = None) -> RawResponse:
        """Return the encoded run, or 304 if the caller has it.

        Raises:
            RunNotFound: There is none with this id.
        """
        return await self._get_raw(f"/runs/{run_id}", None, if_none_match)

    async def run(self, *, run_id: str) -> Run:
        """Return a run; raises as `raw_run`."""
        return await self._get(f"/runs/{run_id}", self._as(Run))

    @asynccontextmanager
    async def events(
        self, *, run_id: str, last_event_id: str | None = None
    ) -> AsyncIterator[AsyncIterator[bytes] | None]:
        """Open the stream of a run's events, which yields bytes as they arrive, and ends when the service stops.

        It is None if the run has ended and its last event was `last_event_id`.

        Raises:
            RunNotFound: There is none with this id.
        """
        headers = {deadline.HEADER: str(int(deadline.seconds_left(deadline.MAX_SECONDS) * 1000))}
        headers |= {} if (known := request_id.current_request_id()) is None else {request_id.HEADER: known}
        headers |= {} if last_event_id is None else {"Last-Event-ID": last_event_id}
        title, path = self._upstream.title, f"/runs/{run_id}/events"
        async with open_events(
            self._http, path, title=title, silence_seconds=SILENCE_SECONDS, headers=latin1_headers(headers)
        ) as response:
            if response.status_code == httpx.codes.NO_CONTENT:
                yield None
                return
            if not is_events(response):
                await response.aread()
                self._checked(response)
                raise UpstreamFailed(f"{title} returned no events.")
            yield _until_broken(response)

    async def cancel(self, *, run_id: str) -> Run:
        """Cancel a run, or ask its owner to; raises as `raw_run`."""
        return await self._write(self._request("POST", f"/runs/{run_id}/cancel"), self._as(Run))

    async def delete(self, *, run_id: str) -> None:
        """Remove a run.

        Raises:
            RunNotFound: There is none with this id.
            RunActive: It is being computed.
        """
        await self._write(self._request("DELETE", f"/runs/{run_id}"), self._checked)

    async def claim(self, *, owner: str) -> Claim | None:
        """Claim the next run; None if no run is queued or another owner computes one."""
        request = self._request(
            "POST", "/runs/claim", content=Owner(name=owner).model_dump_json().encode(), media_type="application/json"
        )
        return await self._own(
            request,
            lambda response: None if response.status_code == httpx.codes.NO_CONTENT else self._as(Claim)(response),
            OWNER_SECONDS,
        )

    async def extend(self, *, run_id: str, token: int) -> Beat:
        """Extend the lease of a claim.

        Raises:
            NotTheOwner: Another process has taken the run over, or it has ended; stop computing it.
        """
        request = self._request("POST", f"/runs/{run_id}/lease", {"token": str(token)})
        return await self._own(request, self._as(Beat), OWNER_SECONDS)

    async def add(self, *, run_id: str, token: int, symbol: str, revision: str, payload: bytes) -> Beat:
        """Write the result of a symbol; repeating it changes nothing. Raises as `extend`."""
        params = {"token": str(token), "revision": revision}
        request = self._request("PUT", f"/runs/{run_id}/results/{symbol}", params, payload, "application/octet-stream")
        return await self._own(request, self._as(Beat))

    async def add_failure(self, *, run_id: str, token: int, symbol: str, revision: str, reason: str) -> Beat:
        """Write why a symbol has no result; repeating it changes nothing. Raises as `extend`."""
        params = {"token": str(token), "revision": revision, "reason": reason}
        return await self._own(self._request("PUT", f"/runs/{run_id}/results/{symbol}", params), self._as(Beat))

    async def results(self, *, run_id: str) -> AsyncIterator[bytes]:
        """Yield the stored results of the run in batches, ascending by symbol, each batch as a complete Arrow stream.

        Its columns are symbol, revision, payload and reason. Raises as `raw_run`.
        """
        after: str | None = None
        while True:
            params = {"limit": str(PAGE_SYMBOLS)} | ({} if after is None else {"after": after})
            body, after = await self._get(f"/runs/{run_id}/results", self._page, params)
            yield body
            if after is None:
                return

    async def put_leaderboard(self, *, run_id: str, token: int, horizon: int, leaderboard: Leaderboard) -> None:
        """Write the leaderboard of a horizon; raises as `extend`."""
        path, body = f"/runs/{run_id}/leaderboards/{horizon}", leaderboard.model_dump_json().encode()
        request = self._request("PUT", path, {"token": str(token)}, body, "application/json")
        await self._own(request, self._checked)

    async def put_screener(self, *, run_id: str, token: int, horizon: int, body: bytes) -> None:
        """Write the screener of a horizon, at most 14 MB, which is stored unchanged; raises as `extend`."""
        path, media_type = f"/runs/{run_id}/screeners/{horizon}", "application/vnd.apache.arrow.stream"
        await self._own(self._request("PUT", path, {"token": str(token)}, body, media_type), self._checked)

    async def leaderboard(self, *, run_id: str, horizon: int) -> Leaderboard:
        """Return the leaderboard of one run.

        Raises:
            NoCompleteRun: It has none at this horizon.
        """
        return await self._get(f"/runs/{run_id}/leaderboards/{horizon}", self._as(Leaderboard))

    async def finish(
        self,
        *,
        run_id: str,
        token: int,
        state: Literal["succeeded", "failed", "cancelled", "interrupted"],
        error: str | None = None,
    ) -> Run:
        """End the run; "interrupted" releases it, so that another process resumes it; raises as `extend`.

        Raises:
            InvalidRequest: It cannot have succeeded: symbols are missing.
        """
        params = {"token": str(token), "state": state} | ({} if error is None else {"error": error})
        return await self._own(self._request("POST", f"/runs/{run_id}/finish", params), self._as(Run))

    async def _own(
        self, request: httpx.Request, read: Callable[[httpx.Response], T], seconds: float = WRITE_SECONDS
    ) -> T:
        """Send a request of a run's owner, which no caller's deadline limits."""
        with deadline.within(deadline.seconds_left(seconds)):
            return await self._write(request, read)

    def _request(
        self,
        method: str,
        path: str,
        params: dict[str, str] | None = None,
        content: bytes | None = None,
        media_type: str | None = None,
    ) -> httpx.Request:
        headers = {} if media_type is None else {"Content-Type": media_type}
        return self._http.build_request(method, path, params=params, content=content, headers=headers)

    def _page(self, response: httpx.Response) -> tuple[bytes, str | None]:
        return self._checked(response).content, response.headers.get(NEXT_AFTER)


async def _until_broken(response: httpx.Response) -> AsyncIterator[bytes]:
    """Yield chunks as they arrive; a stream that breaks off simply ends, and its caller reconnects."""
    with suppress(httpx.TransportError):
        async for chunk in response.aiter_raw():
            yield chunk
