"""How far the symbols are behind their exchange, for who watches."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime

import numpy as np

from shared.market.exchange_sessions import exchange_sessions
from shared.telemetry.metrics import GaugeValues, ScrapeGauge

MAX_SERIES = 20  # a series per symbol would have no bound
STALE_AFTER_SESSIONS = 5  # sessions, a week: longer than any run of holidays leaves a symbol without bars
SYMBOL_COUNT = ScrapeGauge("symbols", "Symbols that have bars.")
SYMBOLS_BEHIND = ScrapeGauge(
    "symbols_behind", f"Symbols whose last bar is more than {STALE_AFTER_SESSIONS} sessions of the exchange ago."
)
SESSIONS_BEHIND = ScrapeGauge(
    "symbol_sessions_behind",
    f"Sessions of the exchange that are over since the symbol's last bar, of the {MAX_SERIES} symbols furthest behind; "
    "not among them are symbols that another tool wrote, as nobody noted their last bar, and those of the sample.",
    ("symbol",),
)


def utc_today() -> date:
    """Return the day it is in UTC."""
    return datetime.now(UTC).date()


def compute_freshness(
    last_sessions: Mapping[str, date | None], calendar: str | None, today: Callable[[], date] = utc_today
) -> Mapping[ScrapeGauge, GaugeValues]:
    """Return the gauges above.

    Args:
        last_sessions: Of every symbol; None where it is not to be counted.
        calendar: The exchange, by its code; None for every weekday.
        today: The day it is in UTC; sessions of earlier days are over.
    """
    last_by_symbol = {symbol: last for symbol, last in last_sessions.items() if last is not None}
    lasts, day = np.array(list(last_by_symbol.values()), "datetime64[D]"), np.datetime64(today(), "D")
    if calendar:
        sessions = exchange_sessions(calendar)
        behind = sessions.searchsorted(day, side="left") - sessions.searchsorted(lasts, side="right")
    else:
        behind = np.busday_count(lasts + 1, day) if last_by_symbol else np.zeros(0, np.int64)
    counts = dict(zip(last_by_symbol, np.maximum(behind, 0).tolist(), strict=True))
    furthest = sorted(counts, key=lambda symbol: (-counts[symbol], symbol))[:MAX_SERIES]
    return {
        SYMBOL_COUNT: {(): float(len(last_sessions))},
        SYMBOLS_BEHIND: {(): float(sum(n > STALE_AFTER_SESSIONS for n in counts.values()))},
        SESSIONS_BEHIND: {(symbol,): float(counts[symbol]) for symbol in furthest},
    }
