"""Base of the clients of internal services: timeouts, one retry of reads, a circuit breaker, and our own errors."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

import anyio
import httpx
from pydantic import BaseModel, ValidationError

from shared import deadline
from shared.clients.breaker import Breaker, State
from shared.clients.transport import latin1_headers
from shared.errors import (
    ERRORS_BY_SLUG,
    NotAuthorised,
    ServiceError,
    UpstreamFailed,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from shared.telemetry import tracing
from shared.web import request_id
from shared.web.health import Health

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)
CallResult = Literal["ok", "refused", "failed", "timeout", "unreachable", "open"]
FORWARDED_HEADERS = ("ETag", "Content-Type", "Content-Disposition")
MIN_CALL_SECONDS = 0.05  # with less time left, a call cannot be answered in time
PROBE_SECONDS = 1.0  # the longest that a caller waits for the probe of an upstream that was silent
_CALL_RESULTS: dict[type[ServiceError], CallResult] = {UpstreamTimeout: "timeout", UpstreamFailed: "failed"}
BROKEN_CONNECTION = (httpx.ReadError, httpx.WriteError, httpx.CloseError, httpx.RemoteProtocolError)


@dataclass(frozen=True)
class CallObserver:
    """Callbacks for the calls to one upstream.

    Attributes:
        call: Called with the result and the duration in seconds of each call but health checks.
        breaker: Called with each new state of the circuit breaker.
    """

    call: Callable[[CallResult, float], None] = lambda _, __: None
    breaker: Callable[[State], None] = lambda _: None


@dataclass(frozen=True)
class RawResponse:
    """A response to forward unchanged: 200 with a body, or 304 without."""

    status: int
    headers: dict[str, str]
    body: bytes


class ServiceClient:
    """Calls one upstream and raises only ServiceErrors.

    A read whose connection breaks is retried once: a kept-alive connection to a server that has just stopped is not a
    failure. A write is not retried, unless its connection was refused. After repeated failures, calls are rejected
    immediately for a cool-down period (`shared.clients.breaker`).

    Args:
        http: The pool, opened by `shared.clients.transport` or made by a test on another transport.
        upstream: The upstream's name for messages: "the data service".
        timeout_seconds: The longest that a read may take in total; less if the request has less left.
        observer: Called after each call.
        monotonic: The clock of the breaker.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        upstream: str,
        timeout_seconds: float,
        observer: CallObserver | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = http
        self._upstream = upstream
        self._timeout_seconds = timeout_seconds
        self._observer = observer or CallObserver()
        self._breaker = Breaker(monotonic=monotonic, on_change=self._observer.breaker)

    async def health(self) -> Health:
        """Return the upstream's own health, ready or not. The circuit breaker does not apply."""
        request = self._http.build_request("GET", "/readyz")
        response = await self._send(request, self._seconds(self._timeout_seconds))
        health = self._parse(Health, response)
        self._breaker.probe_succeeded()
        return health

    async def _get(
        self,
        path: str,
        read: Callable[[httpx.Response], T],
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> T:
        """Send a request that changes nothing, and parse the response with `read`."""
        request = self._http.build_request("GET", path, params=params, headers=headers)
        return await self._call(request, self._timeout_seconds, read)

    async def _get_raw(self, path: str, params: Mapping[str, str] | None, if_none_match: str | None) -> RawResponse:
        """Return a response to forward, 304 if the caller has this one."""
        headers = latin1_headers({} if if_none_match is None else {"If-None-Match": if_none_match})
        return await self._get(path, self._answer, params, headers)

    async def _write(self, request: httpx.Request, read: Callable[[httpx.Response], T]) -> T:
        """Send a request that writes, which may take all the time left, and parse the response with `read`."""
        return await self._call(request, deadline.MAX_SECONDS, read)

    async def _call(self, request: httpx.Request, at_most: float, read: Callable[[httpx.Response], T]) -> T:
        """Send the request if the circuit breaker allows it, and report the result."""
        period = await self._require_closed(at_most)
        seconds = self._seconds(at_most)
        began_at = time.perf_counter()
        try:
            response = await self._send(request, seconds)
        except UpstreamUnavailable as error:
            outcome = _CALL_RESULTS.get(type(error), "unreachable")
            self._observer.call(outcome, time.perf_counter() - began_at)
            # A timeout of an impatient caller, or of a slow upload, says nothing about the upstream.
            had_its_time = request.method == "GET" and seconds >= self._timeout_seconds
            if outcome == "unreachable" or (outcome == "timeout" and had_its_time):
                self._breaker.failed(period)
            raise
        self._breaker.succeeded(period)
        took, outcome = time.perf_counter() - began_at, _outcome(response)
        try:
            return read(response)
        except UpstreamFailed:
            outcome = "failed"
            raise
        finally:
            self._observer.call(outcome, took)

    async def _require_closed(self, at_most: float) -> int:
        """Return the breaker's period, or raise UpstreamUnavailable immediately if it is open."""
        if self._breaker.allows_probe():
            await self._probe(min(at_most, PROBE_SECONDS))
        if self._breaker.state != "closed":
            self._observer.call("open", 0.0)
            raise self._unreachable()
        return self._breaker.period

    async def _probe(self, at_most: float) -> None:
        is_alive = False
        try:
            await self._send(self._http.build_request("GET", "/healthz"), self._seconds(at_most))
            is_alive = True
        except UpstreamUnavailable:
            pass
        finally:  # also if the caller has left
            (self._breaker.probe_succeeded if is_alive else self._breaker.probe_failed)()

    def _seconds(self, at_most: float) -> float:
        seconds = deadline.seconds_left(at_most)
        if seconds < MIN_CALL_SECONDS:
            raise UpstreamTimeout(f"No time was left to call {self._upstream}. Allow more time, or try again.")
        return seconds

    async def _send(self, request: httpx.Request, seconds: float) -> httpx.Response:
        until = time.monotonic() + seconds
        try:
            # Not asyncio.timeout: httpcore shields the release of its slots from anyio's cancellation only.
            with anyio.fail_after(seconds):
                with tracing.call_out(request.method, self._upstream, request.headers):
                    try:
                        return await self._http.send(_with_deadline_headers(request, seconds))
                    except BROKEN_CONNECTION:
                        if request.method != "GET":
                            raise
                        return await self._http.send(_with_deadline_headers(request, until - time.monotonic()))
        except (httpx.TimeoutException, TimeoutError) as error:
            raise UpstreamTimeout(f"{self._name} did not answer within {seconds:.1f} s. Try again.") from error
        except httpx.TransportError as error:
            raise self._unreachable() from error
        except httpx.DecodingError as error:
            raise UpstreamFailed(f"{self._name} returned a response that could not be decoded.") from error

    def _unreachable(self) -> UpstreamUnavailable:
        return UpstreamUnavailable(f"{self._name} cannot be reached. Try again in a moment.")

    @property
    def _name(self) -> str:
        return self._upstream[0].upper() + self._upstream[1:]

    def _as(self, model: type[M]) -> Callable[[httpx.Response], M]:
        """Return a parser of this model, which raises the error that a response holds instead."""
        return lambda response: self._parse(model, self._checked(response))

    def _answer(self, response: httpx.Response) -> RawResponse:
        if self._checked(response).status_code not in {200, 304}:
            raise UpstreamFailed(f"{self._name} returned status {response.status_code}.")
        passed_on = {name: response.headers[name] for name in FORWARDED_HEADERS if name in response.headers}
        return RawResponse(status=response.status_code, headers=passed_on, body=response.content)

    def _parse(self, model: type[M], response: httpx.Response) -> M:
        try:
            return model.model_validate_json(response.content)
        except ValidationError as error:
            raise UpstreamFailed(f"{self._name} returned an invalid response.") from error

    def _checked(self, response: httpx.Response) -> httpx.Response:
        if response.status_code >= 400:
            raise _error_from_problem(response, self._name)
        return response


def _outcome(response: httpx.Response) -> CallResult:
    if response.status_code < 400:
        return "ok"
    return "refused" if response.status_code < 500 else "failed"


def _with_deadline_headers(request: httpx.Request, seconds: float) -> httpx.Request:
    """Add the time that the request may take, and the request id."""
    request.headers[deadline.HEADER] = str(int(seconds * 1000))
    if known := request_id.current_request_id():
        request.headers[request_id.HEADER] = known
    request.extensions["timeout"] = httpx.Timeout(max(seconds, 0.001)).as_dict()
    return request


def _error_from_problem(response: httpx.Response, service: str) -> ServiceError:
    """Parse the upstream's problem into the error with the same slug, so that a 404 stays a 404."""
    try:
        problem = response.json()
        leaf = ERRORS_BY_SLUG[str(problem["type"]).removeprefix("/problems/")]
        errors = [(str(item["pointer"]), str(item["detail"])) for item in problem.get("errors") or ()]
        extras = {name: problem[name] for name in ("required", "available") if name in problem}
        error = leaf(str(problem["detail"]), errors=errors, **extras)
    except (ValueError, KeyError, TypeError):
        return UpstreamFailed(f"{service} failed with status {response.status_code}.")
    if isinstance(error, NotAuthorised):  # only the gateway asks for keys, so this is not the caller's fault
        return UpstreamFailed(f"{service} refused the gateway's own request.")
    return error
