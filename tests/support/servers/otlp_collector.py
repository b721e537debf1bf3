"""A trace collector for tests: accepts OTLP over HTTP and stores the spans."""

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True)
class CollectedSpan:
    """The parts of a span that tests compare; ids in hex."""

    service: str
    name: str
    trace_id: str
    attributes: dict[str, str]


class Collector:
    """The spans received so far, and the address to send them to."""

    def __init__(self) -> None:
        self.spans: list[CollectedSpan] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def trace(self, trace_id: str) -> list[CollectedSpan]:
        """Return the spans of one trace."""
        return [span for span in self.spans if span.trace_id == trace_id]

    def close(self) -> None:
        """Stop accepting spans; a second call does nothing."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()

    def _store(self, body: bytes) -> None:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            (service,) = (
                item.value.string_value for item in resource.resource.attributes if item.key == "service.name"
            )
            for span in (span for scope in resource.scope_spans for span in scope.spans):
                attributes = {item.key: item.value.string_value for item in span.attributes}
                self.spans.append(CollectedSpan(service, span.name, span.trace_id.hex(), attributes))

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        store = self._store

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                store(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Write nothing."""

        return Handler
