"""Generates the table of metrics in docs/operations.md from the services' registries: `make docs`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI
from prometheus_client import GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.metrics import MetricWrapperBase

from tests.support.generated.openapi import APPS

OPERATIONS = Path(__file__).parents[3] / "docs" / "operations.md"
BEGIN, END = "<!-- metrics: `make docs` writes this table -->", "<!-- end of metrics -->"
# The metrics that prometheus_client exports for each process, by name prefix.
PROCESS_METRICS: dict[type, tuple[str, str, str]] = {
    ProcessCollector: ("process_*", "gauge, counter", "Memory, CPU time, open files and start of the process."),
    PlatformCollector: ("python_info", "gauge", "The version of Python, always 1."),
    GCCollector: ("python_gc_*_total", "counter", "Activity of Python's garbage collector."),
}


@dataclass(frozen=True, order=True)
class Row:
    """One metric."""

    name: str
    kind: str
    labels: str
    meaning: str


def metrics_table() -> str:
    """Build the Markdown table between its two markers, ascending by name."""
    services: dict[Row, list[str]] = {}
    for service, create_app in APPS.items():
        for row in set(_rows(create_app())):
            services.setdefault(row, []).append(service)
    lines = [
        f"| `{row.name}` | {row.kind} | {row.labels or '–'} | "
        f"{'all' if len(names) == len(APPS) else ', '.join(names)} | {row.meaning} |"
        for row, names in sorted(services.items())
    ]
    head = ["| metric | type | labels | services | meaning |", "| --- | --- | --- | --- | --- |"]
    return "\n".join([BEGIN, *head, *lines, END])


def _rows(app: FastAPI) -> Iterable[Row]:
    app.build_middleware_stack()  # some metrics are those of a middleware, which is built at the first request
    for collector in app.state.metrics.registry._collector_to_names:  # no public API lists metrics without series
        if isinstance(collector, MetricWrapperBase):
            name = f"{collector._name}_total" if collector._type == "counter" else collector._name
            yield Row(name, str(collector._type), _code(collector._labelnames), collector._documentation)
        else:
            yield Row(*_process_metric(collector))
    for scraped in app.state.metrics.collectors:
        for gauge in scraped.gauges:
            yield Row(gauge.name, "gauge", _code(gauge.labels), gauge.meaning)


def _process_metric(collector: object) -> tuple[str, str, str, str]:
    name, kind, meaning = PROCESS_METRICS[type(collector)]
    return name, kind, "", meaning


def _code(labels: Iterable[str]) -> str:
    return ", ".join(f"`{label}`" for label in labels)


if __name__ == "__main__":
    pattern = re.compile(re.escape(BEGIN) + ".*" + re.escape(END), re.DOTALL)
    OPERATIONS.write_text(pattern.sub(lambda _: metrics_table(), OPERATIONS.read_text()))
