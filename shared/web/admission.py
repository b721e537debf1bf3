"""Limits the requests in progress. Further ones are refused at once: queueing would only make all of them late.

A request that waits for its caller is not in progress: 500 callers that send their bodies a byte a second, or read
their responses as slowly, take no place. `shared.web.http_protocol` bounds how many there are, and how slow they are.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge
from starlette.exceptions import HTTPException  # noqa: TID251  # FastAPI makes any other error from a body a 400
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import Busy
from shared.web.problem import encode_problem
from shared.web.request_id import choose_request_id, is_quiet

DETAIL = "The service already serves as many requests as it can. Try again in a moment."
MAX_STREAMS = 200  # streams of events at a time: each holds a connection, but takes no other request's place
STREAMS_DETAIL = (
    f"{MAX_STREAMS} callers are watching runs already. Request the run itself with If-None-Match instead, or try again."
)
LOG_SECONDS = 10.0  # at most one log line in so many seconds: a line per refusal would cost more than the refusal
_NOT_AWAITED = {"GET", "HEAD", "PUT"}  # the app works while their bodies arrive
_EVENTS = re.compile(r"(/api)?/runs/[^/]+/events/?")
log = structlog.get_logger()


class AdmissionMetrics:
    """The requests in progress and the refused ones, on one registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.in_progress = Gauge(
            "http_requests_in_progress",
            "Requests being served, without those for health, metrics and events.",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self.in_progress.set(0)
        self.refused = Counter(
            "http_requests_shed_total",
            "Requests refused at once with 503 because too many were in progress; not in http_requests_total.",
            registry=registry,
        )


class Admission:
    """How many requests are in progress in this process, and how many may be."""

    def __init__(self, max_in_flight: int) -> None:
        self.max_in_flight = max_in_flight
        self.n_in_flight = 0

    @property
    def is_full(self) -> bool:
        """Say whether one more request is refused."""
        return self.n_in_flight >= self.max_in_flight


class AdmissionMiddleware:
    """Counts the requests in progress and refuses those beyond its limit, but never health and metrics.

    A refusal has no log line and no entry in the metrics by route: it must cost little, because it comes when there is
    little to spare.

    Streams of events are counted separately, so that watching a run takes no other request's place.

    Args:
        app: The app to wrap.
        admission: How many requests may be in progress, and are.
        metrics: Where both are counted.
    """

    def __init__(self, app: ASGIApp, admission: Admission, metrics: AdmissionMetrics) -> None:
        self.app = app
        self.admission = admission
        self.metrics = metrics
        self._streams = Admission(MAX_STREAMS)
        self._log_at = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve or refuse one request."""
        if scope["type"] != "http" or is_quiet(scope):
            await self.app(scope, receive, send)
            return
        is_stream = is_event_stream(scope)
        admission = self._streams if is_stream else self.admission
        if admission.is_full:
            self.metrics.refused.inc()
            self._log()
            await _refuse(scope, send, STREAMS_DETAIL if is_stream else DETAIL)
            return
        place = _Place(admission, None if is_stream else self.metrics.in_progress)
        with place.taken():
            receive = receive if scope["method"] in _NOT_AWAITED else self._receiving(place, receive)
            await self.app(scope, receive, _sending(place, send))

    def _receiving(self, place: "_Place", receive: Receive) -> Receive:
        """Give up the place until each part of the body is here, and refuse the request if all are taken by then."""
        is_whole = False

        async def receive_part() -> Message:
            nonlocal is_whole
            if is_whole:  # only a disconnect can follow, while the app works
                return await receive()
            with place.given_up():
                message = await receive()
                is_refused = place.admission.is_full
            if is_refused:
                self.metrics.refused.inc()
                self._log()
                raise HTTPException(Busy.status, DETAIL)
            is_whole = not message.get("more_body", False)
            return message

        return receive_part

    def _log(self) -> None:
        if (now := time.monotonic()) >= self._log_at:
            self._log_at = now + LOG_SECONDS
            log.warning("requests_shed", in_progress=self.admission.n_in_flight)


class _Place:
    """The place of one request, counted in a gauge unless that is None."""

    def __init__(self, admission: Admission, gauge: Gauge | None) -> None:
        self.admission = admission
        self._gauge = gauge

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Take it for the block."""
        self._change(1)
        try:
            yield
        finally:
            self._change(-1)

    @contextmanager
    def given_up(self) -> Iterator[None]:
        """Give it up for the block."""
        self._change(-1)
        try:
            yield
        finally:
            self._change(1)

    def _change(self, by: int) -> None:
        self.admission.n_in_flight += by
        if self._gauge is not None:
            self._gauge.inc(by)


def _sending(place: _Place, send: Send) -> Send:
    """Give up the place while the caller reads."""

    async def send_part(message: Message) -> None:
        with place.given_up():
            await send(message)

    return send_part


def is_event_stream(scope: Scope) -> bool:
    """Say whether this request is for the events of a run, which are sent for as long as their caller stays."""
    return scope["method"] in {"GET", "HEAD"} and _EVENTS.fullmatch(scope["path"]) is not None


async def _refuse(scope: Scope, send: Send, detail: str) -> None:
    headers, body = encode_problem(Busy(detail), scope["path"], choose_request_id(scope))
    await send({"type": "http.response.start", "status": Busy.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
