"""Implementation of the CLI commands; parsing is in `__main__`."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from services.data.bars.adjustment import adjust
from services.data.bars.checks import find_rejections
from services.data.bars.description import revision_and_findings
from services.data.bars.kept_answers import KeptAnswers
from services.data.bars.load import LoadOptions, load_symbol
from services.data.bars.load_source import Refused, build_refusal_error, limit_listed, load_source
from services.data.bars.refresh import RefreshReport, refresh
from services.data.bars.writer import BarWriter
from services.data.cli import output
from services.data.files.sample import NAMES, SampleBarSource
from services.data.followers.write_fence import WriteFence
from services.data.metrics import DataMetrics
from services.data.ports import BarSource, BarStore, Resources
from services.data.records import SAMPLE, RawBars
from services.data.settings import DataSettings
from services.data.symbols.catalogue import Catalogue
from services.data.vendors.registry import MeasuredVendor, open_vendor
from shared.errors import NoBars, ServiceError, StoreUnavailable, SymbolNotFound
from shared.market.exchange_sessions import last_session_over
from shared.schemas.arrow import BarFrame
from shared.schemas.loads import Finding, LoadReport, Rejection, RejectionCount
from shared.schemas.stocks import StockSummary

PAGE_SIZE = 100


@dataclass(frozen=True)
class CommandContext:
    """What every command uses: open resources, settings, console and metrics."""

    resources: Resources
    settings: DataSettings
    console: Console
    metrics: DataMetrics

    async def invalidate(self, symbols: set[str] | None) -> None:
        """Evict these symbols from the cache, or all for None; running services invalidate their own."""
        if symbols is None:
            await self.resources.cache.evict_all()
        for symbol in symbols or ():
            await self.resources.cache.evict(symbol)

    async def wait_for_followers(self) -> None:
        """Return when no service answers from the old bars any longer."""
        await WriteFence(self.resources.followers).wait()

    def options(self, source: str) -> LoadOptions:
        """Return the default options of a load from `source`, now."""
        return LoadOptions(source=source, now=datetime.now(UTC), calendar=self.settings.calendar)


@dataclass(frozen=True)
class SymbolCheck:
    """The rejections and findings of one symbol's stored bars; the fields are named as in a `LoadReport`."""

    symbol: str
    rejected: list[Rejection]
    n_rejected: int
    rejected_by_code: list[RejectionCount]
    findings: list[Finding]


async def load(
    context: CommandContext, source: BarSource, options: LoadOptions, reports: list[LoadReport] | None = None
) -> None:
    """Load one source with a progress bar; print its report, and add it to `reports`, also after a failure."""
    started_at = time.monotonic()
    own: list[LoadReport] = []
    refused: list[Refused] = []
    n_listed = 0
    try:
        with _build_progress(context.console) as progress, _count_failures(context, options):
            task = progress.add_task(f"Loading {source.name}", total=None)
            async for report in load_source(
                source, store=context.resources.store, invalidate=context.invalidate, options=options
            ):
                if isinstance(report, Refused):
                    refused.append(report)
                    continue
                own.append(limit_listed(report, n_listed))
                n_listed += len(own[-1].rejected)
                if not options.dry_run:
                    context.metrics.count_load(report)
                n_done = report.inserted + report.updated + report.unchanged + report.n_rejected
                progress.update(task, advance=n_done, total=source.n_rows)
            await context.wait_for_followers()
            if refused:
                raise build_refusal_error(refused)
    finally:  # report what was stored before a failure, too
        if own:
            own.sort(key=lambda report: report.symbol)
            seconds = time.monotonic() - started_at
            context.console.print(output.render_load(source.name, own, source.skipped, seconds))
        if reports is not None:
            reports += own


async def load_file(
    context: CommandContext, source: BarSource, options: LoadOptions, reports: list[LoadReport]
) -> bool:
    """Load one file, add its reports, and return whether everything in it that looks like bars was read.

    Raises:
        StoreUnavailable: As for the next file.
    """
    try:
        await load(context, source, options, reports)
    except StoreUnavailable:
        raise
    except ServiceError as error:  # concerns this file only
        output.print_error(context.console, f"{source.name}: {error.detail}", error.errors)
        return False
    return not any(part.may_hold_bars for part in source.skipped)


