"""Gauges: how many sessions each symbol lags behind its exchange."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime

import numpy as np

from shared.market.exchange_sessions import exchange_sessions
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


def utc_today() -> date:
    """Return the current date in UTC."""
    return datetime.now(UTC).date()


def compute_freshness(
    last_sessions: Mapping[str, date | None], calendar: str | None, today: Callable[[], date] = utc_today
) -> Mapping[ScrapeGauge, GaugeValues]:
    """Compute the gauges above.

    Args:
        last_sessions: By symbol; None for a symbol that is not counted as behind.
        calendar: The exchange's code; None to count every weekday.
        today: Returns the current date in UTC; sessions of earlier days have ended.
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
