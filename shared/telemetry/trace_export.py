"""Sends the spans of this process to a collector, by OTLP over HTTP. Imported only where tracing is on.

A collector that is down or slow costs nothing but its spans: they wait in a bounded queue, are sent by a thread of
their own, and one line says that they are lost and one that they are not any more.
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

LAST_SECONDS = 1.0  # what the last spans of a process may take: the stop of a service waits for them
MAX_ATTRIBUTE = 256  # characters; a path may be as long as its sender likes
log = structlog.get_logger()


class _Exporter(OTLPSpanExporter):
    """Says when sending begins to fail and when it works again, and nothing between."""

    _fails = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = super().export(spans)
        fails = result is not SpanExportResult.SUCCESS
        if fails != self._fails:
            self._fails = fails
            if fails:
                log.warning("traces_lost", detail="The collector at OTEL_EXPORTER_OTLP_ENDPOINT does not take them.")
            else:
                log.info("traces_sent_again")
        return result


class _WithoutQuery(SpanProcessor):
    """Hides the query of each request, which FastAPI records raw: somebody may have put a key there."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        if "url.query" in (span.attributes or {}):
            span.set_attribute("url.query", "REDACTED")


def export_traces(service: str, version: str, endpoint: str) -> Callable[[], None]:
    """Begin to send the spans of this process to the collector, and return what sends the last of them."""
    for name in ("opentelemetry", "urllib3"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # a line for each failure; ours are in `_Exporter`
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
        last = threading.Thread(target=provider.shutdown, daemon=True)  # which may take as long as the collector does
        last.start()
        last.join(LAST_SECONDS)

    return flush
