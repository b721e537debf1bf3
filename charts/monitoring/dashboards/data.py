"""The bars: what is loaded and rejected, whether the cache helps, how MongoDB does, and how fresh each symbol is."""

from charts.monitoring.dashboards.board import Board, Row
from charts.monitoring.dashboards.panels import PanelInfo, PanelLine, Query, bars, lines, number
from charts.monitoring.dashboards.queries import count, quantile, rate, share

MONGO = "mongo_command_duration_seconds"
CACHE = "cache_command_duration_seconds"
READS = "cache_requests_total"
DATA = 'job="data"'
LOADS: PanelLine = [
    lines(
        PanelInfo("Loads", "Loads of bars a second: done, refused for what is in them, or failed.", "ops"),
        Query(rate("loads_total", "outcome", DATA), "{{outcome}}"),
    ),
    lines(
        PanelInfo("Rows", "Rows of loads a second by what became of them.", "ops"),
        Query(rate("bars_ingested_total", "outcome", DATA), "{{outcome}}"),
        stacked=True,
    ),
    bars(
        PanelInfo(
            "Rejected rows",
            "Why rows were rejected, in the time shown; a load's report names each row.",
            "short",
            if_empty="none",
        ),
        Query(f"{count('bars_rejected_total', 'code', DATA)} > 0", "{{code}}"),
    ),
]
CACHING: PanelLine = [
    lines(
        PanelInfo("Reads of the cache", "Reads a second; corrupt and unavailable cost speed, never an answer.", "ops"),
        Query(rate(READS, "outcome", DATA), "{{outcome}}"),
        stacked=True,
    ),
    lines(
        PanelInfo(
            "Hits",
            "Share of reads that the cache answers; entries live for DATA_CACHE_SECONDS.",
            "percentunit",
            0.5,
            0.2,
        ),
        Query(share(READS, "job", DATA, 'outcome="hit"'), "hits"),
    ),
    lines(
        PanelInfo("Commands of the cache: time", "Within what time 95 % of them are answered.", "s", 0.05, 0.25),
        Query(quantile(0.95, CACHE, "command", DATA), "{{command}}"),
    ),
    lines(
        PanelInfo("Commands of the cache: outcome", "Commands a second by how they ended.", "ops"),
        Query(rate(f"{CACHE}_count", "outcome", DATA), "{{outcome}}"),
    ),
]
MONGODB: PanelLine = [
    lines(
        PanelInfo("Commands of MongoDB: time", "Within what time 95 % of them are answered.", "s", 0.25, 1),
        Query(quantile(0.95, MONGO, "command", DATA), "{{command}}"),
    ),
    lines(
        PanelInfo("Commands of MongoDB", "Commands a second by name.", "ops"),
        Query(rate(f"{MONGO}_count", "command", DATA), "{{command}}"),
        stacked=True,
    ),
    lines(
        PanelInfo("Commands of MongoDB: outcome", "Commands a second by how they ended.", "ops"),
        Query(rate(f"{MONGO}_count", "outcome", DATA), "{{outcome}}"),
    ),
]
FRESHNESS: PanelLine = [
    number(
        PanelInfo("Symbols", "How many symbols have bars.", "short"),
        Query(f"max by (job) (symbols{{{DATA}}})", "symbols"),
    ),
    number(
        PanelInfo("Symbols behind", "How many symbols lack more than 5 sessions.", "short", 1, 20),
        Query(f"max by (job) (symbols_behind{{{DATA}}})", "behind"),
    ),
]
SYMBOLS: PanelLine = [
    bars(
        PanelInfo(
            "Sessions behind, by symbol", "How many sessions the 20 symbols furthest behind lack.", "short", 2, 6
        ),
        Query(f"sort_desc(max by (symbol) (symbol_sessions_behind{{{DATA}}}))", "{{symbol}}"),
    ),
    lines(
        PanelInfo("Symbols behind over time", "It falls when a refresh has loaded what was missing.", "short", 1, 20),
        Query(f"max by (job) (symbols_behind{{{DATA}}})", "behind"),
        Query(f"max by (job) (symbols{{{DATA}}})", "all"),
    ),
]
BOARD = Board(
    name="data",
    title="data",
    description="What is loaded and rejected, whether the cache helps, how MongoDB does, how fresh each symbol is.",
    rows=[
        Row("Loads", [LOADS]),
        Row("Cache", [CACHING]),
        Row("MongoDB", [MONGODB]),
        Row("Freshness", [FRESHNESS, SYMBOLS]),
    ],
)
