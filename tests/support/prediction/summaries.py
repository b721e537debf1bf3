"""Shares of symbols on which each model beats persistence, from whole evaluations: an oracle for leaderboards."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

from shared.schemas.evaluations import Evaluation
from shared.schemas.forecasts import ModelName


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
        plain_score: The same for the plain normal band.
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


def summarise_models(evaluated: Sequence[Evaluation]) -> list[ModelSummary]:
    """Summarise each model over the evaluated symbols, in the order of the registry."""
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
