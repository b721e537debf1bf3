"""uvicorn's HTTP protocol within limits: what a connection may send, how long it may take, and how many there may be.

`shared.web.connections` puts it in force.
"""

from asyncio import BaseTransport, TimerHandle
from collections.abc import Callable
from enum import Enum, auto
from typing import Any

import httptools
import structlog
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from shared.errors import BadRequest, Busy, HeadersTooLarge, RequestTooSlow, ServiceError, TargetTooLong
from shared.web.problem import encode_problem
from shared.web.request_id import choose_request_id

MAX_TARGET_BYTES = 8 * 1024  # nginx's default, so that a request that the page's nginx accepts is accepted here
MAX_HEAD_BYTES = 32 * 1024  # nginx's default, too: four buffers of 8 KB
MAX_FIELDS = 100  # as gunicorn and Apache; a browser behind three proxies sends about 40
MAX_PIPELINED = 100  # pipelined requests on one connection; each costs about 4 KB
MAX_CONNECTIONS = 2_000  # of one process, 30 KB each; above 1,000 callers at once
NOT_HTTP = "The request is not valid HTTP."
TOO_MANY = "The service has too many connections. Try again in a moment."
TOO_LARGE = f"The headers may have {MAX_HEAD_BYTES:,} bytes in {MAX_FIELDS} fields. Send fewer cookies, for instance."
log = structlog.get_logger()


class _Phase(Enum):
    """What the connection brings next: a request's first byte, the rest of its head, or its body."""

    WAITING = auto()
    HEAD = auto()
    BODY = auto()


