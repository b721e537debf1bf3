"""Processes: their resources, their work, and their versions."""

from charts.monitoring.dashboards.board import Board, Row
from charts.monitoring.dashboards.panels import PanelInfo, PanelLine, Query, lines, number
from charts.monitoring.dashboards.queries import SERVICES, USER_ROUTES, rate

JOB = 'job=~"$job"'
PROCESS = "{{job}} {{instance}} {{pid}}"  # pid: only if a service has several workers
VERSIONS: PanelLine = [
    number(
        PanelInfo("Versions", "Running versions of each service and of Python.", "none"),
        Query(
            f"count by (service, version, python) (build_info{{{JOB}}})", "{{service}} {{version}}, Python {{python}}"
        ),
        shows_value=False,
    ),
    number(
        PanelInfo("Running for", "Time since the start of each process; a small value is a restart.", "s"),
        Query(f"time() - process_start_time_seconds{{{JOB}}}", PROCESS),
    ),
]
RESOURCES: PanelLine = [
    lines(
        PanelInfo("CPU", "Cores used by each process; worker processes are not included.", "none"),
        Query(f"rate(process_cpu_seconds_total{{{JOB}}}[$__rate_interval])", PROCESS),
    ),
    lines(
        PanelInfo("Memory", "Resident memory of each process.", "bytes"),
        Query(f"process_resident_memory_bytes{{{JOB}}}", PROCESS),
    ),
    lines(
        PanelInfo(
            "Open files", "Share of the files and connections that each process may open.", "percentunit", 0.7, 0.9
        ),
        Query(f"process_open_fds{{{JOB}}} / process_max_fds{{{JOB}}}", PROCESS),
    ),
]
WORK: PanelLine = [
    lines(
        PanelInfo("In flight", "Requests in progress, without health checks and scrapes.", "short"),
        Query(f"http_requests_in_progress{{{JOB}}}", PROCESS),
    ),
    lines(
        PanelInfo("Shed", "Requests per second refused because too many were in progress.", "reqps"),
        Query(rate("http_requests_shed_total", "job, instance", JOB), PROCESS),
    ),
    lines(
        PanelInfo("Requests", "Requests per second by process, without health checks and scrapes.", "reqps"),
        Query(rate("http_requests_total", "job, instance", f"{JOB}, {USER_ROUTES}"), PROCESS),
    ),
    lines(
        PanelInfo(
            "Garbage collections", "Collections per second by generation; many of generation 2 cost time.", "ops"
        ),
        Query(rate("python_gc_collections_total", "job, generation", JOB), "{{job}}, generation {{generation}}"),
    ),
]
SCRAPES: PanelLine = [
    lines(
        PanelInfo("Scrapes: time", "Duration of a scrape; Prometheus gives up after 10 s.", "s", 1, 5),
        Query(f"scrape_duration_seconds{{{JOB}}}", PROCESS),
    ),
    lines(
        PanelInfo(
            "Series", "Number of series of each process; steady growth means an unbounded label.", "short", 3000, 10000
        ),
        Query(f"scrape_samples_scraped{{{JOB}}}", PROCESS),
    ),
]
BOARD = Board(
    name="runtime",
    title="runtime",
    description="The resources, the work and the version of each process.",
    rows=[Row("Processes", [VERSIONS, RESOURCES]), Row("Work", [WORK]), Row("Scrapes", [SCRAPES])],
    variables={"job": ("Service", f"label_values(build_info{{{SERVICES}}}, job)")},
)
