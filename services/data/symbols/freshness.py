"""How many sessions each symbol lags behind its exchange, as gauges and for one symbol."""

from collections.abc import Mapping
from datetime import date, datetime

import numpy as np

from services.data.records import CatalogueEntry, LastSession
from shared.market.exchange_sessions import count_sessions_behind, exchange_time_zone
from shared.schemas.stocks import Stock
from shared.telemetry.metrics import GaugeValues, ScrapeGauge

MAX_SERIES = 20  # one series per symbol would be unbounded
STALE_AFTER_SESSIONS = 5  # a week: no run of holidays leaves a symbol without bars for longer
SYMBOL_COUNT = ScrapeGauge("symbols", "Symbols that have bars.")
SYMBOLS_BEHIND = ScrapeGauge(
    "symbols_behind", f"Symbols whose last bar is more than {STALE_AFTER_SESSIONS} sessions of the exchange old."
)
SESSIONS_BEHIND = ScrapeGauge(
    "symbol_sessions_behind",
    f"Sessions of the exchange completed since the symbol's last bar, for the {MAX_SERIES} symbols furthest behind; "
    "excludes the sample, and symbols that another tool wrote, because their last bar is not recorded.",
    ("symbol",),
)


def compute_freshness(
    last_sessions: Mapping[str, LastSession | None], calendar: str | None, now: datetime
) -> Mapping[ScrapeGauge, GaugeValues]:
    """Compute the gauges above.

    Args:
        last_sessions: By symbol; None for a symbol that is not counted as behind.
        calendar: The exchange of symbols that have none of their own; None to count every weekday.
        now: The current time, timezone-aware.
    """
    by_calendar: dict[str | None, dict[str, date]] = {}
    for symbol, last in last_sessions.items():
        if last is not None:
            by_calendar.setdefault(last.calendar or calendar, {})[symbol] = last.session
    counts: dict[str, int] = {}
    for code, lasts in by_calendar.items():
        behind = count_sessions_behind(np.array(list(lasts.values()), "datetime64[D]"), code, now)
        counts |= dict(zip(lasts, behind.tolist(), strict=True))
    furthest = sorted(counts, key=lambda symbol: (-counts[symbol], symbol))[:MAX_SERIES]
    return {
        SYMBOL_COUNT: {(): float(len(last_sessions))},
        SYMBOLS_BEHIND: {(): float(sum(n > STALE_AFTER_SESSIONS for n in counts.values()))},
        SESSIONS_BEHIND: {(symbol,): float(counts[symbol]) for symbol in furthest},
    }


def describe_stock(entry: CatalogueEntry, default: str | None, now: datetime) -> Stock:
    """Build the wire model of a symbol, with how far its bars are behind its calendar or the default one."""
    calendar = entry.listing.calendar or default or None
    behind = count_sessions_behind(np.array([entry.last_session], "datetime64[D]"), calendar, now)
    return entry.to_stock(calendar, exchange_time_zone(calendar) if calendar else None, int(behind[0]))
