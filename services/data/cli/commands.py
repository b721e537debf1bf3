"""What the command line does, apart from words and options: each command on open resources, printing as it goes."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from services.data.bars.checks import rejections
from services.data.bars.findings import findings_of
from services.data.bars.load import LoadOptions, ingest_symbol
from services.data.bars.refresh import RefreshReport, refresh
from services.data.bars.writer import BarWriter
from services.data.cli import output
from services.data.cli.load_files import load_source
from services.data.metrics import DataMetrics
from services.data.ports import BarSource, Resources
from services.data.records import RawBars
from services.data.settings import DataSettings
from services.data.symbols.catalogue import Catalogue
from services.data.vendors.registry import MeasuredVendor, open_vendor
from shared.errors import NoAdjustedPrices
from shared.market.exchange_sessions import exchange_sessions, last_session_over
from shared.schemas.arrow import BarFrame
from shared.schemas.loads import Finding, LoadReport, Rejection
from shared.schemas.stocks import StockSummary

PAGE = 100


@dataclass(frozen=True)
class Work:
    """What every command needs: where the bars are, the settings, where a person reads, and what is counted."""

    resources: Resources
    settings: DataSettings
    console: Console
    metrics: DataMetrics

    async def invalidate(self, symbols: set[str] | None) -> None:
        """Evict these symbols from the cache, or all for None; running services follow the change feed."""
        if symbols is None:
            await self.resources.cache.evict_all()
        for symbol in symbols or ():
            await self.resources.cache.evict(symbol)

    def options(self, source: str) -> LoadOptions:
        """Return the options of a plain load from `source`, now."""
        return LoadOptions(source=source, now=datetime.now(UTC), calendar=self.settings.calendar)


@dataclass(frozen=True)
class Checkup:
    """What is wrong with the stored bars of one symbol, and what is worth knowing about them."""

    symbol: str
    rejected: list[Rejection]
    findings: list[Finding]


async def load(work: Work, source: BarSource, options: LoadOptions) -> list[LoadReport]:
    """Load one source with a progress bar; print its report and return it."""
    started_at = time.monotonic()
    reports: list[LoadReport] = []
    try:
        with _progress(work.console) as progress, _counted(work, options):
            task = progress.add_task(f"Loading {source.name}", total=None)
            async for report in load_source(
                source, store=work.resources.store, invalidate=work.invalidate, options=options
            ):
                reports.append(report)
                if not options.dry_run:
                    work.metrics.loaded(report)
                n_done = report.inserted + report.updated + report.unchanged + len(report.rejected)
                progress.update(task, advance=n_done, total=source.n_rows)
    finally:  # what was stored before something went wrong is said, too
        if reports:
            reports.sort(key=lambda report: report.symbol)
            work.console.print(output.loaded(source.name, reports, time.monotonic() - started_at))
    return reports


async def stocks(work: Work, query: str) -> list[StockSummary]:
    """Return every symbol that matches, best first."""
    catalogue = Catalogue(work.resources.store, seconds=work.settings.budget_seconds)
    found: list[StockSummary] = []
    cursor: str | None = None
    while True:
        page = await catalogue.search(query, limit=PAGE, cursor=cursor)
        found += page.stocks
        cursor = page.next_cursor
        if cursor is None:
            return found


async def check_stored(work: Work, symbols: Sequence[str]) -> AsyncIterator[Checkup]:
    """Check the bars of these symbols, all for none, as they are stored, whoever stored them."""
    options, calendar = work.options("stored"), work.settings.calendar
    for symbol in symbols or await work.resources.store.symbols():
        frame = await work.resources.store.bars(symbol)
        yield await asyncio.to_thread(_checkup, frame, options.today, calendar)


def _checkup(frame: BarFrame, today: date, calendar: str | None) -> Checkup:
    rows = frame.bars.assign(row=range(1, len(frame.bars) + 1))
    sessions = exchange_sessions(calendar) if calendar else None
    return Checkup(frame.symbol, rejections(rows, today), findings_of(frame, calendar or "", sessions))


async def frames(
    work: Work, symbols: Sequence[str], span: tuple[date | None, date | None], adjusted: bool
) -> list[BarFrame]:
    """Return the bars of these symbols, all for none, from the first to the last session of `span`.

    Raises:
        NoAdjustedPrices: Adjusted prices are wanted, and a symbol has no adjusted close.
    """
    found = []
    for symbol in symbols or await work.resources.store.symbols():
        frame = (await work.resources.store.bars(symbol)).between(*span)
        if adjusted and not frame.has_adjusted_prices:
            raise NoAdjustedPrices(f"The bars of {symbol} have no adjusted close. Load bars that have one.")
        found.append(frame.adjusted() if adjusted else frame)
    return found


async def delete(work: Work, symbol: str) -> None:
    """Remove a symbol from the store and the cache."""
    await BarWriter(work.resources.store, work.invalidate).delete(symbol)


async def refresh_stored(work: Work, symbols: Sequence[str], *, replace: bool) -> list[RefreshReport]:
    """Ask the configured vendor for what is new of these symbols, all for none; print each as it is done."""
    wanted = symbols or await work.resources.store.symbols()
    calendar, store = work.settings.calendar, work.resources.store
    through = last_session_over(calendar, datetime.now(UTC)) if calendar else None
    reports = []
    async with open_vendor(work.settings) as opened:
        vendor = MeasuredVendor(opened, work.metrics.vendor)
        options = LoadOptions(
            source=vendor.name, now=datetime.now(UTC), calendar=calendar, mode="replace" if replace else "upsert"
        )

        async def load_rows(raw: RawBars) -> LoadReport:
            with work.metrics.load():
                report = await ingest_symbol(raw, store=store, invalidate=work.invalidate, options=options)
            work.metrics.loaded(report)
            return report

        async for report in refresh(wanted, vendor=vendor, store=store, load=load_rows, through=through, full=replace):
            work.console.print(output.refreshed(report))
            reports.append(report)
    return reports


def _counted(work: Work, options: LoadOptions) -> AbstractContextManager[None]:
    return nullcontext() if options.dry_run else work.metrics.load()


class _Speed(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text("" if task.speed is None else f"{task.speed:,.0f} rows/s")


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Speed(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
