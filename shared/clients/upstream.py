"""Sends requests to one internal service within their time, behind slots, a circuit breaker and one retry of reads."""

import asyncio
import random
import time
from collections.abc import Callable
from contextvars import Context
from functools import partial
from typing import TypeVar

import anyio
import httpx

from shared import deadline, staleness
from shared.breaker import Breaker
from shared.clients.observer import CallObserver, CallResult
from shared.clients.retries import RetryThrottle
from shared.clients.slots import Slots
from shared.errors import Busy, ServiceError, UpstreamFailed, UpstreamTimeout, UpstreamUnavailable
from shared.telemetry import tracing
from shared.web import request_id

T = TypeVar("T")
MIN_CALL_SECONDS = 0.05  # with less time left, a call cannot be answered in time
PROBE_SECONDS = 1.0  # the longest that a caller waits for the probe of an upstream that was silent
QUICK_SECONDS = 0.5  # a slower 503 has used up the upstream's own timeout; a retry would double the wait
RETRY_AFTER_SECONDS = (0.025, 0.25)  # random within these, so that callers that failed together do not retry together
BROKEN_CONNECTION = (httpx.ReadError, httpx.WriteError, httpx.CloseError, httpx.RemoteProtocolError)
_CALL_RESULTS: dict[type[ServiceError], CallResult] = {UpstreamTimeout: "timeout", UpstreamFailed: "failed"}


class _Retry(Exception):  # not an error
    """Raised instead of parsing a response that a retry may improve."""


