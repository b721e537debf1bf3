"""The one family of errors that crosses a module boundary; `shared.web.problem` renders it.

ServiceError
├── InvalidRequest 422
│   ├── UnreadableFile
│   └── RowsRejected
├── SymbolNotFound 404
├── NoBars 404
├── NotEnoughBars 409
├── NoAdjustedPrices 409
├── NotAuthorised 401
├── PayloadTooLarge 413
├── BodyTooSlow 408
└── Unavailable 503
    ├── StoreUnavailable
    ├── Busy
    └── UpstreamUnavailable
        ├── UpstreamTimeout 504
        └── UpstreamFailed 502
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar


class ServiceError(Exception):
    """An error that has a place in the public contract.

    Args:
        detail: One or two plain sentences about this occurrence: what, where, what to do. No host, no stack.
        errors: What is wrong one by one, as JSON pointers into the request with a sentence each.
        extras: Further members of the problem, for instance `required=15`.
    """

    status: ClassVar[int]
    slug: ClassVar[str]
    title: ClassVar[str]
    retryable: ClassVar[bool] = False
    retry_after_seconds: ClassVar[int | None] = None

    def __init__(self, detail: str, *, errors: Sequence[tuple[str, str]] = (), **extras: int | str) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = errors
        self.extras = extras


class InvalidRequest(ServiceError):
    """What was asked for is not of the form that the contract gives."""

    status, slug, title = 422, "invalid-request", "The request is not valid"


class UnreadableFile(InvalidRequest):
    """The bytes are not bars in a form that can be read; the detail says what would be."""

    slug, title = "unreadable-file", "The file cannot be read"


class RowsRejected(InvalidRequest):
    """Rows are not bars, and the caller wants all or nothing (errors: each row).

    `codes` says how many failed which check first; it is for us to count and not rendered.
    """

    slug, title = "rows-rejected", "Rows are not bars"

    def __init__(
        self,
        detail: str,
        *,
        errors: Sequence[tuple[str, str]] = (),
        codes: Mapping[str, int] | None = None,
        **extras: int | str,
    ) -> None:
        super().__init__(detail, errors=errors, **extras)
        self.codes = codes or {}


class NotAuthorised(ServiceError):
    """The request needs an API key, and has none that is known."""

    status, slug, title = 401, "not-authorised", "An API key is needed"


class SymbolNotFound(ServiceError):
    """The store has no such symbol."""

    status, slug, title = 404, "symbol-not-found", "Unknown symbol"


class NoBars(ServiceError):
    """The symbol is known, but not one bar of it can be read."""

    status, slug, title = 404, "no-bars", "The symbol has no bars"


class NotEnoughBars(ServiceError):
    """There are bars, but fewer than the task needs (extras: `required`, `available`)."""

    status, slug, title = 409, "not-enough-bars", "Too few bars"


class NoAdjustedPrices(ServiceError):
    """Adjusted prices are asked for, and the symbol's bars have no adjusted close."""

    status, slug, title = 409, "no-adjusted-prices", "No adjusted prices"


class PayloadTooLarge(ServiceError):
    """The body is larger than the service takes."""

    status, slug, title = 413, "payload-too-large", "The body is too large"


class BodyTooSlow(ServiceError):
    """The body did not arrive in the time that a request has."""

    status, slug, title = 408, "request-timeout", "The body came too slowly"


class Unavailable(ServiceError):
    """Something is down or busy for now; the same request may succeed later."""

    status = 503
    retryable = True
    retry_after_seconds: ClassVar[int | None] = 2


class StoreUnavailable(Unavailable):
    """The database does not answer."""

    slug, title = "store-unavailable", "The store is not available"


class Busy(Unavailable):
    """More work is waiting than the service lets wait."""

    slug, title = "busy", "The service is busy"


class UpstreamUnavailable(Unavailable):
    """A service that this one calls cannot be reached."""

    slug, title = "upstream-unavailable", "A service is not available"


class UpstreamTimeout(UpstreamUnavailable):
    """A service that this one calls did not answer in time."""

    status, slug, title = 504, "upstream-timeout", "A service did not answer in time"


class UpstreamFailed(UpstreamUnavailable):
    """A service that this one calls gave an answer that makes no sense."""

    status, slug, title = 502, "upstream-failed", "A service failed"
    retryable = False
    retry_after_seconds = None


ERRORS_BY_SLUG: dict[str, type[ServiceError]] = {
    leaf.slug: leaf
    for leaf in (
        InvalidRequest,
        UnreadableFile,
        RowsRejected,
        NotAuthorised,
        SymbolNotFound,
        NoBars,
        NotEnoughBars,
        NoAdjustedPrices,
        PayloadTooLarge,
        BodyTooSlow,
        StoreUnavailable,
        Busy,
        UpstreamUnavailable,
        UpstreamTimeout,
        UpstreamFailed,
    )
}

# What a route may answer besides its own errors, because of what it calls.
UPSTREAM_ERRORS = (StoreUnavailable, UpstreamUnavailable, UpstreamTimeout, UpstreamFailed)
PREDICTION_ERRORS = (
    InvalidRequest,
    SymbolNotFound,
    NoBars,
    NotEnoughBars,
    NoAdjustedPrices,
    Busy,
    *UPSTREAM_ERRORS,
)
