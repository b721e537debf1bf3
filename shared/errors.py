"""The only errors that cross a module boundary; `shared.web.problem` renders them.

ServiceError
├── InvalidRequest 422: UnreadableFile, RowsRejected
├── SymbolNotFound, NoBars, RunNotFound, NoCompleteRun 404
├── NotEnoughBars, NoAdjustedPrices, HistoryChanged, NotTheOwner, RunActive 409
├── NotAuthorised 401
├── BadRequest, UnknownHost 400; RequestTooSlow 408; TargetTooLong 414; HeadersTooLarge 431
├── PayloadTooLarge 413
├── UnsupportedMediaType 415
├── RateLimited 429
├── ComputationRefused 500
└── Unavailable 503
    ├── StoreUnavailable
    ├── Busy
    └── UpstreamUnavailable
        ├── UpstreamTimeout 504
        └── UpstreamFailed 502
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar


class ServiceError(Exception):
    """An error of the public contract.

    Args:
        detail: One or two plain sentences about this occurrence: what, where, what to do. No host, no stack.
        errors: Each fault as a JSON pointer into the request and a sentence.
        headers: Headers of the response, for instance `Accept`.
        extras: Further members of the problem, for instance `required=15`.
    """

    status: ClassVar[int]
    slug: ClassVar[str]
    title: ClassVar[str]
    retryable: ClassVar[bool] = False
    retry_after_seconds: int | None = None

    def __init__(
        self,
        detail: str,
        *,
        errors: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        **extras: int | float | str | bool,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = errors
        self.headers = headers or {}
        self.extras = extras


class InvalidRequest(ServiceError):
    """The request does not have the form that the contract requires."""

    status, slug, title = 422, "invalid-request", "The request is not valid"


class UnreadableFile(InvalidRequest):
    """The file holds no bars in a supported form; the detail says what is supported."""

    slug, title = "unreadable-file", "The file cannot be read"


class RowsRejected(InvalidRequest):
    """Rows are not valid bars, and the caller wants all or nothing (errors: each row).

    `codes` counts the rows by the first check that they failed; it is for metrics and not rendered.
    """

    slug, title = "rows-rejected", "Rows are not bars"

    def __init__(self, detail: str, *, codes: Mapping[str, int] | None = None, **members: Any) -> None:
        super().__init__(detail, **members)
        self.codes = codes or {}


class NotAuthorised(ServiceError):
    """The request needs an API key and has no valid one."""

    status, slug, title = 401, "not-authorised", "An API key is needed"


class SymbolNotFound(ServiceError):
    """The symbol does not exist in the store."""

    status, slug, title = 404, "symbol-not-found", "Unknown symbol"


class NoBars(ServiceError):
    """The symbol exists, but none of its rows can be read as a bar."""

    status, slug, title = 404, "no-bars", "The symbol has no bars"


class RunNotFound(ServiceError):
    """There is no run with this id, or it is no longer kept."""

    status, slug, title = 404, "run-not-found", "The run is unknown"


class NoCompleteRun(ServiceError):
    """No run over all symbols has succeeded at this horizon and level; the detail says how to start one."""

    status, slug, title = 404, "no-complete-run", "No run has been completed"


class NotTheOwner(ServiceError):
    """Another process has taken the run over; nothing was written, and the caller must stop."""

    status, slug, title = 409, "not-the-owner", "Another process computes this run"


class RunActive(ServiceError):
    """The run is being computed; it must be cancelled first."""

    status, slug, title = 409, "run-active", "The run is being computed"


class NotEnoughBars(ServiceError):
    """The symbol has fewer bars than the task needs (extras: `required`, `available`)."""

    status, slug, title = 409, "not-enough-bars", "Too few bars"


class NoAdjustedPrices(ServiceError):
    """The request asks for adjusted prices, but the newest bars have no adjusted close (extras: `adjusted_until`)."""

    status, slug, title = 409, "no-adjusted-prices", "No adjusted prices"


class HistoryChanged(ServiceError):
    """The file disagrees with the stored bars; the detail says how and which modes settle it (extras: `reason`).

    If both have some of the sessions, also `overlap` and `differing`, their numbers, and `factor` if one explains them.
    """

    status, slug, title = 409, "history-changed", "The file disagrees with the stored bars"


class PayloadTooLarge(ServiceError):
    """The body is larger than the service accepts."""

    status, slug, title = 413, "payload-too-large", "The body is too large"


class UnsupportedMediaType(ServiceError):
    """The body has a media type or an encoding that this path does not accept (RFC 9110, 15.5.16)."""

    status, slug, title = 415, "unsupported-media-type", "The media type is not supported"


class RequestTooSlow(ServiceError):
    """The headers or the body did not arrive in time."""

    status, slug, title = 408, "request-timeout", "The request arrived too slowly"


class BadRequest(ServiceError):
    """The request is not valid HTTP, or its body is not valid JSON."""

    status, slug, title = 400, "bad-request", "Bad Request"


class TargetTooLong(ServiceError):
    """The path and query are longer than the service accepts."""

    status, slug, title = 414, "uri-too-long", "The address is too long"


class HeadersTooLarge(ServiceError):
    """The headers are larger, or more, than the service accepts."""

    status, slug, title = 431, "headers-too-large", "The headers are too large"


class ComputationRefused(ServiceError):
    """The computation ended its worker process repeatedly; not 503, since trying again would end another one."""

    status, slug, title = 500, "computation-refused", "The computation cannot be completed"


class UnknownHost(ServiceError):
    """The request names a host that is not this server."""

    status, slug, title = 400, "unknown-host", "Unknown host name"


class RateLimited(ServiceError):
    """The caller has sent too many requests; `Retry-After` says when the next one is accepted."""

    status, slug, title, retryable = 429, "rate-limited", "Too many requests", True

    def __init__(self, detail: str, *, retry_after_seconds: int = 1) -> None:
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds


class Unavailable(ServiceError):
    """A dependency is down or busy; the same request may succeed later."""

    status = 503
    retryable = True
    retry_after_seconds: int | None = 2


class StoreUnavailable(Unavailable):
    """The database is not responding."""

    slug, title = "store-unavailable", "The store is not available"


class Busy(Unavailable):
    """Too many requests are waiting or in progress."""

    slug, title = "busy", "The service is busy"


class UpstreamUnavailable(Unavailable):
    """An internal service cannot be reached."""

    slug, title = "upstream-unavailable", "A service is not available"


class UpstreamTimeout(UpstreamUnavailable):
    """An internal service did not respond in time."""

    status, slug, title = 504, "upstream-timeout", "A service did not answer in time"


class UpstreamFailed(UpstreamUnavailable):
    """An internal service returned an invalid response."""

    status, slug, title = 502, "upstream-failed", "A service failed"
    retryable = False
    retry_after_seconds = None


# Errors that a route may pass on from what it calls.
UPSTREAM_ERRORS = (StoreUnavailable, UpstreamUnavailable, Busy, UpstreamTimeout, UpstreamFailed)
_BARS_ERRORS = (InvalidRequest, SymbolNotFound, NoBars, NotEnoughBars, NoAdjustedPrices)
PREDICTION_ERRORS = (*_BARS_ERRORS, ComputationRefused, *UPSTREAM_ERRORS)
_UPLOAD_ERRORS = (UnreadableFile, RowsRejected, HistoryChanged, UnsupportedMediaType, PayloadTooLarge, RequestTooSlow)
_RUN_ERRORS = (RunNotFound, NoCompleteRun, NotTheOwner, RunActive)
ERRORS_BY_SLUG: dict[str, type[ServiceError]] = {
    leaf.slug: leaf for leaf in (*PREDICTION_ERRORS, *_UPLOAD_ERRORS, *_RUN_ERRORS, HeadersTooLarge, NotAuthorised)
}
