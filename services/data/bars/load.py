"""Loads one symbol's rows: check, merge, store, invalidate, report."""

import asyncio
import dataclasses
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from services.data.bars.checks import Rejections, find_rejections
from services.data.bars.comparison import check_upsert
from services.data.bars.description import Origin, describe_load
from services.data.bars.findings import find_altered_name, find_rejected_newest
from services.data.bars.merge import MergeResult, merge_bars
from services.data.ports import BarStore
from services.data.records import NEWEST_REJECTED, CatalogueEntry, Listing, RawBars, StoredSymbol
from shared.errors import NoBars, RowsRejected, SymbolNotFound
from shared.schemas.arrow import NUMBERS, BarFrame
from shared.schemas.loads import MAX_LISTED_ROWS, Finding, LoadReport, Mode

Invalidate = Callable[
    [set[str] | None], Awaitable[None]
]  # invalidates every cache of these symbols, or of all for None


@dataclass(frozen=True)
class LoadOptions:
    """Options of a load.

    Attributes:
        source: Where the rows come from, for the catalogue.
        now: The time of the load, timezone-aware.
        calendar: The exchange whose sessions are expected; None to expect none.
        mode: Whether bars of other sessions stay.
        strict: Whether one invalid row rejects all rows.
        dry_run: Whether to report without writing.
    """

    source: str
    now: datetime
    calendar: str | None = "XNYS"
    mode: Mode = "upsert"
    strict: bool = False
    dry_run: bool = False

    @property
    def today(self) -> date:
        """Return the latest possible session: the current date in the time zone that is furthest ahead."""
        return (self.now.astimezone(UTC) + timedelta(hours=14)).date()


@dataclass(frozen=True)
class SplitRows:
    """One symbol's rows after the checks: the valid bars, ascending by session, and the rejected rows."""

    frame: BarFrame
    name: str | None
    rejected: Rejections
    notes: tuple[str, ...] = ()
    listing: Listing | None = None


def split_rows(raw: RawBars, today: date) -> SplitRows:
    """Split the rows into bars and rejections."""
    rows = raw.rows.reset_index(drop=True)
    rejected = find_rejections(rows, today)
    if rejected.n_rows:
        rows = rows[~rejected.mask]
    bars = rows[["session", *NUMBERS]]
    if not bars["session"].is_monotonic_increasing:
        bars = bars.sort_values("session")
    frame = BarFrame(raw.symbol, bars.reset_index(drop=True))
    return SplitRows(frame, raw.name, rejected, raw.notes, raw.listing)


async def load_symbol(raw: RawBars, *, store: BarStore, invalidate: Invalidate, options: LoadOptions) -> LoadReport:
    """Check the rows of one symbol and store the valid bars.

    Raises:
        RowsRejected: `options.strict` is set, and a row is not a valid bar.
        HistoryChanged: `options.mode` is upsert, and the bars disagree with the stored ones.
        StoreUnavailable: The symbol is unchanged, or loaded completely if only the response was lost.
    """
    rows = await asyncio.to_thread(split_rows, raw, options.today)
    return await store_rows(rows, store=store, invalidate=invalidate, options=options)


async def store_rows(rows: SplitRows, *, store: BarStore, invalidate: Invalidate, options: LoadOptions) -> LoadReport:
    """Store checked bars; without any, store nothing.

    Raises:
        RowsRejected: `options.strict` is set, and a row was rejected.
        StoreUnavailable: The symbol is unchanged, or loaded completely if only the response was lost.
    """
    symbol = rows.frame.symbol
    if options.strict and rows.rejected.n_rows:
        raise build_rejection_error({symbol: rows.rejected})

    def decide(stored: StoredSymbol | None) -> tuple[StoredSymbol, LoadReport]:
        if stored and options.mode == "upsert":
            check_upsert(stored.frame, rows.frame)
        result = merge_bars(stored.frame if stored else None, rows.frame, options.mode)
        newest = _find_newest(result.frame, rows, stored)
        rejected = newest[0].sessions[0] if newest else None
        result = dataclasses.replace(result, frame=dataclasses.replace(result.frame, newest_rejected=rejected))
        origin = Origin(options.source, options.now, options.calendar)
        after = describe_load(result, stored, origin, rows.name, rows.listing)
        assert after.entry is not None
        entry = dataclasses.replace(after.entry, findings=[*newest, *after.entry.findings])
        notes = [*rows.notes, *_note_calendar(entry, stored, rows)]
        return StoredSymbol(after.frame, entry), _build_report(result, entry, rows, options).model_copy(
            update={"notes": notes}
        )

    if rows.frame.bars.empty:
        return await _note_rejected(rows, store, invalidate, options)
    if options.dry_run:
        _, report = await asyncio.to_thread(decide, await _read_stored(store, symbol))
        return report
    try:
        return await store.rewrite(symbol, decide)
    finally:  # even after a failure, because the rows may have been stored
        await invalidate({symbol})


