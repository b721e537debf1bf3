"""The processes: what each takes of its machine, what it is doing, and which version it is."""

from charts.monitoring.dashboards.board import Board, Row
from charts.monitoring.dashboards.panels import About, Line, Query, lines, number
from charts.monitoring.dashboards.queries import PEOPLE, SERVICES, rate

JOB = 'job=~"$job"'
EACH = "{{job}} {{instance}} {{pid}}"  # pid: only where several workers are one service
WHAT: Line = [
    number(
        About("Versions", "Which version of which service runs, on which Python.", "none"),
        Query(
            f"count by (service, version, python) (build_info{{{JOB}}})", "{{service}} {{version}}, Python {{python}}"
        ),
        shows_value=False,
    ),
    number(
        About("Running for", "How long each process has run; a small value is a restart.", "s"),
        Query(f"time() - process_start_time_seconds{{{JOB}}}", EACH),
    ),
]
TAKES: Line = [
    lines(
        About("CPU", "Cores that each process uses; the workers that compute are processes of their own.", "none"),
        Query(f"rate(process_cpu_seconds_total{{{JOB}}}[$__rate_interval])", EACH),
    ),
    lines(
        About("Memory", "Memory that each process holds.", "bytes"),
        Query(f"process_resident_memory_bytes{{{JOB}}}", EACH),
    ),
    lines(
        About("Open files", "Share of the files and connections that each process may hold.", "percentunit", 0.7, 0.9),
        Query(f"process_open_fds{{{JOB}}} / process_max_fds{{{JOB}}}", EACH),
    ),
]
DOES: Line = [
    lines(
        About("In flight", "Requests that are being answered, probes left out.", "short"),
        Query(f"http_requests_in_progress{{{JOB}}}", EACH),
    ),
    lines(
        About("Requests", "Requests that each process answers a second, probes left out.", "reqps"),
        Query(rate("http_requests_total", "job, instance", f"{JOB}, {PEOPLE}"), EACH),
    ),
    lines(
        About("Garbage collections", "Collections a second by generation; many of generation 2 cost time.", "ops"),
        Query(rate("python_gc_collections_total", "job, generation", JOB), "{{job}}, generation {{generation}}"),
    ),
]
SCRAPES: Line = [
    lines(
        About("Scrapes: time", "How long Prometheus waits for the measurements; it gives up after 10 s.", "s", 1, 5),
        Query(f"scrape_duration_seconds{{{JOB}}}", EACH),
    ),
    lines(
        About(
            "Series",
            "How many series each process has; steady growth is a label without a bound.",
            "short",
            3000,
            10000,
        ),
        Query(f"scrape_samples_scraped{{{JOB}}}", EACH),
    ),
]
BOARD = Board(
    name="runtime",
    title="runtime",
    description="What each process takes of its machine, what it is doing, and which version it is.",
    rows=[Row("Processes", [WHAT, TAKES]), Row("Work", [DOES]), Row("Measurements", [SCRAPES])],
    variables={"job": ("Service", f"label_values(build_info{{{SERVICES}}}, job)")},
)
