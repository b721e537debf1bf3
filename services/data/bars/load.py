"""Bring one symbol's rows in: checks → merge → store → cache eviction, with one report."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from services.data.bars.checks import rejections
from services.data.bars.findings import findings_of
from services.data.bars.merge import Merged, merge
from services.data.ports import BarStore
from services.data.records import CatalogueEntry, RawBars, Stored
from shared.errors import NoBars, RowsRejected, SymbolNotFound
from shared.market.exchange_sessions import exchange_sessions
from shared.schemas.arrow import NUMBERS, BarFrame
from shared.schemas.loads import Finding, LoadReport, Mode, Rejection

N_NAMED_ROWS = 100
Invalidate = Callable[[set[str] | None], Awaitable[None]]  # of these symbols, or of all, all that is cached


@dataclass(frozen=True)
class LoadOptions:
    """How to load.

    Attributes:
        source: Where the rows come from, as the catalogue will say it.
        now: The time of the load, timezone-aware.
        calendar: The exchange whose sessions are expected; None to expect none.
        mode: Whether bars of other sessions stay.
        strict: Whether one bad row rejects them all.
        dry_run: Whether to report and write nothing.
    """

    source: str
    now: datetime
    calendar: str | None = "XNYS"
    mode: Mode = "upsert"
    strict: bool = False
    dry_run: bool = False

    @property
    def today(self) -> date:
        """Return the last session that can have been: in the time zone that is furthest ahead it is already over."""
        return (self.now.astimezone(UTC) + timedelta(hours=14)).date()


@dataclass(frozen=True)
class Checked:
    """One symbol's rows after the checks: those that are bars, ascending by session, and those that are not."""

    frame: BarFrame
    name: str | None
    rejected: list[Rejection]


def check(raw: RawBars, today: date) -> Checked:
    """Part the rows into bars and rejections."""
    rows = raw.rows.reset_index(drop=True)
    rejected = rejections(rows, today)
    if rejected:
        rows = rows[~rows["row"].isin([rejection.row for rejection in rejected])]
    bars = rows[["session", *NUMBERS]]
    if not bars["session"].is_monotonic_increasing:
        bars = bars.sort_values("session")
    return Checked(BarFrame(raw.symbol, bars.reset_index(drop=True)), raw.name, rejected)


async def ingest_symbol(raw: RawBars, *, store: BarStore, invalidate: Invalidate, options: LoadOptions) -> LoadReport:
    """Check the rows of one symbol and store those that are bars.

    Raises:
        RowsRejected: `options.strict`, and a row is not a bar.
        StoreUnavailable: The symbol is as it was, or wholly as loaded if only the answer was lost.
    """
    checked = await asyncio.to_thread(check, raw, options.today)
    if options.strict and checked.rejected:
        raise rows_rejected({raw.symbol: checked.rejected})
    return await store_checked(checked, store=store, invalidate=invalidate, options=options)


async def store_checked(
    checked: Checked, *, store: BarStore, invalidate: Invalidate, options: LoadOptions
) -> LoadReport:
    """Store bars that have been checked; nothing is stored of a symbol that has none.

    Raises:
        StoreUnavailable: The symbol is as it was, or wholly as loaded if only the answer was lost.
    """
    symbol = checked.frame.symbol
    reports: list[LoadReport] = []

    def decide(stored: Stored | None) -> Stored:
        merged = merge(stored.frame if stored else None, checked.frame, options.mode)
        entry = _entry(merged.frame, checked.name, stored, options)
        reports.append(_report(merged, entry, checked, options))
        return Stored(merged.frame, entry)

    if checked.frame.bars.empty:
        return _nothing_stored(await _stored(store, symbol), checked, options)
    if options.dry_run:
        await asyncio.to_thread(decide, await _stored(store, symbol))
    else:
        try:
            await store.rewrite(symbol, decide)
        finally:  # also when nobody knows whether it was stored
            await invalidate({symbol})
    return reports[-1]


def rows_rejected(rejected: dict[str, list[Rejection]]) -> RowsRejected:
    """Return the error of a strict load that has these rejections by symbol; it names the first hundred rows."""
    rows = [(f"/{symbol}/rows/{item.row}", item.detail) for symbol, items in rejected.items() for item in items]
    plural = "row is not a bar" if len(rows) == 1 else "rows are not bars"
    codes = Counter(item.code for items in rejected.values() for item in items)
    return RowsRejected(f"{len(rows):,} {plural}, so that nothing was stored.", errors=rows[:N_NAMED_ROWS], codes=codes)


def describe(frame: BarFrame, calendar: str | None) -> tuple[str, list[Finding]]:
    """Return the revision of the bars, at least one, and what is worth knowing about them."""
    return frame.revision, findings_of(frame, calendar or "", exchange_sessions(calendar) if calendar else None)


async def _stored(store: BarStore, symbol: str) -> Stored | None:
    try:
        return Stored(await store.bars(symbol), await store.entry(symbol))
    except (SymbolNotFound, NoBars):
        return None


def _entry(frame: BarFrame, name: str | None, stored: Stored | None, options: LoadOptions) -> CatalogueEntry:
    revision, findings = describe(frame, options.calendar)
    known = stored.entry.name if stored and stored.entry else None
    sessions = frame.bars["session"]
    return CatalogueEntry(
        symbol=frame.symbol,
        name=name or known,
        revision=revision,
        n_bars=len(frame.bars),
        first_session=sessions.iloc[0].date(),
        last_session=sessions.iloc[-1].date(),
        source=options.source,
        loaded_at=options.now,
        has_adjusted_prices=frame.has_adjusted_prices,
        findings=findings,
    )


def _report(merged: Merged, entry: CatalogueEntry, checked: Checked, options: LoadOptions) -> LoadReport:
    return LoadReport(
        symbol=entry.symbol,
        mode=options.mode,
        dry_run=options.dry_run,
        inserted=merged.inserted,
        updated=merged.updated,
        unchanged=merged.unchanged,
        removed=merged.removed,
        rejected=checked.rejected,
        findings=entry.findings,
        n_bars=entry.n_bars,
        revision=entry.revision,
    )


def _nothing_stored(stored: Stored | None, checked: Checked, options: LoadOptions) -> LoadReport:
    return LoadReport(
        symbol=checked.frame.symbol,
        mode=options.mode,
        dry_run=options.dry_run,
        inserted=0,
        updated=0,
        unchanged=0,
        removed=0,
        rejected=checked.rejected,
        findings=[],
        n_bars=len(stored.frame.bars) if stored else 0,
        revision=stored.frame.revision if stored else None,
    )