def build_rejection_error(rejected: Mapping[str, Rejections]) -> RowsRejected:
    """Build the error of a load with these rejections by symbol; it lists the first hundred rows."""
    rows = [(f"/{symbol}/rows/{row.row}", row.detail) for symbol, each in rejected.items() for row in each.listed]
    n_rows = sum(each.n_rows for each in rejected.values())
    codes = sum((each.n_by_code for each in rejected.values()), start=Counter[str]())
    reasons = ", ".join(f"{count:,} {code}" for code, count in codes.most_common())
    problem = (
        "1 row is not a valid bar. Correct or remove it."
        if n_rows == 1
        else f"{n_rows:,} rows are not valid bars ({reasons}). Correct or remove them."
    )
    cut = f" The first {MAX_LISTED_ROWS} are listed." if n_rows > MAX_LISTED_ROWS else ""
    return RowsRejected(f"Nothing was stored: {problem}{cut}", errors=rows[:MAX_LISTED_ROWS], codes=codes)


async def _read_stored(store: BarStore, symbol: str) -> StoredSymbol | None:
    try:
        return StoredSymbol(await store.bars(symbol), await store.entry(symbol))
    except (SymbolNotFound, NoBars):
        return None


def _find_newest(frame: BarFrame, rows: SplitRows, stored: StoredSymbol | None) -> list[Finding]:
    """Return the finding of a rejected row that is newer than every bar of the frame, if there is one."""
    earlier = stored.entry.findings if stored and stored.entry else []
    return list(find_rejected_newest(frame.bars["session"].iloc[-1].date(), rows.rejected, earlier))


async def _note_rejected(rows: SplitRows, store: BarStore, invalidate: Invalidate, options: LoadOptions) -> LoadReport:
    """Report a load whose rows were all rejected; the bars stay, and a rejected row that is newer leaves a finding."""
    symbol = rows.frame.symbol

    def decide(stored: StoredSymbol | None) -> tuple[StoredSymbol, list[Finding]]:
        assert stored is not None
        assert stored.entry is not None
        newest = _find_newest(stored.frame, rows, stored)
        frame = dataclasses.replace(stored.frame, newest_rejected=newest[0].sessions[0] if newest else None)
        others = [each for each in stored.entry.findings if each.code != NEWEST_REJECTED]
        entry = dataclasses.replace(stored.entry, revision=frame.revision, findings=[*newest, *others])
        return StoredSymbol(frame, entry), newest

    stored = await _read_stored(store, symbol)
    is_current = stored is not None and stored.entry is not None and stored.entry.revision == stored.frame.revision
    findings = _find_newest(stored.frame, rows, stored) if stored and is_current else []
    if findings and not options.dry_run:
        try:
            findings = await store.rewrite(symbol, decide)
        finally:
            await invalidate({symbol})
        stored = await _read_stored(store, symbol)
    return _build_empty_report(stored, rows, options).model_copy(update={"findings": findings})


def _note_calendar(entry: CatalogueEntry, stored: StoredSymbol | None, rows: SplitRows) -> Iterator[str]:
    """Say that the symbol's calendar was concluded from its bars, if it was."""
    was_known = stored is not None and stored.entry is not None and stored.entry.listing.calendar
    if entry.listing.calendar and not was_known and not (rows.listing and rows.listing.calendar):
        yield (
            f"There are bars of every day of the week: the calendar of {entry.symbol} is {entry.listing.calendar}. Set "
            f"another with PATCH /api/stocks/{entry.symbol}."
        )


def _build_report(result: MergeResult, entry: CatalogueEntry, rows: SplitRows, options: LoadOptions) -> LoadReport:
    return LoadReport(
        symbol=entry.symbol,
        mode=options.mode,
        dry_run=options.dry_run,
        inserted=result.inserted,
        updated=result.updated,
        unchanged=result.unchanged,
        removed=result.removed,
        rejected=rows.rejected.listed,
        n_rejected=rows.rejected.n_rows,
        rejected_by_code=rows.rejected.counts,
        findings=[*entry.findings, *find_altered_name(rows.name)],
        notes=list(rows.notes),
        n_bars=entry.n_bars,
        revision=entry.revision,
    )


def _build_empty_report(stored: StoredSymbol | None, rows: SplitRows, options: LoadOptions) -> LoadReport:
    return LoadReport(
        symbol=rows.frame.symbol,
        mode=options.mode,
        dry_run=options.dry_run,
        inserted=0,
        updated=0,
        unchanged=0,
        removed=0,
        rejected=rows.rejected.listed,
        n_rejected=rows.rejected.n_rows,
        rejected_by_code=rows.rejected.counts,
        findings=[],
        notes=list(rows.notes),
        n_bars=len(stored.frame.bars) if stored else 0,
        revision=stored.frame.revision if stored else None,
    )
