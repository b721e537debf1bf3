"""The processes: what each takes of its machine, what it is doing, and which version it is."""

from charts.monitoring.dashboards.board import Board, Row
from charts.monitoring.dashboards.panels import PanelInfo, PanelLine, Query, lines, number
from charts.monitoring.dashboards.queries import SERVICES, USER_ROUTES, rate

JOB = 'job=~"$job"'
PROCESS = "{{job}} {{instance}} {{pid}}"  # pid: only where several workers are one service
VERSIONS: PanelLine = [
    number(
        PanelInfo("Versions", "Which version of which service runs, on which Python.", "none"),
        Query(
            f"count by (service, version, python) (build_info{{{JOB}}})", "{{service}} {{version}}, Python {{python}}"
        ),
        shows_value=False,
    ),
    number(
        PanelInfo("Running for", "How long each process has run; a small value is a restart.", "s"),
        Query(f"time() - process_start_time_seconds{{{JOB}}}", PROCESS),
    ),
]
RESOURCES: PanelLine = [
    lines(
        PanelInfo("CPU", "Cores that each process uses; the workers that compute are processes of their own.", "none"),
        Query(f"rate(process_cpu_seconds_total{{{JOB}}}[$__rate_interval])", PROCESS),
    ),
    lines(
        PanelInfo("Memory", "Memory that each process holds.", "bytes"),
        Query(f"process_resident_memory_bytes{{{JOB}}}", PROCESS),
    ),
    lines(
        PanelInfo(
            "Open files", "Share of the files and connections that each process may hold.", "percentunit", 0.7, 0.9
        ),
        Query(f"process_open_fds{{{JOB}}} / process_max_fds{{{JOB}}}", PROCESS),
    ),
]
WORK: PanelLine = [
    lines(
        PanelInfo("In flight", "Requests that are being answered, probes left out.", "short"),
        Query(f"http_requests_in_progress{{{JOB}}}", PROCESS),
    ),
    lines(
        PanelInfo("Requests", "Requests that each process answers a second, probes left out.", "reqps"),
        Query(rate("http_requests_total", "job, instance", f"{JOB}, {USER_ROUTES}"), PROCESS),
    ),
    lines(
        PanelInfo("Garbage collections", "Collections a second by generation; many of generation 2 cost time.", "ops"),
        Query(rate("python_gc_collections_total", "job, generation", JOB), "{{job}}, generation {{generation}}"),
    ),
]
SCRAPES: PanelLine = [
    lines(
        PanelInfo(
            "Scrapes: time", "How long Prometheus waits for the measurements; it gives up after 10 s.", "s", 1, 5
        ),
        Query(f"scrape_duration_seconds{{{JOB}}}", PROCESS),
    ),
    lines(
        PanelInfo(
            "Series",
            "How many series each process has; steady growth is a label without a bound.",
            "short",
            3000,
            10000,
        ),
        Query(f"scrape_samples_scraped{{{JOB}}}", PROCESS),
    ),
]
BOARD = Board(
    name="runtime",
    title="runtime",
    description="What each process takes of its machine, what it is doing, and which version it is.",
    rows=[Row("Processes", [VERSIONS, RESOURCES]), Row("Work", [WORK]), Row("Measurements", [SCRAPES])],
    variables={"job": ("Service", f"label_values(build_info{{{SERVICES}}}, job)")},
)
