"""The bars: what is loaded and rejected, whether the cache helps, how MongoDB does, and how fresh each symbol is."""

from charts.monitoring.dashboards.board import Board, Row
from charts.monitoring.dashboards.panels import About, Line, Query, bars, lines, number
from charts.monitoring.dashboards.queries import count, quantile, rate, share

MONGO = "mongo_command_duration_seconds"
CACHE = "cache_command_duration_seconds"
READS = "cache_requests_total"
DATA = 'job="data"'
LOADS: Line = [
    lines(
        About("Loads", "Loads of bars a second: done, refused for what is in them, or failed.", "ops"),
        Query(rate("loads_total", "outcome", DATA), "{{outcome}}"),
    ),
    lines(
        About("Rows", "Rows of loads a second by what became of them.", "ops"),
        Query(rate("bars_ingested_total", "outcome", DATA), "{{outcome}}"),
        stacked=True,
    ),
    bars(
        About(
            "Rejected rows",
            "Why rows were rejected, in the time shown; a load's report names each row.",
            "short",
            empty="none",
        ),
        Query(f"{count('bars_rejected_total', 'code', DATA)} > 0", "{{code}}"),
    ),
]
CACHING: Line = [
    lines(
        About("Reads of the cache", "Reads a second; corrupt and unavailable cost speed, never an answer.", "ops"),
        Query(rate(READS, "outcome", DATA), "{{outcome}}"),
        stacked=True,
    ),
    lines(
        About(
            "Hits",
            "Share of reads that the cache answers; entries live for DATA_CACHE_SECONDS.",
            "percentunit",
            0.5,
            0.2,
        ),
        Query(share(READS, "job", DATA, 'outcome="hit"'), "hits"),
    ),
    lines(
        About("Commands of the cache: time", "Within what time 95 % of them are answered.", "s", 0.05, 0.25),
        Query(quantile(0.95, CACHE, "command", DATA), "{{command}}"),
    ),
    lines(
        About("Commands of the cache: outcome", "Commands a second by how they ended.", "ops"),
        Query(rate(f"{CACHE}_count", "outcome", DATA), "{{outcome}}"),
    ),
]
MONGODB: Line = [
    lines(
        About("Commands of MongoDB: time", "Within what time 95 % of them are answered.", "s", 0.25, 1),
        Query(quantile(0.95, MONGO, "command", DATA), "{{command}}"),
    ),
    lines(
        About("Commands of MongoDB", "Commands a second by name.", "ops"),
        Query(rate(f"{MONGO}_count", "command", DATA), "{{command}}"),
        stacked=True,
    ),
    lines(
        About("Commands of MongoDB: outcome", "Commands a second by how they ended.", "ops"),
        Query(rate(f"{MONGO}_count", "outcome", DATA), "{{outcome}}"),
    ),
]
FRESHNESS: Line = [
    number(
        About("Symbols", "How many symbols have bars.", "short"),
        Query(f"max by (job) (symbols{{{DATA}}})", "symbols"),
    ),
    number(
        About("Symbols behind", "How many symbols lack more than 5 sessions.", "short", 1, 20),
        Query(f"max by (job) (symbols_behind{{{DATA}}})", "behind"),
    ),
]
SYMBOLS: Line = [
    bars(
        About("Sessions behind, by symbol", "How many sessions the 20 symbols furthest behind lack.", "short", 2, 6),
        Query(f"sort_desc(max by (symbol) (symbol_sessions_behind{{{DATA}}}))", "{{symbol}}"),
    ),
    lines(
        About("Symbols behind over time", "It falls when a refresh has loaded what was missing.", "short", 1, 20),
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
