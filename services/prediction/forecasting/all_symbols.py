"""Evaluates every model over many symbols and summarises the results."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import fmean, median

from services.prediction.forecasting.evaluation import compute_evaluation
from services.prediction.ports import BarsReader, Engine, Outcome
from services.prediction.universe.conclusion import conclude
from services.prediction.universe.conclusion_text import format_models, summarise
from services.prediction.universe.panel import SymbolErrors
from shared.errors import ComputationRefused, NoBars, NotEnoughBars
from shared.schemas.bars import EncodedBars
from shared.schemas.evaluations import Evaluation
from shared.schemas.forecasts import EvaluationQuery, ModelName

SymbolBars = tuple[str, EncodedBars]


@dataclass(frozen=True)
class SymbolEvaluation:
    """One symbol's evaluation; None if the symbol has too few bars, or is refused: it ended its process repeatedly."""

    symbol: str
    evaluation: Evaluation | None
    is_refused: bool = False


@dataclass(frozen=True)
class ModelSummary:
    """The results of one model over many symbols; shares are of the symbols in `n_symbols`.

    Attributes:
        name: The model.
        n_symbols: Evaluated symbols on which persistence makes an error.
        positive: Share with a skill above zero.
        better: Share whose outcome is "better": the interval that allows for the best of five lies above zero.
        no_better: Share whose outcome is "no better".
        worse: Share whose confidence interval lies below zero.
        median_skill: Median of the skill.
        coverage: Mean coverage of the intervals.
        interval_score: Mean of the interval score over the mean absolute move.
        plain_score: The same of the plain normal band.
    """

    name: ModelName
    n_symbols: int
    positive: float
    better: float
    no_better: float
    worse: float
    median_skill: float
    coverage: float
    interval_score: float
    plain_score: float


async def evaluate_all(
    data: BarsReader, engine: Engine, symbols: Sequence[str], query: EvaluationQuery, *, at_once: int
) -> AsyncIterator[SymbolEvaluation]:
    """Yield the evaluation of each symbol as it completes, in any order, with `at_once` symbols under way at most."""
    loop, done = asyncio.get_running_loop(), asyncio.Queue[SymbolEvaluation | None]()

    def put(evaluation: SymbolEvaluation | None) -> None:
        loop.call_soon_threadsafe(done.put_nowait, evaluation)

    def read_bars() -> Iterator[SymbolBars]:
        for symbol in symbols:
            try:
                reading = data.bars(symbol=symbol, adjusted=query.adjusted)
                yield symbol, asyncio.run_coroutine_threadsafe(reading, loop).result()
            except NoBars:
                put(SymbolEvaluation(symbol, None))

    def run() -> None:
        try:
            for outcome in engine.map_unordered(partial(_evaluate, query=query), read_bars(), at_once):
                put(_record(outcome))
        finally:
            put(None)

    running = asyncio.create_task(asyncio.to_thread(run))
    try:
        while (evaluation := await done.get()) is not None:
            yield evaluation
    finally:
        engine.cancel()
        await running


def _evaluate(item: SymbolBars, query: EvaluationQuery) -> Evaluation:
    symbol, bars = item
    return compute_evaluation(bars, symbol, query)


def _record(outcome: Outcome[SymbolBars, Evaluation]) -> SymbolEvaluation:
    if outcome.error is not None and not isinstance(outcome.error, NotEnoughBars | ComputationRefused):
        raise outcome.error
    return SymbolEvaluation(outcome.item[0], outcome.value, isinstance(outcome.error, ComputationRefused))


def summarise_models(evaluations: Sequence[SymbolEvaluation]) -> list[ModelSummary]:
    """Summarise each model over the symbols that could be evaluated, in the order of the registry."""
    evaluated = [item.evaluation for item in evaluations if item.evaluation is not None]
    names = [model.name for model in evaluated[0].models] if evaluated else []
    return [summary for name in names if (summary := _summarise_model(name, evaluated)) is not None]


def _summarise_model(name: ModelName, evaluated: Sequence[Evaluation]) -> ModelSummary | None:
    by_symbol = [{model.name: model for model in evaluation.models} for evaluation in evaluated]
    by_symbol = [models for models in by_symbol if models[name].skill.skill is not None]
    if not by_symbol:
        return None
    models = [models[name] for models in by_symbol]
    moves = [models["persistence"].metrics.mae for models in by_symbol]  # the error of no change
    skills = [model.skill.skill or 0.0 for model in models]
    return ModelSummary(
        name=name,
        n_symbols=len(models),
        positive=fmean(skill > 0 for skill in skills),
        better=fmean(model.skill.outcome == "better" for model in models),
        no_better=fmean(model.skill.outcome == "no_better" for model in models),
        worse=fmean(model.skill.upper is not None and model.skill.upper < 0 for model in models),
        median_skill=median(skills),
        coverage=fmean(model.interval.coverage for model in models),
        interval_score=fmean(model.interval.score / move for model, move in zip(models, moves, strict=True)),
        plain_score=fmean(model.interval.score_of_plain_band / move for model, move in zip(models, moves, strict=True)),
    )


def format_table(evaluations: Sequence[SymbolEvaluation], query: EvaluationQuery) -> str:
    """Format the summaries as a Markdown table below a line about the symbols, and what luck explains of them."""
    refused = [item.symbol for item in evaluations if item.is_refused]
    n_evaluated = sum(item.evaluation is not None for item in evaluations)
    rows = [
        f"| {summary.name} | {summary.positive:.0%} | {summary.better:.1%} | {summary.no_better:.1%} "
        f"| {summary.worse:.1%} | {summary.median_skill:+.4f} | {summary.coverage:.1%} "
        f"| {summary.interval_score:.2f} ({summary.plain_score:.2f}) |"
        for summary in summarise_models(evaluations)
    ]
    ahead = "1 session" if query.horizon == 1 else f"{query.horizon} sessions"
    return "\n".join(
        [
            f"{n_evaluated} symbols, {ahead} ahead, the last {query.windows} sessions of each; "
            f"skipped for too few bars: {len(evaluations) - n_evaluated - len(refused)}."
            + (f" They ended their worker processes and were given up: {', '.join(refused)}." if refused else ""),
            "",
            "| model | skill > 0 | better | no better | of these worse beyond chance | median skill "
            f"| {query.level} % interval coverage | interval score (plain band), over the mean move |",
            "| --- | --- | --- | --- | --- | --- | --- | --- |",
            *rows,
            *_format_conclusion(evaluations, query),
        ]
    )


def _format_conclusion(evaluations: Sequence[SymbolEvaluation], query: EvaluationQuery) -> list[str]:
    """Format what the symbols show together; nothing if they have too few sessions in common."""
    errors = [_errors_of(item.evaluation) for item in evaluations if item.evaluation is not None]
    conclusion = conclude(errors, query.horizon)
    if conclusion is None:
        return []
    return [
        "",
        summarise(conclusion),
        "",
        f"All symbols together, on the {conclusion.n_sessions} sessions that most of them have in common:",
        "",
        format_models(conclusion),
    ]


def _errors_of(evaluation: Evaluation) -> SymbolErrors:
    errors = {series.name: series.absolute_error for series in evaluation.windows.series}
    return SymbolErrors(evaluation.stock_symbol, evaluation.windows.session, errors)
