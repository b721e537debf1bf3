"""The data service's command line: `python -m services.data load-sample`. It reads the same DATA_* variables."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from services.data.ingest import Report, ingest
from services.data.resources import open_resources
from services.data.sample_bar_source import SampleBarSource
from services.data.settings import DataSettings
from shared.errors import ServiceError
from shared.settings import load_settings

LOAD_SECONDS = 30.0  # one symbol's load is one transaction, and a slow disk may take its time
cli = typer.Typer(add_completion=False, no_args_is_help=True, help="Look after the bars of Bellwether.")


@cli.callback()
def _cli() -> None:
    """Keep `load-sample` a word of its own while it is the only one."""


@cli.command()
def load_sample(
    if_empty: Annotated[bool, typer.Option(help="Load nothing if the store has any symbol.")] = False,
) -> None:
    """Load the real sample bars: AAPL, FB, GOOG, IBM and MSFT, up to 2013."""
    settings = load_settings(DataSettings).model_copy(
        update={"store_timeout_seconds": LOAD_SECONDS, "budget_seconds": 2 * LOAD_SECONDS}
    )
    try:
        asyncio.run(_load_sample(settings, if_empty=if_empty))
    except ServiceError as error:
        typer.echo(error.detail, err=True)
        raise typer.Exit(1) from error


async def _load_sample(settings: DataSettings, *, if_empty: bool) -> None:
    async with open_resources(settings) as resources:
        await resources.store.ping()  # a store that is not there is said at once; a slow load is waited for
        if if_empty and await resources.store.symbols():
            return
        typer.echo("Loading the sample bars")
        # A session may already be over in the time zone that is furthest ahead.
        today = (datetime.now(UTC) + timedelta(hours=14)).date()
        async for report in ingest(SampleBarSource(), store=resources.store, cache=resources.cache, today=today):
            typer.echo(_line(report))


def _line(report: Report) -> str:
    rejected = "".join(f"\n    row {item.row}: {item.detail}" for item in report.rejected)
    return f"  {report.symbol}: {report.n_stored:,} bars{rejected}"


if __name__ == "__main__":
    cli(prog_name="python -m services.data")
