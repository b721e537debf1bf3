"""Builds the leaderboard of one horizon: the models over all symbols, and what luck alone would give. Pure."""

from collections.abc import Sequence
from statistics import fmean

from services.prediction.universe.answers.collected import Collected, Row
from services.prediction.universe.chance import ChanceRange
from services.prediction.universe.conclusion import Conclusion, ModelConclusion
from services.prediction.universe.conclusion_text import summarise
from services.prediction.universe.symbol_records import ModelResult
from shared.schemas.leaderboard import ByChance, Leaderboard, NamedSymbol, RankedModel
from shared.schemas.runs import Universe


def build_leaderboard(collected: Collected, conclusion: Conclusion, universe: Universe) -> Leaderboard:
    """Build the leaderboard.

    Args:
        collected: The symbols.
        conclusion: What they show together.
        universe: What the run was of.
    """
    n_left_out = len(collected.rows) - len(conclusion.symbols)
    models = [_rank(model, collected.rows, n_left_out) for model in conclusion.models]
    return Leaderboard(
        universe=universe,
        sentence=summarise(conclusion, len(collected.rows)),
        n_compared=len(conclusion.symbols),
        n_sessions=conclusion.n_sessions,
        first_session=conclusion.first_session,
        last_session=conclusion.last_session,
        p_value=conclusion.p_value,
        n_better=conclusion.n_better,
        n_discoveries=conclusion.n_discoveries,
        by_chance=_by_chance(conclusion.by_chance),
        named=[
            NamedSymbol(symbol=item.symbol, model=item.model, p_value=item.p_value, q_value=item.q_value)
            for item in conclusion.named
        ],
        models=sorted(models, key=lambda model: -model.skill),
        range=collected.range.rank(collected.horizon),
    )


def _rank(conclusion: ModelConclusion, rows: Sequence[Row], n_left_out: int) -> RankedModel:
    results = [_find(conclusion, row) for row in rows]
    scores = [result.interval_score for result in results if result.interval_score is not None]
    plain_scores = [row.result.plain_score for row in rows if row.result.plain_score is not None]
    return RankedModel(
        name=conclusion.name,
        skill=conclusion.skill,
        lower=conclusion.lower,
        upper=conclusion.upper,
        win_rate=conclusion.win_rate,
        may_be_best=conclusion.may_be_best,
        p_value=conclusion.p_value,
        n_better=conclusion.n_better,
        n_worse=conclusion.n_worse,
        by_chance=None if conclusion.by_chance is None else _by_chance(conclusion.by_chance),
        coverage=fmean(result.coverage for result in results),
        interval_score=fmean(scores),
        score_of_plain_band=fmean(plain_scores),
        seconds=fmean(result.seconds for result in results),
        n_failed=n_left_out,
    )


def _find(conclusion: ModelConclusion, row: Row) -> ModelResult:
    return next(model for model in row.result.models if model.name == conclusion.name)


def _by_chance(chance: ChanceRange) -> ByChance:
    return ByChance(low=chance.low, high=chance.high)
