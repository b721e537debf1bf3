"""Is it well? What people get of each service, what it costs of the error budget, and what the services depend on."""

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
            "Share of 6 h of API requests that did not fail; 99.5 % is promised.",
            "percentunit",
            0.995,
            0.98,
        ),
        Query("1 - slo:gateway_failed:ratio_rate6h", "answered"),
    ),
    number(
        PanelInfo(
            "In time",
            "Share of 6 h of API requests answered within 2.5 s; 99 % is promised.",
            "percentunit",
            0.99,
            0.95,
        ),
        Query("1 - slo:gateway_slow:ratio_rate6h", "in time"),
    ),
    number(
        PanelInfo("Processes up", "Share of each service's processes that answer Prometheus.", "percentunit", 1, 0.5),
        Query(f"avg by (job) (up{{{SERVICES}}})", "{{job}}"),
    ),
    number(
        PanelInfo(
            "Firing alerts",
            "How many of each alert fire; docs/operations.md says what to do.",
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
            "Burn rate: failures", "How many times too fast 30 days' 0.5 % of failures is used up.", "short", 6, 14.4
        ),
        Query("slo:gateway_failed:ratio_rate5m / 0.005", "5 min"),
        Query("slo:gateway_failed:ratio_rate1h / 0.005", "1 h"),
        Query("slo:gateway_failed:ratio_rate6h / 0.005", "6 h"),
    ),
    lines(
        PanelInfo(
            "Burn rate: slow answers",
            "How many times too fast 30 days' 1 % of slow answers is used up.",
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
        PanelInfo("Requests", "Requests answered a second by each service, probes left out.", "reqps"),
        Query(rate("http_requests_total", "job", ALL_SERVICES), "{{job}}"),
    ),
    lines(
        PanelInfo("Failed", "Share of each service's requests answered with 500 or above.", "percentunit", 0.005, 0.05),
        Query(share("http_responses_total", "job", ALL_SERVICES, 'status=~"5.."'), "{{job}}"),
    ),
    lines(
        PanelInfo("Time to answer", "Within what time half, and 95 %, of the requests are answered.", "s", 1, 2.5),
        Query(quantile(0.5, LATENCY, "job", ALL_SERVICES), "{{job}} median"),
        Query(quantile(0.95, LATENCY, "job", ALL_SERVICES), "{{job}} 95 %"),
    ),
]
ROUTES: PanelLine = [
    lines(
        PanelInfo(
            "Gateway: by status", "Answers a second by status; 4xx are the callers' mistakes, 5xx ours.", "reqps"
        ),
        Query(rate("http_responses_total", "status", GATEWAY), "{{status}}"),
        stacked=True,
    ),
    lines(
        PanelInfo("Gateway: refused or failed", "Answers of 400 and above a second, by route.", "reqps"),
        Query(rate("http_errors_total", "method, endpoint", GATEWAY), "{{method}} {{endpoint}}"),
    ),
    bars(
        PanelInfo(
            "Gateway: slowest routes", "Within what time 95 % of the requests of a route are answered.", "s", 1, 2.5
        ),
        Query(f"topk(5, {quantile(0.95, LATENCY, 'endpoint', GATEWAY)} >= 0)", "{{endpoint}}"),
    ),
]
DEPENDENCIES: PanelLine = [
    states(
        PanelInfo("Dependencies", "Whether each service reaches what it depends on.", "none"),
        Query(f"min by (job, dependency) (dependency_up{{{SERVICES}}})", "{{job}} → {{dependency}}"),
        {0: ("down", RED), 1: ("up", GREEN)},
    ),
    states(
        PanelInfo("Breakers", "While one is open, calls to a failing service are refused at once.", "none"),
        Query(f"max by (job, upstream) (breaker_state{{{SERVICES}}})", "{{job}} → {{upstream}}"),
        {0: ("closed", GREEN), 1: ("half open", ORANGE), 2: ("open", RED)},
    ),
]
UPSTREAMS: PanelLine = [
    lines(
        PanelInfo("Calls between services: time", "Within what time 95 % of the calls are answered.", "s", 1, 2.5),
        Query(quantile(0.95, CALLS, "job, upstream", SERVICES), "{{job}} → {{upstream}}"),
    ),
    lines(
        PanelInfo("Calls between services: outcome", "Calls a second; all but ok and refused are failures.", "ops"),
        Query(rate(f"{CALLS}_count", "job, upstream, outcome", SERVICES), "{{job}} → {{upstream}}: {{outcome}}"),
    ),
]
BOARD = Board(
    name="overview",
    title="overview",
    description="What people get of Bellwether, what it costs of the error budget, and what its services depend on.",
    rows=[
        Row("Is it well?", [STATUS, BUDGET]),
        Row("Requests, failures, time", [SIGNALS, ROUTES]),
        Row("What it depends on", [DEPENDENCIES, UPSTREAMS]),
    ],
)