async def load_missing_sample(context: CommandContext) -> None:
    """Load missing symbols of the sample, for example after an interrupted load, unless there are other bars."""
    store = context.resources.store
    sources = {entry.symbol: entry.source for entry in await store.entries()}
    loaded = {symbol for symbol, source in sources.items() if source == SAMPLE}
    others = {symbol for symbol in await store.symbols() if symbol not in loaded}
    if not others <= set(NAMES) or not all([await _is_empty(store, symbol) for symbol in others]):
        return
    if loaded != set(NAMES):
        await load(context, SampleBarSource(loaded), context.options(SAMPLE))


async def _is_empty(store: BarStore, symbol: str) -> bool:
    """Check for a collection that a load created before it failed."""
    try:
        await store.bars(symbol)
    except (SymbolNotFound, NoBars):
        return True
    return False


async def search_stocks(context: CommandContext, query: str) -> list[StockSummary]:
    """Return every symbol that matches, best first."""
    catalogue = Catalogue(context.resources.store, KeptAnswers(0), seconds=context.settings.budget_seconds)
    results: list[StockSummary] = []
    cursor: str | None = None
    while True:
        page = await catalogue.search(query, limit=PAGE_SIZE, cursor=cursor)
        results += page.stocks
        cursor = page.next_cursor
        if cursor is None:
            return results


async def check_stored(context: CommandContext, symbols: Sequence[str]) -> AsyncIterator[SymbolCheck]:
    """Check the stored bars of these symbols, or of all if none are named."""
    options, calendar = context.options("stored"), context.settings.calendar
    for symbol in symbols or await context.resources.store.symbols():
        frame = await context.resources.store.bars(symbol)
        yield await asyncio.to_thread(_check_frame, frame, options.today, calendar)


def _check_frame(frame: BarFrame, today: date, calendar: str | None) -> SymbolCheck:
    rows = frame.bars.assign(row=range(1, len(frame.bars) + 1))
    rejections = find_rejections(rows, today)
    _, findings = revision_and_findings(frame, calendar)
    return SymbolCheck(frame.symbol, rejections.listed, rejections.n_rows, rejections.counts, findings)


async def read_frames(
    context: CommandContext, symbols: Sequence[str], span: tuple[date | None, date | None], adjusted: bool
) -> list[BarFrame]:
    """Read the bars of these symbols, or of all if none are named, from the first to the last session of `span`.

    Raises:
        NoAdjustedPrices: `adjusted` is set, and the newest bar of a symbol has no adjusted close.
    """
    results = []
    for symbol in symbols or await context.resources.store.symbols():
        frame = (await context.resources.store.bars(symbol)).between(*span)
        results.append(adjust(frame.columns()).frame() if adjusted else frame)
    return results


async def delete(context: CommandContext, symbol: str) -> None:
    """Remove a symbol from the store and the cache."""
    await BarWriter(context.resources.store, context.invalidate, WriteFence(context.resources.followers)).delete(symbol)


async def refresh_stored(context: CommandContext, symbols: Sequence[str], *, replace: bool) -> list[RefreshReport]:
    """Refresh these symbols, or all if none are named, from the configured vendor; print each result."""
    selected = symbols or await context.resources.store.symbols()
    calendar, store, now = context.settings.calendar, context.resources.store, datetime.now(UTC)
    reports = []

    @cache
    def find_last_over(own: str | None) -> date | None:
        return last_session_over(known, now) if (known := own or calendar) else None

    async with open_vendor(context.settings) as configured:
        vendor = MeasuredVendor(configured, context.metrics.observe_vendor)
        options = LoadOptions(source=vendor.name, now=now, calendar=calendar, mode="replace" if replace else "upsert")

        async def load_rows(raw: RawBars) -> LoadReport:
            with context.metrics.count_failed_load():
                report = await load_symbol(raw, store=store, invalidate=context.invalidate, options=options)
            context.metrics.count_load(report)
            return report

        async for report in refresh(
            selected, vendor=vendor, store=store, load=load_rows, through=find_last_over, full=replace
        ):
            context.console.print(output.render_refresh(report))
            reports.append(report)
    await context.wait_for_followers()
    return reports


def _count_failures(context: CommandContext, options: LoadOptions) -> AbstractContextManager[None]:
    return nullcontext() if options.dry_run else context.metrics.count_failed_load()


class _SpeedColumn(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text("" if task.speed is None else f"{task.speed:,.0f} rows/s")


def _build_progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _SpeedColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
