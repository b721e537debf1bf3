"""The prediction service's command line: `python -m services.prediction`. It reads the same PREDICTION_* variables.

Progress and errors go to standard error, the table or JSON to standard output.
"""

import asyncio
from datetime import date
from typing import Annotated, get_args

import typer
from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from services.prediction.dask_engine import open_dask_engine
from services.prediction.forecasting import all_ranges, all_symbols
from services.prediction.forecasting.all_ranges import SymbolRanges
from services.prediction.forecasting.all_symbols import SymbolEvaluation
from services.prediction.ports import Engine
from services.prediction.resources import open_data, open_resources
from services.prediction.settings import PredictionSettings
from shared.errors import ServiceError
from shared.schemas.bars import Symbol
from shared.schemas.forecasts import EvaluationQuery
from shared.schemas.ranges import RangeHorizon, RangeQuery
from shared.settings import load_settings

cli = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Evaluate the models of Bellwether.",
)
# No caller waits for a single response, and bars are read once.
BATCH_SETTINGS = {"budget_seconds": 600.0, "data_timeout_seconds": 30.0, "bar_bytes": 0}
SYMBOLS_PER_WORKER = 4  # under way at once, so that no worker waits for bars
_SYMBOL = TypeAdapter(Symbol)


def _parse_symbol(text: str) -> str:
    try:
        return _SYMBOL.validate_python(text)
    except ValidationError as error:
        raise typer.BadParameter("use 1 to 15 of the characters A-Z 0-9 . - ^ =") from error


@cli.command()
def evaluate(
    symbols: Annotated[
        list[str] | None, typer.Argument(parser=_parse_symbol, help="Symbols to evaluate; all stored ones by default.")
    ] = None,
    *,
    horizon: Annotated[int, typer.Option(min=1, max=20, help="Number of sessions ahead.")] = 1,
    windows: Annotated[int, typer.Option(min=20, max=1000, help="Number of test sessions per symbol.")] = 250,
    as_of: Annotated[str | None, typer.Option(help="Last session that may be used, as an ISO date.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object per line, the evaluation of one symbol each.")
    ] = False,
) -> None:
    """Print the share of symbols on which each model beats persistence. The data service must be running."""
    query = EvaluationQuery(horizon=horizon, windows=windows, as_of=_parse_date(as_of))
    console = Console(stderr=True)
    try:
        settings = load_settings(PredictionSettings).model_copy(update=BATCH_SETTINGS)
        with open_dask_engine(settings.workers, settings.worker_memory_mb * 1_000_000) as engine:
            evaluations = asyncio.run(_evaluate_symbols(settings, engine, symbols, query, console))
    except ServiceError as error:
        console.print(error.detail, style="red")
        raise typer.Exit(1) from error
    if as_json:
        for item in evaluations:
            if item.evaluation is not None:
                typer.echo(item.evaluation.model_dump_json())
    else:
        typer.echo(all_symbols.format_table(evaluations, query))


@cli.command()
def ranges(
    symbols: Annotated[
        list[str] | None, typer.Argument(parser=_parse_symbol, help="Symbols to measure; all stored ones by default.")
    ] = None,
    *,
    horizon: Annotated[int, typer.Option(help="1 for the next session, 5 for the next five.")] = 1,
    as_of: Annotated[str | None, typer.Option(help="Last session that may be used, as an ISO date.")] = None,
) -> None:
    """Print how well the range between low and high is forecast, beside both baselines and a placebo."""
    if horizon not in get_args(RangeHorizon):
        raise typer.BadParameter("use 1 or 5", param_hint="--horizon")
    query = RangeQuery.model_validate({"horizon": horizon, "as_of": _parse_date(as_of)})
    console = Console(stderr=True)
    try:
        measured = asyncio.run(_measure_ranges(symbols, query, console))
    except ServiceError as error:
        console.print(error.detail, style="red")
        raise typer.Exit(1) from error
    typer.echo(all_ranges.format_table(measured, query))


def _parse_date(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter("use a date such as 2013-03-01", param_hint="--as-of") from error


async def _evaluate_symbols(
    settings: PredictionSettings,
    engine: Engine,
    symbols: list[str] | None,
    query: EvaluationQuery,
    console: Console,
) -> list[SymbolEvaluation]:
    """Evaluate the symbols, showing a progress bar, and return the evaluations sorted by symbol."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    async with open_data(settings) as data:
        requested = symbols or await data.symbols()
        evaluations = []
        at_once = SYMBOLS_PER_WORKER * settings.workers
        with Progress(*columns, console=console) as progress:
            task = progress.add_task("Evaluating", total=len(requested))
            async for evaluation in all_symbols.evaluate_all(data, engine, requested, query, at_once=at_once):
                evaluations.append(evaluation)
                progress.advance(task)
    return sorted(evaluations, key=lambda evaluation: evaluation.symbol)


async def _measure_ranges(symbols: list[str] | None, query: RangeQuery, console: Console) -> list[SymbolRanges]:
    """Measure the symbols, showing a progress bar, and return the records sorted by symbol."""
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
    return sorted(measured, key=lambda item: item.symbol)


if __name__ == "__main__":
    cli()
