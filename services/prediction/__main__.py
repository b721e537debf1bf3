"""The prediction service's command line: `python -m services.prediction`. It reads the same PREDICTION_* variables.

Progress and errors go to standard error, the table or JSON to standard output.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Annotated, get_args

import typer
from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.progress import Progress

from services.prediction.cli import evaluation
from services.prediction.cli.leaderboard_text import format_leaderboard
from services.prediction.resources import open_resources
from services.prediction.settings import PredictionSettings
from shared.errors import ServiceError
from shared.schemas.bars import Symbol
from shared.schemas.ranges import RangeHorizon, RangeQuery
from shared.schemas.runs import MAX_SYMBOLS, RunRequest
from shared.settings import load_settings
from shared.telemetry.logs import log_to_stderr

cli = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Evaluate the models of Bellwether.",
)
# No caller waits for a single response, and bars are read once.
BATCH_SETTINGS = {"budget_seconds": 600.0, "data_timeout_seconds": 30.0, "bar_bytes": 0}
_SYMBOL = TypeAdapter(Symbol)


def _parse_symbol(text: str) -> str:
    try:
        return _SYMBOL.validate_python(text)
    except ValidationError as error:
        raise typer.BadParameter("use 1 to 15 of the characters A-Z 0-9 . - ^ = &") from error


@cli.command()
def evaluate(
    symbols: Annotated[
        list[str] | None, typer.Argument(parser=_parse_symbol, help="Symbols to evaluate; all stored ones by default.")
    ] = None,
    *,
    horizon: Annotated[int, typer.Option(min=1, max=20, help="Number of sessions ahead.")] = 1,
    windows: Annotated[int, typer.Option(min=20, max=1000, help="Number of test sessions per symbol.")] = 250,
    as_of: Annotated[str | None, typer.Option(help="Last session that may be used, as an ISO date.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the leaderboard as JSON.")] = False,
) -> None:
    """Evaluate the models over symbols, and print how often each beats no change.

    The running prediction service computes it, so it continues when this command is stopped; the same command joins it.
    """
    if symbols and len(symbols) > MAX_SYMBOLS:
        raise typer.BadParameter(f"name at most {MAX_SYMBOLS:,} symbols, or none to evaluate all")
    request = RunRequest(horizons=[horizon], windows=windows, symbols=symbols or None, as_of=_parse_date(as_of))
    console = Console(stderr=True)
    with _errors_printed(console):
        settings = load_settings(PredictionSettings).model_copy(update=BATCH_SETTINGS)
        board = asyncio.run(evaluation.evaluate(settings, request, console))
        typer.echo(board.model_dump_json() if as_json else format_leaderboard(board))


@cli.command()
def cancel(run_id: Annotated[str, typer.Argument(help="The run, as `evaluate` prints it.")]) -> None:
    """Cancel a run."""
    console = Console(stderr=True)
    with _errors_printed(console):
        run = asyncio.run(evaluation.cancel(load_settings(PredictionSettings), run_id))
        typer.echo(f"The run {run.id} is {run.state}.")


@cli.command(hidden=True)
def compute_run(run_id: str, parent: int) -> None:
    """Compute the claimed run on standard input, for the process `parent`; the id shows in lists of processes."""
    from services.prediction import run_process  # noqa: PLC0415

    run_process.main(parent)


@cli.command()
def ranges(
    symbols: Annotated[
        list[str] | None, typer.Argument(parser=_parse_symbol, help="Symbols to measure; all stored ones by default.")
    ] = None,
    *,
    horizon: Annotated[int, typer.Option(help="1 for the next session, 5 for the next five.")] = 1,
    as_of: Annotated[str | None, typer.Option(help="Last session that may be used, as an ISO date.")] = None,
) -> None:
    """Print how well the range between low and high is forecast, compared with both baselines and a placebo."""
    if horizon not in get_args(RangeHorizon):
        raise typer.BadParameter("use 1 or 5", param_hint="--horizon")
    query = RangeQuery.model_validate({"horizon": horizon, "as_of": _parse_date(as_of)})
    console = Console(stderr=True)
    with _errors_printed(console):
        typer.echo(asyncio.run(_measure_ranges(symbols, query, console)))


def _parse_date(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter("use a date such as 2013-03-01", param_hint="--as-of") from error


@contextmanager
def _errors_printed(console: Console) -> Iterator[None]:
    """Print the sentence of an error, and end with status 1; with 130 after Ctrl-C."""
    try:
        yield
    except ServiceError as error:
        console.print(error.detail, style="red")
        raise typer.Exit(1) from error
    except evaluation.NoResult as error:
        console.print(str(error), style="red")
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


async def _measure_ranges(symbols: list[str] | None, query: RangeQuery, console: Console) -> str:
    """Measure the symbols, showing a progress bar, and return the table of them, sorted by symbol."""
    from services.prediction.forecasting import all_ranges  # noqa: PLC0415  # pandas takes a second, also to start a run

    settings = load_settings(PredictionSettings).model_copy(update=BATCH_SETTINGS)
    async with open_resources(settings) as resources:
        requested = symbols or await resources.data.symbols()
        await resources.workers.wait_until_ready()
        measured = []
        with Progress(console=console) as progress:
            task = progress.add_task("Measuring", total=len(requested))
            async for item in all_ranges.measure_all(resources, requested, query, max_concurrent=settings.workers):
                measured.append(item)
                progress.advance(task)
    return all_ranges.format_table(sorted(measured, key=lambda item: item.symbol), query)


if __name__ == "__main__":
    log_to_stderr()
    cli()
