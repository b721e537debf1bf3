"""Exports the spans of this process by OTLP over HTTP. Imported only if tracing is on.

A collector that is down or slow costs only spans: they wait in a bounded queue and are sent by a separate thread. One
log line says when spans begin to be lost, and one when they are exported again.
"""

import logging
import threading
from collections.abc import Callable, Sequence

import structlog
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanLimits, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult

FLUSH_SECONDS = 1.0  # the longest that the shutdown of a service waits for its last spans
MAX_ATTRIBUTE = 256  # characters; a path may have any length
log = structlog.get_logger()


class _Exporter(OTLPSpanExporter):
    """Logs when exports begin to fail and when they work again."""

    _fails = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = super().export(spans)
        fails = result is not SpanExportResult.SUCCESS
        if fails != self._fails:
            self._fails = fails
            if fails:
                log.warning(
                    "traces_lost",
                    detail="Check the collector at OTEL_EXPORTER_OTLP_ENDPOINT: it does not accept spans.",
                )
            else:
                log.info("traces_sent_again")
        return result


class _WithoutQuery(SpanProcessor):
    """Redacts the query of each request, which FastAPI records raw: it may hold a key."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        if "url.query" in (span.attributes or {}):
            span.set_attribute("url.query", "REDACTED")


def export_traces(service: str, version: str, endpoint: str) -> Callable[[], None]:
    """Start to export the spans of this process, and return a function that flushes the last of them."""
    for name in ("opentelemetry", "urllib3"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # they log every failure; `_Exporter` logs changes only
    provider = TracerProvider(
        resource=Resource.create({"service.name": service, "service.version": version}),
        span_limits=SpanLimits(max_span_attribute_length=MAX_ATTRIBUTE),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(_WithoutQuery())
    url = f"{endpoint.rstrip('/')}/v1/traces"
    provider.add_span_processor(BatchSpanProcessor(_Exporter(endpoint=url)))
    trace.set_tracer_provider(provider)

    def flush() -> None:
        last = threading.Thread(target=provider.shutdown, daemon=True)  # may take as long as the collector does
        last.start()
        last.join(FLUSH_SECONDS)

    return flush
