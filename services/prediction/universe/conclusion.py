"""What an evaluation of many symbols shows, and what of it luck explains. Pure.

A symbol is named only if three tests agree: over the whole panel, the best of all models and symbols is better than
luck makes the best of so many (test of superior ability); among the symbols, its q-value is low; and one and the same
model was better in both halves of the sessions.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.prediction.scoring.significance import count_periods
from services.prediction.universe.chance import ChanceRange, look_better, simulate_luck
from services.prediction.universe.confidence_set import confidence_set_p_values
from services.prediction.universe.date_bootstrap import mean_block_length, resample_sessions
from services.prediction.universe.false_discovery import q_values
from services.prediction.universe.panel import Panel, SymbolErrors, build_panel
from services.prediction.universe.skill_statistics import p_values, skill_statistics
from shared.schemas.forecasts import ModelName
from shared.statistics.skill import MIN_PERIODS, N_COMPARED, skill_interval

MAX_P_VALUE = 0.05
MAX_Q_VALUE = 0.05


@dataclass(frozen=True)
class ModelConclusion:
    """One model over all symbols.

    Attributes:
        name: The model.
        skill: From the mean errors of each session, in units of each symbol's mean move.
        lower, upper: Its 95 % confidence interval; None for persistence.
        p_value: That of the model confidence set.
        n_better: Symbols on which it looks better than persistence.
        by_chance: How many luck gives; None for persistence.
    """

    name: ModelName
    skill: float
    lower: float | None
    upper: float | None
    p_value: float
    n_better: int
    by_chance: ChanceRange | None

    @property
    def may_be_best(self) -> bool:
        """Return whether it is in the 95 % model confidence set."""
        return self.p_value > MAX_P_VALUE


@dataclass(frozen=True)
class SymbolConclusion:
    """One symbol among many.

    Attributes:
        symbol: The symbol.
        model: The model with the most significant skill.
        p_value: The chance that the best of the models does so well without skill.
        q_value: The share of false discoveries if this symbol and all with lower p-values are called better.
        is_better: Whether a model looks better than persistence.
        is_better_twice: Whether that model was better in both halves of the sessions.
    """

    symbol: str
    model: ModelName
    p_value: float
    q_value: float
    is_better: bool
    is_better_twice: bool


@dataclass(frozen=True)
class Conclusion:
    """What the evaluation shows.

    Attributes:
        n_sessions: Sessions that most symbols have in common.
        p_value: That of the test of superior ability over all models and symbols.
        by_chance: How many symbols look better by luck.
        models: Persistence first.
        symbols: Ascending.
    """

    n_sessions: int
    p_value: float
    by_chance: ChanceRange
    models: tuple[ModelConclusion, ...]
    symbols: tuple[SymbolConclusion, ...]

    @property
    def n_better(self) -> int:
        """Return how many symbols look better than persistence."""
        return sum(symbol.is_better for symbol in self.symbols)

    @property
    def named(self) -> tuple[SymbolConclusion, ...]:
        """Return the symbols that are better beyond luck, the most certain first."""
        if self.p_value > MAX_P_VALUE:
            return ()
        named = [symbol for symbol in self.symbols if symbol.q_value <= MAX_Q_VALUE and symbol.is_better_twice]
        return tuple(sorted(named, key=lambda symbol: symbol.p_value))


def conclude(errors: Sequence[SymbolErrors], horizon: int) -> Conclusion | None:
    """Draw the conclusion from the errors of many symbols; None if they have too few sessions in common.

    Args:
        errors: One entry for each symbol, all with the same models.
        horizon: Sessions ahead.
    """
    panel = build_panel(errors)
    if panel is None or not panel.models or not _has_enough(panel, horizon):
        return None
    resamples = resample_sessions(len(panel.sessions), mean_block_length(len(panel.sessions), horizon))
    chance, losses = simulate_luck(panel, resamples), panel.losses_by_session
    in_set = confidence_set_p_values(losses, resamples)
    n_better = look_better(skill_statistics(panel)).sum(axis=1)
    models = [ModelConclusion("persistence", 0.0, None, None, float(in_set[0]), 0, None)]
    for row, name in enumerate(panel.models):
        interval = skill_interval(losses[row + 1], losses[0], count_periods(len(panel.sessions), horizon))
        lower, upper = (None, None) if interval is None else interval[:2]
        skill, p_value = float(1 - losses[row + 1].mean() / losses[0].mean()), float(in_set[row + 1])
        models.append(ModelConclusion(name, skill, lower, upper, p_value, int(n_better[row]), chance.models[row]))
    return Conclusion(
        n_sessions=len(panel.sessions),
        p_value=chance.p_value,
        by_chance=chance.any_model,
        models=tuple(models),
        symbols=tuple(_conclude_symbols(panel, horizon)),
    )


def _conclude_symbols(panel: Panel, horizon: int) -> list[SymbolConclusion]:
    statistics = skill_statistics(panel)
    best = statistics.argmax(axis=0)
    p_of_best = np.minimum(1.0, N_COMPARED * p_values(statistics.max(axis=0)))
    is_better = np.any(look_better(statistics), axis=0).tolist()
    rows = zip(
        panel.symbols,
        (panel.models[row] for row in best),
        p_of_best.tolist(),
        q_values(p_of_best).tolist(),
        is_better,
        _better_twice(panel, horizon, best).tolist(),
        strict=True,
    )
    return [SymbolConclusion(*row) for row in rows]


def _better_twice(panel: Panel, horizon: int, best: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return which symbols' best model was better in both halves, each at 95 %."""
    halves = panel.halves(horizon)
    if not all(_has_enough(half, horizon) for half in halves):
        return np.zeros(len(panel.symbols), dtype=np.bool_)
    columns = np.arange(len(panel.symbols))
    p_values_of_halves = np.array([p_values(skill_statistics(half))[best, columns] for half in halves])
    is_better_twice: NDArray[np.bool_] = np.all(p_values_of_halves <= MAX_P_VALUE / 2, axis=0)
    return is_better_twice


def _has_enough(panel: Panel, horizon: int) -> bool:
    return count_periods(len(panel.sessions), horizon) >= MIN_PERIODS
