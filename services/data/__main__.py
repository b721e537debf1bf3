"""The data service's command line: `python -m services.data`. It uses the service's DATA_* settings.

Messages go to standard error, results (`--json`, an export) to standard output.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from prometheus_client import CollectorRegistry
from pydantic_core import to_jsonable_python
from rich.console import Console

from services.data.bars.load import LoadOptions
from services.data.cli import commands, output
from services.data.cli.commands import CommandContext
from services.data.cli.options import (
    AsJson,
    ColumnsOption,
    DateFormatOption,
    DecimalOption,
    Files,
    ModeOption,
    ResampleOption,
    SymbolOption,
    Symbols,
    TimezoneOption,
    build_reading,
    parse_symbol,
)
from services.data.cli.output import print_error
from services.data.cli.symbol_tables import describe_symbols, read_tables
from services.data.files.export import ExportFormat, write_bars
from services.data.files.sample import SampleBarSource
from services.data.files.source import FileBarSource
from services.data.files.workbook_writer import require_workbook_size
from services.data.memory import return_freed_memory
from services.data.metrics import DataMetrics
from services.data.ports import VendorFailed
from services.data.resources import open_resources
from services.data.settings import DataSettings
from shared.errors import ServiceError
from shared.schemas.loads import LoadReport
from shared.settings import load_settings
from shared.telemetry.logs import log_to_stderr
from shared.telemetry.multiprocess import MultiprocessMetrics

cli = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # they print local variables, including addresses with passwords
    help="Manage Bellwether's bars.",
)


@cli.command()
def load(  # noqa: PLR0913, PLR0917  one for each option
    files: Files,
    symbol: SymbolOption = None,
    mode: ModeOption = "upsert",
    strict: Annotated[bool, typer.Option("--strict", help="Store nothing from a file with an invalid row.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Report without writing.")] = False,
    date_format: DateFormatOption = None,
    columns: ColumnsOption = None,
    decimal: DecimalOption = None,
    timezone: TimezoneOption = None,
    resample: ResampleOption = None,
    as_json: AsJson = False,
) -> None:
    """Load bars of any number of symbols from files, and names, sectors and calendars from a table (symbols.csv)."""
    reading = build_reading(
        columns=columns, decimal=decimal, date_format=date_format, timezone=timezone, resample=resample
    )

    async def run(context: CommandContext) -> int:
        options = LoadOptions("", datetime.now().astimezone(), context.settings.calendar, mode, strict, dry_run)
        reports: list[LoadReport] = []
        tables, unread = read_tables(context.console, files)
        failed = bool(unread)
        try:
            for file in (file for file in files if file not in tables.keys() | unread):
                source = FileBarSource(file, symbol=symbol, options=reading)
                failed |= not await commands.load_file(context, source, replace(options, source=source.name), reports)
            for file, rows in tables.items():  # after the bars: only symbols that have some are described
                await describe_symbols(context, file.name, rows, dry_run=dry_run)
        finally:  # what was stored before a failure, too
            _print_json(reports, as_json)
        return 1 if failed else 0

    _run(run)


@cli.command()
def load_sample(
    if_empty: Annotated[
        bool, typer.Option("--if-empty", help="Load only what is missing, nothing if there are other bars.")
    ] = False,
) -> None:
    """Load the real sample bars: AAPL, FB, GOOG, IBM and MSFT, up to 2013."""

    async def run(context: CommandContext) -> int:
        if if_empty:
            await commands.load_missing_sample(context)
        else:
            await commands.load(context, SampleBarSource(), context.options("sample"))
        return 0

    _run(run)


@cli.command("list")
def list_symbols(
    query: Annotated[str, typer.Argument(help="Part of a symbol or a company's name.")] = "", as_json: AsJson = False
) -> None:
    """List the stored symbols."""

    async def run(context: CommandContext) -> int:
        results = await commands.search_stocks(context, query)
        if not _print_json(results, as_json):
            Console().print(output.render_stocks(results))
        return 0

    _run(run)


@cli.command()
def check(symbols: Symbols = None, as_json: AsJson = False) -> None:
    """Check the stored bars; use `load --dry-run` to check a file."""

    async def run(context: CommandContext) -> int:
        results = [result async for result in commands.check_stored(context, symbols or [])]
        if not _print_json(results, as_json):
            for result in results:
                Console().print(
                    output.render_check(result.symbol, result.rejected, result.rejected_by_code, result.findings)
                )
        return 1 if any(result.rejected for result in results) else 0

    _run(run)


@cli.command()
def export(
    symbols: Symbols = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="A file, or - for standard output.")] = Path("-"),
    format: Annotated[ExportFormat, typer.Option(help="File format.")] = "csv",  # noqa: A002  # the contract's word
    start: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="First session.")
    ] = None,
    end: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Last session.")
    ] = None,
    adjusted: Annotated[bool, typer.Option("--adjusted", help="Scale prices by adjusted close / close.")] = False,
) -> None:
    """Export stored bars to one file that `load` reads back exactly."""

    async def run(context: CommandContext) -> int:
        span = (start.date() if start else None, end.date() if end else None)
        frames = await commands.read_frames(context, symbols or [], span, adjusted)
        n_bars = sum(len(frame.bars) for frame in frames)
        if format == "xlsx":  # before a file is opened
            require_workbook_size(n_bars)
        if str(output) == "-":
            write_bars(frames, sys.stdout.buffer, format)
        else:
            with output.open("wb") as sink:
                write_bars(frames, sink, format)
            context.console.print(f"{output}: {len(frames):,} symbols, {n_bars:,} bars.")
        return 0

    _run(run)


@cli.command()
def delete(
    symbols: Annotated[list[str], typer.Argument(parser=parse_symbol)],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    """Remove symbols and all their bars."""
    if not yes:
        typer.confirm(f"Remove all bars of {', '.join(symbols)}?", abort=True, err=True)

    async def run(context: CommandContext) -> int:
        for symbol in symbols:
            await commands.delete(context, symbol)
            context.console.print(f"Removed {symbol}.")
        return 0

    _run(run)


@cli.command()
def refresh(
    symbols: Symbols = None,
    replace: Annotated[bool, typer.Option("--replace", help="Download and replace whole histories.")] = False,
    as_json: AsJson = False,
) -> None:
    """Update stored bars from the vendor set in DATA_VENDOR."""

    async def run(context: CommandContext) -> int:
        reports = await commands.refresh_stored(context, symbols or [], replace=replace)
        _print_json(reports, as_json)
        unsuccessful = {"failed", "skipped", "history_changed"}
        return 1 if any(report.outcome in unsuccessful for report in reports) else 0

    _run(run)


def _run(command: Callable[[CommandContext], Awaitable[int]]) -> None:
    settings, console = load_settings(DataSettings), Console(stderr=True)
    MultiprocessMetrics.from_environment()  # so that a service that shares the folder exports these counts
    metrics = DataMetrics(CollectorRegistry())
    return_freed_memory()

    async def run() -> int:
        async with open_resources(settings, metrics) as resources:
            await resources.store.ping()  # fail at once if the store is down, but wait for a slow load
            return await command(CommandContext(resources, settings, console, metrics))

    try:
        status = asyncio.run(run())
    except ServiceError as error:
        print_error(console, error.detail, error.errors)
        status = 1
    except VendorFailed as failure:
        print_error(console, failure.reason)
        status = 1
    raise typer.Exit(status)


def _print_json(results: Any, as_json: bool) -> bool:
    if as_json:
        json.dump(to_jsonable_python(results), sys.stdout, indent=1)
        print()  # noqa: T201  # the requested result
    return as_json


if __name__ == "__main__":
    log_to_stderr()
    cli(prog_name="python -m services.data")
