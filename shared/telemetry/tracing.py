"""Spans of what a request waits for. A request without a trace has none.

FastAPI creates the span of the request itself and reads `traceparent`. `trace_export` exports the spans; it is imported
only if OTEL_EXPORTER_OTLP_ENDPOINT is set. Without it, this module costs a few microseconds per request.
"""

import contextvars
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_tracer = trace.get_tracer("bellwether")
_traceparent = TraceContextTextMapPropagator()


def current_trace_id() -> str | None:
    """Return the current trace id in hexadecimal, None outside of a trace."""
    context = trace.get_current_span().get_span_context()
    return trace.format_trace_id(context.trace_id) if context.is_valid else None


def begin(name: str, kind: SpanKind, attributes: Mapping[str, str]) -> Span | None:
    """Start a child span of the current one, to be passed to `end`; None outside of a recorded trace."""
    if not trace.get_current_span().is_recording():
        return None
    return _tracer.start_span(name, kind=kind, attributes=attributes)


def end(span: Span, error: BaseException | str | None = None) -> None:
    """End the span. Only the type of an error is recorded: its text may hold what must not leave the service."""
    if error is not None:
        span.set_attribute("error.type", error if isinstance(error, str) else type(error).__qualname__)
        span.set_status(StatusCode.ERROR)
    span.end()


@contextmanager
def span(name: str, kind: SpanKind = SpanKind.INTERNAL, attributes: Mapping[str, str] | None = None) -> Iterator[None]:
    """Record the work inside as a span of the current trace."""
    begun = begin(name, kind, attributes or {})
    if begun is None:
        yield
        return
    error: BaseException | None = None
    try:
        with trace.use_span(begun, record_exception=False, set_status_on_exception=False):
            yield
    except BaseException as raised:
        error = raised
        raise
    finally:
        end(begun, error)


@contextmanager
def call_out(method: str, upstream: str, headers: MutableMapping[str, str]) -> Iterator[None]:
    """Record one call to an upstream as a span, and add the headers that continue the trace there."""
    with span(f"{method} {upstream}", SpanKind.CLIENT, {"http.request.method": method}):
        _traceparent.inject(headers)
        yield


def context_of_trace() -> contextvars.Context:
    """Return a context with only the current span, for work that outlives the request that started it."""
    fresh = contextvars.Context()
    fresh.run(otel_context.attach, trace.set_span_in_context(trace.get_current_span(), otel_context.Context()))
    return fresh
