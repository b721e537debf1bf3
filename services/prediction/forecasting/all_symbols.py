"""The record of every model over many symbols: does it work at all?"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from services.prediction.forecasting.evaluation import evaluation_of
from services.prediction.ports import Resources
from shared.errors import NoBars, NotEnoughBars
from shared.schemas.evaluations import Evaluation
from shared.schemas.forecasts import EvaluationQuery, ModelName


@dataclass(frozen=True)
class SymbolRecord:
    """One symbol's evaluation; None if it has too few bars for one."""

    symbol: str
    evaluation: Evaluation | None


@dataclass(frozen=True)
class ModelRecord:
    """One model over many symbols; shares are of the symbols that were evaluated.

    Attributes:
        name: The model.
        n_symbols: Symbols that were evaluated and where persistence made an error.
        positive: Share with a skill above zero.
        better: Share whose whole 95 % confidence interval of the skill lies above zero; by chance 2.5 % would.
        worse: Share where it lies below zero.
        median_skill: The median of the skill.
        coverage: Mean coverage of the intervals.
    """

    name: ModelName
    n_symbols: int
    positive: float
    better: float
    worse: float
    median_skill: float
    coverage: float


async def evaluate_all(
    resources: Resources, symbols: Sequence[str], query: EvaluationQuery, *, at_once: int
) -> AsyncIterator[SymbolRecord]:
    """Yield the evaluation of each symbol as it is done, in any order; `at_once` of them are worked on."""
    waiting = iter(symbols)
    running: set[asyncio.Task[SymbolRecord]] = set()
    try:
        while True:
            while len(running) < at_once and (symbol := next(waiting, None)) is not None:
                running.add(asyncio.create_task(_evaluate(resources, symbol, query)))
            if not running:
                return
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                yield task.result()
    finally:
        for task in running:
            task.cancel()


async def _evaluate(resources: Resources, symbol: str, query: EvaluationQuery) -> SymbolRecord:
    try:
        payload = await resources.data.bars(symbol=symbol, adjusted=query.adjusted)
        return SymbolRecord(symbol, await resources.workers.run(evaluation_of, payload, symbol, query))
    except (NoBars, NotEnoughBars):
        return SymbolRecord(symbol, None)


def model_records(records: Sequence[SymbolRecord]) -> list[ModelRecord]:
    """Return how each model did over the symbols that could be evaluated, in the order of the registry."""
    evaluated = [record.evaluation for record in records if record.evaluation is not None]
    names = [model.name for model in evaluated[0].models] if evaluated else []
    return [found for name in names if (found := _model_record(name, evaluated)) is not None]


def _model_record(name: ModelName, evaluated: Sequence[Evaluation]) -> ModelRecord | None:
    models = [model for evaluation in evaluated for model in evaluation.models if model.name == name]
    models = [model for model in models if model.skill.skill is not None]
    if not models:
        return None
    skills = [model.skill.skill or 0.0 for model in models]
    return ModelRecord(
        name=name,
        n_symbols=len(models),
        positive=fmean(skill > 0 for skill in skills),
        better=fmean(model.skill.is_better for model in models),
        worse=fmean(model.skill.upper is not None and model.skill.upper < 0 for model in models),
        median_skill=median(skills),
        coverage=fmean(model.interval.coverage for model in models),
    )


def table_of(records: Sequence[SymbolRecord], query: EvaluationQuery) -> str:
    """Return the table as Markdown, with a line on what it rests on."""
    n_short = sum(record.evaluation is None for record in records)
    rows = [
        f"| {found.name} | {found.positive:.0%} | {found.better:.1%} | {found.worse:.1%} | {found.median_skill:+.4f} "
        f"| {found.coverage:.1%} |"
        for found in model_records(records)
    ]
    ahead = "1 session" if query.horizon == 1 else f"{query.horizon} sessions"
    return "\n".join(
        [
            f"{len(records) - n_short} symbols, {ahead} ahead, the last {query.windows} sessions of each; "
            f"left out for too few bars: {n_short}.",
            "",
            f"| model | skill > 0 | better beyond noise | worse beyond noise | median skill | {query.level} % held |",
            "| --- | --- | --- | --- | --- | --- |",
            *rows,
        ]
    )
