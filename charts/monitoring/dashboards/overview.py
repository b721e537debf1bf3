"""Is the system healthy? Requests and failures of each service, the error budget, and the services' dependencies."""

from charts.monitoring.dashboards.board import Board, Row
from charts.monitoring.dashboards.panels import (
    GREEN,
    ORANGE,
    RED,
    PanelInfo,
    PanelLine,
    Query,
    bars,
    lines,
    number,
    states,
)
from charts.monitoring.dashboards.queries import ALL_SERVICES, GATEWAY, SERVICES, quantile, rate, share

LATENCY = "http_request_latency_seconds"
CALLS = "upstream_request_duration_seconds"
STATUS: PanelLine = [
    number(
        PanelInfo(
            "Answered",
            "Share of API requests in 6 h that did not fail; the objective is 99.5 %.",
            "percentunit",
            0.995,
            0.98,
        ),
        Query("1 - slo:gateway_failed:ratio_rate6h", "answered"),
    ),
    number(
        PanelInfo(
            "In time",
            "Share of API requests in 6 h answered within 2.5 s; the objective is 99 %.",
            "percentunit",
            0.99,
            0.95,
        ),
        Query("1 - slo:gateway_slow:ratio_rate6h", "in time"),
    ),
    number(
        PanelInfo(
            "Processes up", "Share of each service's processes that Prometheus can scrape.", "percentunit", 1, 0.5
        ),
        Query(f"avg by (job) (up{{{SERVICES}}})", "{{job}}"),
    ),
    number(
        PanelInfo(
            "Firing alerts",
            "Number of firing alerts by name; see their runbooks in docs/operations.md.",
            "short",
            None,
            1,
            "none",
        ),
        Query('count by (alertname) (ALERTS{alertstate="firing", application="bellwether"})', "{{alertname}}"),
    ),
]
BUDGET: PanelLine = [
    lines(
        PanelInfo(
            "Burn rate: failures",
            "Speed at which the 30-day budget of 0.5 % failures is used; at 1 it lasts 30 days.",
            "short",
            6,
            14.4,
        ),
        Query("slo:gateway_failed:ratio_rate5m / 0.005", "5 min"),
        Query("slo:gateway_failed:ratio_rate1h / 0.005", "1 h"),
        Query("slo:gateway_failed:ratio_rate6h / 0.005", "6 h"),
    ),
    lines(
        PanelInfo(
            "Burn rate: slow answers",
            "Speed at which the 30-day budget of 1 % slow answers is used; at 1 it lasts 30 days.",
            "short",
            6,
            14.4,
        ),
        Query("slo:gateway_slow:ratio_rate5m / 0.01", "5 min"),
        Query("slo:gateway_slow:ratio_rate1h / 0.01", "1 h"),
        Query("slo:gateway_slow:ratio_rate6h / 0.01", "6 h"),
    ),
]
SIGNALS: PanelLine = [
    lines(
        PanelInfo("Requests", "Requests per second by service, without health checks and scrapes.", "reqps"),
        Query(rate("http_requests_total", "job", ALL_SERVICES), "{{job}}"),
    ),
    lines(
        PanelInfo("Failed", "Share of each service's requests answered with 500 or above.", "percentunit", 0.005, 0.05),
        Query(share("http_responses_total", "job", ALL_SERVICES, 'status=~"5.."'), "{{job}}"),
    ),
    lines(
        PanelInfo("Time to answer", "Median and 95th percentile of the time to answer.", "s", 1, 2.5),
        Query(quantile(0.5, LATENCY, "job", ALL_SERVICES), "{{job}} median"),
        Query(quantile(0.95, LATENCY, "job", ALL_SERVICES), "{{job}} 95 %"),
    ),
]
ROUTES: PanelLine = [
    lines(
        PanelInfo(
            "Gateway: by status", "Responses per second by status; 4xx are the callers' errors, 5xx ours.", "reqps"
        ),
        Query(rate("http_responses_total", "status", GATEWAY), "{{status}}"),
        stacked=True,
    ),
    lines(
        PanelInfo("Gateway: refused or failed", "Responses of 400 and above per second, by route.", "reqps"),
        Query(rate("http_errors_total", "method, endpoint", GATEWAY), "{{method}} {{endpoint}}"),
    ),
    bars(
        PanelInfo("Gateway: slowest routes", "95th percentile of the time to answer, by route.", "s", 1, 2.5),
        Query(f"topk(5, {quantile(0.95, LATENCY, 'endpoint', GATEWAY)} >= 0)", "{{endpoint}}"),
    ),
]
ANSWERS: PanelLine = [
    lines(
        PanelInfo(
            "Kept answers",
            "Requests whose answer may be kept: hit is served from memory, confirmed after asking, miss anew.",
            "reqps",
        ),
        Query(rate("answer_requests_total", "outcome", GATEWAY), "{{outcome}}"),
        stacked=True,
    ),
    lines(
        PanelInfo("Kept answers: memory", "Memory of the kept answers of each gateway.", "bytes"),
        Query(f"answer_bytes{{{GATEWAY}}}", "{{instance}}"),
        Query(rate("answers_evicted_total", "instance", GATEWAY), "{{instance}}: evictions per second"),
    ),
    states(
        PanelInfo(
            "Feed of revisions", "Whether each gateway and prediction service follows the changes of bars.", "none"
        ),
        Query(f"min by (job, instance) (revision_feed_alive{{{SERVICES}}})", "{{job}} {{instance}}"),
        {0: ("lost", RED), 1: ("alive", GREEN)},
    ),
]
DEPENDENCIES: PanelLine = [
    states(
        PanelInfo("Dependencies", "Whether each service can use its dependencies.", "none"),
        Query(f"min by (job, dependency) (dependency_up{{{SERVICES}}})", "{{job}} → {{dependency}}"),
        {0: ("down", RED), 1: ("up", GREEN)},
    ),
    states(
        PanelInfo(
            "Breakers", "While a breaker is open, calls to a failing service or store are rejected immediately.", "none"
        ),
        Query(f"max by (job, upstream) (breaker_state{{{SERVICES}}})", "{{job}} → {{upstream}}"),
        {0: ("closed", GREEN), 1: ("half open", ORANGE), 2: ("open", RED)},
    ),
]
UPSTREAMS: PanelLine = [
    lines(
        PanelInfo("Calls between services: time", "95th percentile of the time of a call.", "s", 1, 2.5),
        Query(quantile(0.95, CALLS, "job, upstream", SERVICES), "{{job}} → {{upstream}}"),
    ),
    lines(
        PanelInfo(
            "Calls between services: outcome", "Calls per second; all outcomes but ok and refused are failures.", "ops"
        ),
        Query(rate(f"{CALLS}_count", "job, upstream, outcome", SERVICES), "{{job}} → {{upstream}}: {{outcome}}"),
    ),
]
WAITS: PanelLine = [
    lines(
        PanelInfo("Calls between services: wait", "95th percentile of the wait for a turn before a call.", "s", 0.1, 1),
        Query(quantile(0.95, "upstream_wait_duration_seconds", "job, upstream", SERVICES), "{{job}} → {{upstream}}"),
    ),
    lines(
        PanelInfo("Calls between services: retries", "Reads per second that were sent once more after a 503.", "ops"),
        Query(rate("upstream_retries_total", "job, upstream", SERVICES), "{{job}} → {{upstream}}"),
    ),
    lines(
        PanelInfo("Connections between services", "By state; none should be lost.", "short"),
        Query(
            f"sum by (job, upstream, state) (upstream_connections{{{SERVICES}}})", "{{job}} → {{upstream}}: {{state}}"
        ),
    ),
]
BOARD = Board(
    name="overview",
    title="overview",
    description="Requests and failures of each service, the error budget, and the services' dependencies.",
    rows=[
        Row("Is the system healthy?", [STATUS, BUDGET]),
        Row("Requests, failures, time", [SIGNALS, ROUTES, ANSWERS]),
        Row("Dependencies", [DEPENDENCIES, UPSTREAMS, WAITS]),
    ],
)
