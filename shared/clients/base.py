"""Base of the clients of internal services: parses responses into models, and problems into our own errors."""

import math
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, ClassVar, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from shared import deadline, staleness
from shared.clients.observer import CallObserver
from shared.clients.transport import latin1_headers
from shared.clients.upstream import Upstream
from shared.errors import ERRORS_BY_SLUG, NotAuthorised, ServiceError, UpstreamFailed, UpstreamTimeout
from shared.single_flight import SingleFlight
from shared.web import request_id
from shared.web.guards.service_token import CHALLENGE
from shared.web.health import Health
from shared.web.problem import Problem

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)
FORWARDED_HEADERS = ("ETag", "Content-Type", "Content-Disposition", staleness.HEADER)
MAX_EXTRAS, MAX_EXTRA_NAME, MAX_EXTRA = 10, 40, 200  # of an upstream's problem: members, and characters of each


@dataclass(frozen=True)
class RawResponse:
    """A response to forward unchanged: 200 with a body, or 304 without."""

    status: int
    headers: dict[str, str]
    body: bytes


class ServiceClient:
    """Calls one upstream and raises only ServiceErrors; `shared.clients.upstream` says when and how often.

    Args:
        http: The pool, opened by `shared.clients.transport` or made by a test on another transport.
        timeout_seconds: The longest that a read may take in total; less if the request has less left.
        observer: Called after each call.
        monotonic: The clock of the breaker.
        retries: Whether to retry reads that were answered with a 503.
    """

    upstream: ClassVar[str]
    """The upstream's name for messages."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        timeout_seconds: float,
        observer: CallObserver | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        retries: bool = False,
    ) -> None:
        self._http = http
        self._timeout_seconds = timeout_seconds
        self._flight: SingleFlight[tuple[Any, bool]] = SingleFlight()
        self._period: Callable[[], Hashable | None] = lambda: None
        self._upstream = Upstream(
            http,
            self.upstream,
            timeout_seconds=timeout_seconds,
            observer=observer or CallObserver(),
            monotonic=monotonic,
            retries=retries,
        )

    async def health(self) -> Health:
        """Return the upstream's own health, ready or not. Neither slots nor the circuit breaker apply."""
        response = await self._upstream.ping("/readyz")
        if CHALLENGE in response.headers:
            raise _not_trusted(self._upstream.title)
        return self._parse(Health, response)

    def share_within(self, period: Callable[[], Hashable | None]) -> None:
        """Let callers share a request with those of the same period; without one, only if it begins after they came.

        Otherwise a caller that knows of a change could share a response that was read before it.
        """
        self._period = period

    async def _get(
        self,
        path: str,
        read: Callable[[httpx.Response], T],
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> T:
        """Send a request that changes nothing, and parse the response with `read`."""
        return await self._upstream.read(self._http.build_request("GET", path, params=params, headers=headers), read)

    async def _get_raw(
        self, path: str, params: Mapping[str, str] | None, if_none_match: str | None, *, is_followed: bool = True
    ) -> RawResponse:
        """Return a response to forward, 304 if the caller already has it. Concurrent callers share one request."""
        return await self._get_shared(path, self._answer, params, if_none_match, is_followed=is_followed)

    async def _get_shared(
        self,
        path: str,
        read: Callable[[httpx.Response], T],
        params: Mapping[str, str] | None = None,
        if_none_match: str | None = None,
        *,
        is_followed: bool = True,
    ) -> T:
        """Send a request that changes nothing, and parse the response with `read`, once for all concurrent callers.

        If it is not followed, that is if its answer changes also within a period, it must begin after its callers came.
        A caller with little time left sends its own request, since a shared one may use the full timeout.
        """
        headers = latin1_headers({} if if_none_match is None else {"If-None-Match": if_none_match})
        if deadline.seconds_left(self._timeout_seconds) < self._timeout_seconds:
            return await self._get(path, read, params, headers)
        if known := request_id.current_request_id():
            headers[request_id.HEADER] = known
        period = self._period() if is_followed else None
        share = self._flight.run_anew if period is None else self._flight.run
        key = (period, path, frozenset((params or {}).items()), if_none_match)
        try:
            answer: T
            answer, is_stale = await share(
                key, lambda: self._get(path, lambda response: (read(response), _is_stale(response)), params, headers)
            )
        except TimeoutError as error:
            detail = f"{self._upstream.title} did not answer in the time that was left. Try again."
            raise UpstreamTimeout(detail) from error
        if is_stale:
            staleness.mark()  # for this caller; the request itself marked only the first caller's response
        return answer

    async def _write(self, request: httpx.Request, read: Callable[[httpx.Response], T]) -> T:
        """Send a request that writes, which may take all the time left, and parse the response with `read`."""
        return await self._upstream.write(request, read)

    def _as(self, model: type[M]) -> Callable[[httpx.Response], M]:
        """Return a parser of this model; it raises the error if the response is a problem."""
        return lambda response: self._parse(model, self._checked(response))

    def _answer(self, response: httpx.Response) -> RawResponse:
        if self._checked(response).status_code not in {200, 304}:
            raise UpstreamFailed(f"{self._upstream.title} returned status {response.status_code}.")
        passed_on = {name: response.headers[name] for name in FORWARDED_HEADERS if name in response.headers}
        return RawResponse(status=response.status_code, headers=passed_on, body=response.content)

    def _parse(self, model: type[M], response: httpx.Response) -> M:
        try:
            return model.model_validate_json(response.content)
        except ValidationError as error:
            raise UpstreamFailed(f"{self._upstream.title} returned an invalid response.") from error

    def _checked(self, response: httpx.Response) -> httpx.Response:
        if response.status_code >= 400:
            raise _error_from_problem(response, self._upstream.title)
        return response


def _is_stale(response: httpx.Response) -> bool:
    return staleness.is_stale(response.headers.get(staleness.HEADER))


def _error_from_problem(response: httpx.Response, service: str) -> ServiceError:
    """Parse the upstream's problem into the error with the same slug, so that a 404 stays a 404."""
    try:
        problem = response.json()
        leaf = ERRORS_BY_SLUG[str(problem["type"]).removeprefix("/problems/")]
        errors = [(str(item["pointer"]), str(item["detail"])) for item in problem.get("errors") or ()]
        error = leaf(str(problem["detail"]), errors=errors)
        error.extras = _extras(problem)
    except (ValueError, KeyError, TypeError):
        return UpstreamFailed(f"{service} failed with status {response.status_code}.")
    if isinstance(error, NotAuthorised):  # only the gateway asks for keys, so this is not the caller's fault
        return _not_trusted(service)
    return error


def _extras(problem: dict[str, Any]) -> dict[str, int | float | str | bool]:
    """Return the members that only this type of problem has: the first few, if they are short."""
    extras = ((name, value) for name, value in problem.items() if _is_extra(name, value))
    return dict(islice(extras, MAX_EXTRAS))


def _is_extra(name: str, value: object) -> bool:
    if name in Problem.model_fields or not isinstance(value, int | float | str):
        return False
    is_json = not isinstance(value, float) or math.isfinite(value)
    return is_json and len(name) <= MAX_EXTRA_NAME and len(str(value)) <= MAX_EXTRA


def _not_trusted(service: str) -> UpstreamFailed:
    return UpstreamFailed(f"{service} does not accept our token: every service needs the same SERVICE_TOKEN.")
