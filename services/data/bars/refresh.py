"""Updates stored bars from a vendor: adds the new sessions if the vendor agrees with the last stored ones.

A symbol that fails keeps its bars, and the others are refreshed.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from services.data.ports import BarStore, BarVendor, VendorFailed
from services.data.records import RawBars
from shared.errors import NoBars, ServiceError, SymbolNotFound, Unavailable
from shared.market.exchange_sessions import choose_calendar
from shared.schemas.arrow import PRICES, BarFrame
from shared.schemas.loads import LoadReport

LoadRows = Callable[[RawBars], Awaitable[LoadReport]]
# Takes a symbol's calendar: that of its listing, stored or of the vendor, else the one that its bars show, else None.
LastOver = Callable[[str | None], date | None]
RefreshResult = Literal["new", "refreshed", "up_to_date", "history_changed", "failed", "skipped"]
OVERLAP_SESSIONS = 10  # the last stored ones, with which the vendor must agree before newer ones are loaded
TOLERANCE = 1e-4  # relative; vendors round to cents or to 4 digits
REPLACE_REMEDY = "Nothing was stored. To take the new history, refresh with --replace."


@dataclass(frozen=True)
class RefreshReport:
    """The result for one symbol; `report` is set if rows were loaded."""

    symbol: str
    outcome: RefreshResult
    detail: str
    report: LoadReport | None = None


@dataclass(frozen=True)
class _Refresher:
    vendor: BarVendor
    store: BarStore
    load: LoadRows
    through: LastOver
    full: bool

    async def refresh_symbol(self, symbol: str) -> RefreshReport:
        """Refresh one symbol."""
        stored = await self._read_stored(symbol)
        if stored is None or self.full:
            raw = await self._fetch(symbol, None, stored)
            return await self._load(raw, "refreshed" if stored else "new")
        last, through = stored.bars["session"].iloc[-1], self._find_last_over(stored.calendar, stored.bars)
        if through is not None and last >= pd.Timestamp(through):
            return RefreshReport(symbol, "up_to_date", f"{last:%Y-%m-%d} is stored, and no later session has ended.")
        tail = stored.bars.tail(OVERLAP_SESSIONS)
        raw = await self._fetch(symbol, tail["session"].iloc[0].date(), stored)
        if difference := _find_difference(tail, raw.rows, self.vendor.name):
            return RefreshReport(symbol, "history_changed", f"{difference} {REPLACE_REMEDY}")
        newer = raw.rows[
            ~(raw.rows["session"] <= last)
        ]  # includes rows with an unreadable date, which the load rejects
        if newer["session"].isna().all():
            return RefreshReport(symbol, "up_to_date", f"{self.vendor.name} has no session after {last:%Y-%m-%d}.")
        return await self._load(replace(raw, rows=newer.reset_index(drop=True)), "refreshed")

    async def _read_stored(self, symbol: str) -> BarFrame | None:
        try:
            frame = await self.store.bars(symbol)
        except (SymbolNotFound, NoBars):
            return None
        return None if frame.bars.empty else frame

    def _find_last_over(self, own: str | None, bars: pd.DataFrame) -> date | None:
        sessions = np.unique(bars["session"].dropna().to_numpy("datetime64[D]"))
        return self.through(choose_calendar(own, sessions, None))

    async def _fetch(self, symbol: str, start: date | None, stored: BarFrame | None) -> RawBars:
        raw = await self.vendor.bars(symbol, start)
        if raw.rows.empty:
            since = "" if start is None else f" since {start}; not even the stored ones"
            raise VendorFailed(f"{self.vendor.name} has no bars of {symbol}{since}.")
        if (n_impossible := _count_impossible_rows(raw.rows)) * 2 > len(raw.rows):
            sentence = (
                f"the high or low is not the highest or lowest price in {n_impossible:,} of {len(raw.rows):,} rows"
            )
            raise VendorFailed(f"{self.vendor.name}'s columns look shifted: {sentence}.")
        own = (stored.calendar if stored else None) or (raw.listing.calendar if raw.listing else None)
        through = self._find_last_over(own, stored.bars if stored else raw.rows)
        if through is None:
            return raw
        is_over = ~(raw.rows["session"] > pd.Timestamp(through))
        return replace(raw, rows=raw.rows[is_over].reset_index(drop=True))

    async def _load(self, raw: RawBars, outcome: RefreshResult) -> RefreshReport:
        report = await self.load(raw)
        if report.inserted + report.updated + report.unchanged:
            return RefreshReport(
                raw.symbol, outcome, f"{report.inserted:,} new session{'' if report.inserted == 1 else 's'}.", report
            )
        reason = report.rejected[0].detail if report.rejected else "There were no rows."
        detail = f"None of {len(raw.rows):,} rows was stored. The first was rejected: {reason}"
        return RefreshReport(raw.symbol, "failed", detail, report)


async def refresh(
    symbols: Iterable[str],
    *,
    vendor: BarVendor,
    store: BarStore,
    load: LoadRows,
    through: LastOver = lambda _: None,
    full: bool = False,
) -> AsyncIterator[RefreshReport]:
    """Refresh the symbols in order and yield a report after each.

    Args:
        symbols: What to refresh; a symbol that is not stored is loaded in full.
        vendor: Called once per symbol.
        store: Only read.
        load: Stores the rows.
        through: The last session that has ended. Later rows are ignored; a symbol that has it is not requested.
        full: Load each history in full without comparing; for a load that replaces.

    Raises:
        StoreUnavailable: The symbols reported before are stored; this one and later ones are unchanged.
    """
    refresher = _Refresher(vendor, store, load, through, full)
    stop_reason: str | None = None
    for symbol in symbols:
        if stop_reason is not None:
            yield RefreshReport(symbol, "skipped", f"Skipped after an earlier failure: {stop_reason}")
            continue
        try:
            report = await refresher.refresh_symbol(symbol)
        except VendorFailed as failure:
            stop_reason = failure.reason if failure.is_for_all else None
            report = RefreshReport(symbol, "failed", failure.reason)
        except Unavailable:
            raise
        except ServiceError as error:
            report = RefreshReport(symbol, "failed", error.detail)
        yield report


def _count_impossible_rows(rows: pd.DataFrame) -> int:
    prices = rows[list(PRICES)].to_numpy(np.float64)
    opens, highs, lows, closes = prices.T
    return int(((highs < np.fmax(opens, np.fmax(closes, lows))) | (lows > np.fmin(opens, closes))).sum())


def _find_difference(stored: pd.DataFrame, fetched: pd.DataFrame, vendor: str) -> str | None:
    """Describe how the vendor's bars differ from the stored ones; None if they do not."""
    latest = fetched.dropna(subset=["session"]).drop_duplicates("session", keep="last")
    both = stored.merge(latest, on="session", suffixes=("", "_given"))
    if both.empty:
        return f"{vendor}'s response has none of the last {len(stored)} stored sessions, so it cannot be compared."
    for kind, names in (("prices", PRICES), ("adjusted closes", ("adj_close",))):
        old, new = (both[[f"{name}{end}" for name in names]].to_numpy(np.float64) for end in ("", "_given"))
        differs = ~np.isclose(new, old, rtol=TOLERANCE, atol=0, equal_nan=True)
        if kind == "adjusted closes":  # not every source has them
            differs &= ~np.isnan(old) & ~np.isnan(new)
        if (differing := differs.any(axis=1)).any():
            first = both["session"][differing].iloc[0]
            sentence = (
                f"{vendor}'s {kind} differ in {differing.sum()} of {len(both)} stored sessions, first {first:%Y-%m-%d}"
            )
            return f"{sentence}{_explain_difference(differing, new[differing], old[differing])}."
    return None


def _explain_difference(differing: np.ndarray, new: np.ndarray, old: np.ndarray) -> str:
    with np.errstate(divide="ignore", invalid="ignore"):
        factors = new / old
    if np.isfinite(factors).all() and np.ptp(factors) <= 1e-3 * factors.mean():
        return f", all by the factor {factors.mean():.4g}, which looks like a split or a new adjustment"
    if differing.sum() == 1 and differing[-1]:
        return ": only the last one, which may have been stored before the session ended"
    return ""