class BoundedHttpProtocol(HttpToolsProtocol):
    """Refuses a connection that breaks a limit: 400, 408, 414, 431 or 503 as a problem, then it closes.

    uvicorn bounds none of this with httptools, except for the idle time between two requests, which is left to it. h11
    bounds bytes only, and is slower (docs/decisions/0027). Only a connection without an unanswered request is
    refused for its head: an app that computes is bounded by its deadline, not here.
    """

    head_seconds = 10.0  # from the first byte, or the connection, to the whole head; as nginx.conf
    stall_seconds = 10.0  # without a byte of the body, or of the response, on its way; as nginx.conf
    discard_seconds = 5.0  # for the rest of a body whose request is already answered
    linger_seconds = 2.0  # for a refused client to read why; closing at once could discard the response
    tick_seconds = 1.0

    def __init__(
        self,
        *args: Any,
        count_refusal: Callable[[str], object] = lambda _: None,
        max_connections: int = MAX_CONNECTIONS,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.ws_protocol_class = None
        self._count_refusal = count_refusal
        self._max_connections = max_connections
        self._phase = _Phase.WAITING
        self._since: float | None = self.loop.time()  # when the wait for what comes next began; None: uvicorn times it
        self._n_head_bytes = self._n_hosts = self._n_unparsed = 0
        self._has_progressed = self._is_refused = False
        self._unsent, self._sent_at = 0, 0.0
        self._ticker: TimerHandle | None = None
        self._served: RequestResponseCycle | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        """Begin to watch the connection, or refuse it if there are too many."""
        super().connection_made(transport)  # type: ignore[arg-type]
        self._ticker = self.loop.call_later(self.tick_seconds, self._tick)
        excess = len(self.connections) - self._max_connections
        if excess > MAX_PIPELINED:  # too many to tell each of them why
            self._record("busy")
            self.transport.abort()
        elif excess > 0:
            self._refuse(Busy(TOO_MANY))

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop watching."""
        if self._ticker is not None:
            self._ticker.cancel()
        super().connection_lost(exc)
        # uvicorn tells only the newest of pipelined requests, which is not the one that is being served.
        if self._served is not None and not self._served.response_complete:
            self._served.disconnected = True
            self._served.message_event.set()

    def data_received(self, data: bytes) -> None:
        """Parse the data, unless the connection is refused or sends too much outside of bodies."""
        if self._is_refused:
            return
        self._unset_keepalive_if_required()
        if self._since is None or (self._phase is _Phase.BODY and not self.cycle.response_complete):
            self._since = self.loop.time()
        self._has_progressed = False
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError as error:
            cause = error.__context__  # what a callback below raised
            if not isinstance(cause, ServiceError):
                self.logger.warning("Invalid HTTP request received.")  # as in the base class
                cause = BadRequest(NOT_HTTP)
            self._refuse(cause)
        except httptools.HttpParserUpgrade as offer:
            self._decline(data[offer.args[0] :])
            return
        self._n_unparsed = 0 if self._has_progressed else self._n_unparsed + len(data)
        if self._n_unparsed > MAX_HEAD_BYTES and not self._is_refused:
            self._refuse(HeadersTooLarge(TOO_LARGE))

    def _decline(self, rest: bytes) -> None:
        """Read the head again without its offer of an upgrade, which is optional: no service has another protocol.

        httptools takes what follows such a head for the other protocol. A body would be lost, or be parsed as a request
        that a proxy in front has not seen.
        """
        fields = b"".join(b"%s: %s\r\n" % field for field in self.headers if field[0] != b"upgrade")
        version = self.parser.get_http_version().encode()
        self.data_received(b"%s %s HTTP/%s\r\n%s\r\n" % (self.parser.get_method(), self.url, version, fields) + rest)

    def on_message_begin(self) -> None:
        """Begin a head."""
        super().on_message_begin()
        self._phase, self._has_progressed = _Phase.HEAD, True
        self._n_head_bytes = self._n_hosts = 0
        if self._since is None:
            self._since = self.loop.time()

    def on_url(self, url: bytes) -> None:
        """Collect the target."""
        if len(self.url) + len(url) > MAX_TARGET_BYTES:
            raise TargetTooLong(f"The path and query must not exceed {MAX_TARGET_BYTES:,} bytes.")
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Collect a header. Whitespace after its value is no part of it (RFC 9110, 5.5), and httpx refuses to send it.

        Trailers are ignored: merged into the headers, they would pass by every check.
        """
        if self._phase is not _Phase.HEAD:
            return
        self._n_head_bytes += len(name) + len(value)
        self._n_hosts += name.lower() == b"host"
        if self._n_head_bytes > MAX_HEAD_BYTES or len(self.headers) >= MAX_FIELDS:
            raise HeadersTooLarge(TOO_LARGE)
        super().on_header(name, value.rstrip(b" \t"))

    def on_headers_complete(self) -> None:
        """Hand the request to the app, unless it offers an upgrade."""
        if self.parser.get_method() == b"CONNECT":
            raise BadRequest(NOT_HTTP)
        if self.parser.should_upgrade():
            return
        if len(self.pipeline) >= MAX_PIPELINED:
            raise Busy(TOO_MANY)
        if self._n_hosts > 1 or (self._n_hosts == 0 and self.parser.get_http_version() == "1.1"):
            raise BadRequest("A request must have exactly one header Host.")
        super().on_headers_complete()
        self._phase, self._has_progressed, self._since = _Phase.BODY, True, self.loop.time()

    def on_body(self, body: bytes) -> None:
        """Hand a part of the body to the app."""
        self._has_progressed = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Wait for the next request."""
        if self.parser.should_upgrade():
            return
        self._phase = _Phase.WAITING
        self._since = self.loop.time() if self.cycle.response_complete else None  # uvicorn times only what ends later
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Shorten the time for the rest of a body that the response did not wait for."""
        super().on_response_complete()
        if self._phase is _Phase.BODY and self.cycle.response_complete:
            self._since = self.loop.time()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._served = cycle
        super()._start_asgi_task(cycle, app)

    def _tick(self) -> None:
        self._ticker = self.loop.call_later(self.tick_seconds, self._tick)
        now = self.loop.time()
        if self._is_unread(now):
            self._record("unread")
            self.transport.abort()
        elif not self._is_refused and not self.transport.is_closing() and self._is_overdue(now):
            self._give_up()

    def _is_unread(self, now: float) -> bool:
        """Report whether the client does not read its response. Any progress counts; the kernel's steps are large."""
        unsent = self.transport.get_write_buffer_size()
        if unsent == 0 or unsent != self._unsent:
            self._unsent, self._sent_at = unsent, now
        return now - self._sent_at > self.stall_seconds

    def _is_overdue(self, now: float) -> bool:
        is_answered = self.cycle is None or self.cycle.response_complete
        if self._phase is not _Phase.BODY:
            return is_answered and self._since is not None and now - self._since > self.head_seconds
        if self.flow.read_paused:  # it waits for the app
            self._since = now
        assert self._since is not None
        return now - self._since > (self.discard_seconds if is_answered else self.stall_seconds)

    def _give_up(self) -> None:
        if self._phase is _Phase.WAITING:
            self._record("silent")
            self.transport.close()
        else:
            part = "headers" if self._phase is _Phase.HEAD else "body"
            self._refuse(RequestTooSlow(f"The {part} did not arrive in time. Send the request faster."))

    def _refuse(self, error: ServiceError) -> None:
        """Answer with `error` if no other response is due first, and close the connection."""
        self._is_refused = True
        self._record(error.slug)
        if not self._can_answer():
            self.transport.close()
            return
        self.transport.write(self._render(error))
        if self.cycle is not None:  # the app learns that its caller has left
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.flow.resume_reading()
        self.transport.write_eof()
        self.loop.call_later(self.linger_seconds, self.transport.abort)

    def _can_answer(self) -> bool:
        if self.cycle is None or self._phase is not _Phase.BODY:
            return self.cycle is None or self.cycle.response_complete
        return not self.pipeline and not self.cycle.response_started

    def _render(self, error: ServiceError) -> bytes:
        request_id = choose_request_id({"type": "http", "headers": self.headers or []})
        path = self.scope["path"] if self._phase is _Phase.BODY else "/"
        headers, content = encode_problem(error, path, request_id)
        fields = [*self.server_state.default_headers, *headers, (b"connection", b"close")]
        return b"".join([STATUS_LINE[error.status], *(b"%s: %s\r\n" % field for field in fields), b"\r\n", content])

    def _record(self, reason: str) -> None:
        log.info("connection_refused", reason=reason)
        self._count_refusal(reason)
