"""Bars: loads and rejected rows, cache hits, MongoDB's speed, and each symbol's freshness; the progress of runs."""

from charts.monitoring.dashboards.board import Board, Row
from charts.monitoring.dashboards.panels import PanelInfo, PanelLine, Query, bars, lines, number
from charts.monitoring.dashboards.queries import SERVICES, count, quantile, rate, share

MONGO = "mongo_command_duration_seconds"
CACHE = "cache_command_duration_seconds"
READS = "cache_requests_total"
DATA = 'job="data"'
LOADS: PanelLine = [
    lines(
        PanelInfo("Loads", "Loads of bars per second: done, refused for their contents, or failed.", "ops"),
        Query(rate("loads_total", "outcome", DATA), "{{outcome}}"),
    ),
    lines(
        PanelInfo("Rows", "Rows of loads per second by outcome.", "ops"),
        Query(rate("bars_ingested_total", "outcome", DATA), "{{outcome}}"),
        stacked=True,
    ),
    bars(
        PanelInfo(
            "Rejected rows",
            "Reasons for rejected rows in the range shown; a load's report lists each row.",
            "short",
            if_empty="none",
        ),
        Query(f"{count('bars_rejected_total', 'code', DATA)} > 0", "{{code}}"),
    ),
]
CACHING: PanelLine = [
    lines(
        PanelInfo(
            "Reads of the cache",
            "Reads per second; corrupt and unavailable cost speed but never fail a request.",
            "ops",
        ),
        Query(rate(READS, "outcome", DATA), "{{outcome}}"),
        stacked=True,
    ),
    lines(
        PanelInfo(
            "Hits",
            "Share of reads that the cache answers; entries expire after DATA_CACHE_SECONDS.",
            "percentunit",
            0.5,
            0.2,
        ),
        Query(share(READS, "job", DATA, 'outcome="hit"'), "hits"),
    ),
    lines(
        PanelInfo("Commands of the cache: time", "95th percentile of the time of a command.", "s", 0.05, 0.25),
        Query(quantile(0.95, CACHE, "command", DATA), "{{command}}"),
    ),
    lines(
        PanelInfo("Commands of the cache: outcome", "Commands per second by outcome.", "ops"),
        Query(rate(f"{CACHE}_count", "outcome", DATA), "{{outcome}}"),
    ),
]
MONGODB: PanelLine = [
    lines(
        PanelInfo("Commands of MongoDB: time", "95th percentile of the time of a command.", "s", 0.25, 1),
        Query(quantile(0.95, MONGO, "command", DATA), "{{command}}"),
    ),
    lines(
        PanelInfo("Commands of MongoDB", "Commands per second by name.", "ops"),
        Query(rate(f"{MONGO}_count", "command", DATA), "{{command}}"),
        stacked=True,
    ),
    lines(
        PanelInfo("Commands of MongoDB: outcome", "Commands per second by outcome.", "ops"),
        Query(rate(f"{MONGO}_count", "outcome", DATA), "{{outcome}}"),
    ),
    lines(
        PanelInfo("Stale answers", "Responses per second from bars kept from before MongoDB stopped answering.", "ops"),
        Query(rate("stale_responses_total", "job", SERVICES), "{{job}}"),
    ),
]
FRESHNESS: PanelLine = [
    number(
        PanelInfo("Symbols", "Number of symbols that have bars.", "short"),
        Query(f"max by (job) (symbols{{{DATA}}})", "symbols"),
    ),
    number(
        PanelInfo("Symbols behind", "Number of symbols that are more than 5 sessions behind.", "short", 1, 20),
        Query(f"max by (job) (symbols_behind{{{DATA}}})", "behind"),
    ),
]
SYMBOLS: PanelLine = [
    bars(
        PanelInfo("Sessions behind, by symbol", "Missing sessions of the 20 symbols furthest behind.", "short", 2, 6),
        Query(f"sort_desc(max by (symbol) (symbol_sessions_behind{{{DATA}}}))", "{{symbol}}"),
    ),
    lines(
        PanelInfo("Symbols behind over time", "Falls when a refresh has loaded the missing sessions.", "short", 1, 20),
        Query(f"max by (job) (symbols_behind{{{DATA}}})", "behind"),
        Query(f"max by (job) (symbols{{{DATA}}})", "all"),
    ),
]
RUNS: PanelLine = [
    lines(
        PanelInfo("Runs", "Runs over many symbols that are kept, by state; at most one is running.", "short"),
        Query(f"max by (state) (runs{{{DATA}}})", "{{state}}"),
    ),
    lines(
        PanelInfo("Time since progress", "While a run is queued or running, below a minute; else 0.", "s", 60, 600),
        Query(f"max by (job) (run_progress_age_seconds{{{DATA}}})", "since the last result"),
    ),
]
BOARD = Board(
    name="data",
    title="data",
    description="Loads and rejected rows, cache hits, the speed of MongoDB, the freshness of each symbol, and runs.",
    rows=[
        Row("Loads", [LOADS]),
        Row("Cache", [CACHING]),
        Row("MongoDB", [MONGODB]),
        Row("Freshness", [FRESHNESS, SYMBOLS]),
        Row("Runs", [RUNS]),
    ],
)