class Upstream:
    """One internal service, as its clients reach it. Raises only ServiceErrors.

    A read is retried once if its connection breaks, as a kept-alive connection to a server that has just stopped does.
    With `retries`, it is also retried after a quick 503 unless the upstream is busy, as long as retries help
    (`shared.clients.retries`). A write is sent once, unless its connection was refused. After repeated failures, calls
    are rejected immediately for a cool-down period (`shared.breaker`). An error response is not such a failure, because
    an upstream that has lost its store still serves what it has cached.

    Args:
        http: The connection pool.
        name: Its name for messages: "the data service".
        timeout_seconds: The longest that a read may take in total; less if the request has less left.
        observer: Called after each call.
        monotonic: The clock of the breaker.
        retries: Whether to retry reads that were answered with a 503. Only the first of several services does:
            retries of retries would multiply the load.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        name: str,
        *,
        timeout_seconds: float,
        observer: CallObserver,
        monotonic: Callable[[], float] = time.monotonic,
        retries: bool = False,
    ) -> None:
        self.http = http
        self.name = name
        self._timeout_seconds = timeout_seconds
        self._observer = observer
        self._breaker = Breaker(monotonic=monotonic, on_change=observer.breaker)
        self._slots = Slots(name)
        self._write_slots = Slots(name)  # their own: an upload takes as long as its caller, and must delay no read
        self._throttle = RetryThrottle() if retries else None
        self._probing: asyncio.Task[None] | None = None  # a task without a reference may vanish

    @property
    def title(self) -> str:
        """Return its name, capitalised for the start of a sentence."""
        return self.name[0].upper() + self.name[1:]

    async def ping(self, path: str) -> httpx.Response:
        """Get `path` past slots and breaker, and close the breaker if there is an answer, whatever it is."""
        response = await self._send(self.http.build_request("GET", path), self._seconds(self._timeout_seconds))
        self._breaker.probe_succeeded()
        return response

    async def send_at_once(self, request: httpx.Request) -> httpx.Response:
        """Send a small request past slots and breaker, as a health check."""
        return await self._send(request, self._seconds(self._timeout_seconds))

    async def read(self, request: httpx.Request, parse: Callable[[httpx.Response], T]) -> T:
        """Send a request that changes nothing, and parse the response."""
        if self._throttle is None:
            return await self._call(request, self._timeout_seconds, parse, self._slots)
        parse_or_retry = partial(self._parse_or_retry, self._throttle, parse, time.perf_counter())
        try:
            return await self._call(request, self._timeout_seconds, parse_or_retry, self._slots)
        except _Retry:
            await anyio.sleep(random.uniform(*RETRY_AFTER_SECONDS))  # noqa: S311  # no secret
            self._observer.retried()
            parse = partial(self._parse_retried, self._throttle, parse)
            return await self._call(request, self._timeout_seconds, parse, self._slots)

    async def write(self, request: httpx.Request, parse: Callable[[httpx.Response], T]) -> T:
        """Send a request that writes, which may take all the time left, and parse the response."""
        return await self._call(request, deadline.MAX_SECONDS, parse, self._write_slots)

    def _parse_or_retry(
        self, throttle: RetryThrottle, parse: Callable[[httpx.Response], T], began_at: float, response: httpx.Response
    ) -> T:
        if response.status_code != 503 or _is_busy(response):
            throttle.call_succeeded()
            return parse(response)
        was_quick = time.perf_counter() - began_at < QUICK_SECONDS
        is_time_left = deadline.seconds_left(deadline.MAX_SECONDS) > RETRY_AFTER_SECONDS[1] + MIN_CALL_SECONDS
        if was_quick and is_time_left and throttle.take():
            raise _Retry
        return parse(response)

    def _parse_retried(
        self, throttle: RetryThrottle, parse: Callable[[httpx.Response], T], response: httpx.Response
    ) -> T:
        if response.status_code != 503:
            throttle.retry_succeeded()
        return parse(response)

    async def _call(
        self, request: httpx.Request, at_most: float, parse: Callable[[httpx.Response], T], slots: Slots
    ) -> T:
        """Send the request when a slot and the circuit breaker allow it, and report the result."""
        await self._require_closed()
        try:
            async with slots.take(self._seconds(deadline.MAX_SECONDS)) as waited:
                self._observer.waited(waited)
                self._refuse_unless_closed()  # it may have opened while this call waited
                response, took = await self._exchange(request, at_most)
                slots.refused() if _is_busy(response) else slots.served()
        except Busy:
            self._observer.call("busy", 0.0)
            raise
        if staleness.is_stale(response.headers.get(staleness.HEADER)):
            staleness.mark()
        outcome = _outcome(response)
        try:
            return parse(response)
        except UpstreamFailed:
            outcome = "failed"
            raise
        finally:
            self._observer.call(outcome, took)

    async def _exchange(self, request: httpx.Request, at_most: float) -> tuple[httpx.Response, float]:
        """Send the request, and tell the breaker whether it was answered. Return the seconds that it took, too."""
        period, seconds, began_at = self._breaker.period, self._seconds(at_most), time.perf_counter()
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
        return response, time.perf_counter() - began_at

    async def _require_closed(self) -> None:
        """Raise UpstreamUnavailable immediately if the breaker is open, unless this caller's probe closes it."""
        if self._breaker.allows_probe():
            # In a context of its own: neither a caller that leaves nor one with little time may make it fail.
            self._probing = asyncio.create_task(self._probe(), context=Context())
            with anyio.move_on_after(deadline.seconds_left(PROBE_SECONDS)):
                await asyncio.shield(self._probing)
        self._refuse_unless_closed()

    def _refuse_unless_closed(self) -> None:
        if self._breaker.state != "closed":
            self._observer.call("open", 0.0)
            raise self._unreachable()

    async def _probe(self) -> None:
        try:
            await self._send(self.http.build_request("GET", "/healthz"), PROBE_SECONDS)
        except UpstreamUnavailable:
            self._breaker.probe_failed()
        else:
            self._breaker.probe_succeeded()

    def _seconds(self, at_most: float) -> float:
        seconds = deadline.seconds_left(at_most)
        if seconds < MIN_CALL_SECONDS:
            raise UpstreamTimeout(f"No time was left to call {self.name}. Allow more time, or try again.")
        return seconds

    async def _send(self, request: httpx.Request, seconds: float) -> httpx.Response:
        until = time.monotonic() + seconds
        try:
            # Not asyncio.timeout: httpcore shields the release of its slots from anyio's cancellation only.
            with anyio.fail_after(seconds):
                with tracing.call_out(request.method, self.name, request.headers):
                    try:
                        return await self.http.send(_with_deadline_headers(request, seconds))
                    except BROKEN_CONNECTION:
                        if request.method != "GET":
                            raise
                        return await self.http.send(_with_deadline_headers(request, until - time.monotonic()))
        except (httpx.TimeoutException, TimeoutError) as error:
            raise UpstreamTimeout(f"{self.title} did not answer within {seconds:.1f} s. Try again.") from error
        except httpx.LocalProtocolError as error:  # of our request, so it says nothing about the upstream
            raise UpstreamFailed(f"The request to {self.name} could not be sent.") from error
        except httpx.TransportError as error:
            raise self._unreachable() from error
        except httpx.DecodingError as error:
            raise UpstreamFailed(f"{self.title} returned a response that could not be decoded.") from error

    def _unreachable(self) -> UpstreamUnavailable:
        return UpstreamUnavailable(f"{self.title} cannot be reached. Try again in a moment.")


def _outcome(response: httpx.Response) -> CallResult:
    if response.status_code < 400:
        return "ok"
    return "refused" if response.status_code < 500 else "failed"


def _is_busy(response: httpx.Response) -> bool:
    """Say whether the upstream refuses calls because it has too many, so that another one would only add to them."""
    try:
        return response.status_code == 503 and bool(response.json()["type"] == f"/problems/{Busy.slug}")
    except (ValueError, KeyError, TypeError):
        return False


def _with_deadline_headers(request: httpx.Request, seconds: float) -> httpx.Request:
    """Add the time that the request may take, and the request id."""
    request.headers[deadline.HEADER] = str(int(seconds * 1000))
    if known := request_id.current_request_id():
        request.headers[request_id.HEADER] = known
    request.extensions["timeout"] = httpx.Timeout(max(seconds, 0.001)).as_dict()
    return request
