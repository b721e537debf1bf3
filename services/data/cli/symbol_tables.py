"""Loads tables of symbols, which describe each besides its bars."""

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from rich.console import Console

from services.data.bars.writer import BarWriter
from services.data.cli import output
from services.data.cli.commands import CommandContext
from services.data.followers.write_fence import WriteFence
from services.data.symbols.listing import apply_patch
from services.data.symbols.table import SymbolRow, read_symbols
from shared.errors import SymbolNotFound, UnreadableFile


def read_tables(console: Console, files: Iterable[Path]) -> tuple[dict[Path, list[SymbolRow]], set[Path]]:
    """Return the rows of the files that are tables of symbols, and the tables that cannot be read; print why."""
    tables: dict[Path, list[SymbolRow]] = {}
    unread = set[Path]()
    for file in files:
        try:
            rows = read_symbols(file)
        except UnreadableFile as error:
            output.print_error(console, f"{file.name}: {error.detail}")
            unread.add(file)
        else:
            tables |= {} if rows is None else {file: rows}
    return tables, unread


async def describe_symbols(
    context: CommandContext, source: str, rows: Sequence[SymbolRow], *, dry_run: bool = False
) -> None:
    """Store a table's description of each symbol that has bars; print how many, and which have none."""
    writer, calendar = (
        BarWriter(context.resources.store, context.invalidate, WriteFence(context.resources.followers)),
        context.settings.calendar,
    )
    unknown, n_changed = [], 0
    for row in rows:
        if row.problem:
            context.console.print(f"{source}: {row.symbol}: {row.problem}", markup=False, highlight=False)
            continue
        try:
            if dry_run:
                await context.resources.store.bars(row.symbol)
                n_changed += 1
                continue
            await writer.change(row.symbol, partial(apply_patch, row.symbol, patch=row.patch, default=calendar))
            n_changed += 1
        except SymbolNotFound:
            unknown.append(row.symbol)
    context.console.print(output.render_described(source, n_changed, unknown, dry_run=dry_run))
