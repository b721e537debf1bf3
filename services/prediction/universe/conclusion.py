"""What an evaluation of many symbols shows, and what of it luck explains. Pure.

A symbol is named only if three tests agree: over the whole panel, the best of all models and symbols is better than
luck makes the best of so many (test of superior ability); among the symbols, its q-value is low; and one and the same
model was better in both halves of the sessions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from services.prediction.scoring.significance import count_periods
from services.prediction.types import Array
from services.prediction.universe.chance import Chance, ChanceRange, look_better, simulate_luck
from services.prediction.universe.confidence_set import confidence_set_p_values
from services.prediction.universe.false_discovery import q_values
from services.prediction.universe.gain_statistics import gain_statistics, p_values
from services.prediction.universe.panel import Panel, SymbolErrors, build_panel
from shared.schemas.forecasts import ModelName
from shared.statistics.skill import MIN_PERIODS, N_COMPARED, STUDENT_T, skill_interval

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
        n_worse: Symbols on which it is worse, each at 95 %.
        win_rate: Share of symbols with a skill above zero; None for persistence.
        by_chance: How many look better by luck; None for persistence.
    """

    name: ModelName
    skill: float
    lower: float | None
    upper: float | None
    p_value: float
    n_better: int
    n_worse: int
    win_rate: float | None
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
        first_session, last_session: The first and last of them.
        p_value: That of the test of superior ability over all models and symbols.
        by_chance: How many symbols look better by luck.
        models: Persistence first.
        symbols: Ascending.
        has_halves: Whether the sessions are enough to test each half of them.
    """

    n_sessions: int
    first_session: date
    last_session: date
    p_value: float
    by_chance: ChanceRange
    models: tuple[ModelConclusion, ...]
    symbols: tuple[SymbolConclusion, ...]
    has_halves: bool

    @property
    def n_better(self) -> int:
        """Return how many symbols look better than persistence."""
        return sum(symbol.is_better for symbol in self.symbols)

    @property
    def n_discoveries(self) -> int:
        """Return how many symbols have a low q-value (Benjamini and Hochberg)."""
        return sum(symbol.q_value <= MAX_Q_VALUE for symbol in self.symbols)

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
    panel = build_panel(errors, min_sessions=MIN_PERIODS * horizon)
    if panel is None or not panel.models:
        return None
    chance = simulate_luck(panel)
    return Conclusion(
        n_sessions=len(panel.sessions),
        first_session=panel.sessions[0],
        last_session=panel.sessions[-1],
        p_value=chance.p_value,
        by_chance=chance.any_model,
        models=_conclude_models(panel, horizon, chance),
        symbols=tuple(_conclude_symbols(panel, horizon)),
        has_halves=_has_halves(panel, horizon),
    )


def _conclude_models(panel: Panel, horizon: int, chance: Chance) -> tuple[ModelConclusion, ...]:
    losses, statistics = panel.losses_by_session, gain_statistics(panel)
    in_set = confidence_set_p_values(losses)
    models = []
    for row, name in enumerate(("persistence", *panel.models)):
        is_model = row > 0
        own = statistics[row - 1] if is_model else np.zeros(0)
        lower, upper = _interval(losses, row, horizon)
        models.append(
            ModelConclusion(
                name=name,
                skill=_skill(losses, row),
                lower=lower,
                upper=upper,
                p_value=float(in_set[row]),
                n_better=int(look_better(own).sum()),
                n_worse=int((own < -STUDENT_T).sum()),
                win_rate=float(np.mean(panel.skills[row - 1] > 0)) if is_model else None,
                by_chance=chance.models[row - 1] if is_model else None,
            )
        )
    return tuple(models)


def _skill(losses: Array, row: int) -> float:
    return float(1 - losses[row].mean() / losses[0].mean())


def _interval(losses: Array, row: int, horizon: int) -> tuple[float | None, float | None]:
    interval = skill_interval(losses[row], losses[0], count_periods(losses.shape[1], horizon)) if row else None
    return (None, None) if interval is None else interval[:2]


def _conclude_symbols(panel: Panel, horizon: int) -> list[SymbolConclusion]:
    statistics = gain_statistics(panel)
    best = statistics.argmax(axis=0)
    of_best = _pick(statistics, best)
    p_of_best = np.minimum(1.0, N_COMPARED * p_values(of_best))
    rows = zip(
        panel.symbols,
        (panel.models[row] for row in best),
        p_of_best.tolist(),
        q_values(p_of_best).tolist(),
        look_better(of_best).tolist(),
        _better_twice(panel, horizon, best).tolist(),
        strict=True,
    )
    return [SymbolConclusion(*row) for row in rows]


def _better_twice(panel: Panel, horizon: int, best: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return which symbols' best model was better in both halves, each at 95 %."""
    if not _has_halves(panel, horizon):
        return np.zeros(len(panel.symbols), dtype=np.bool_)
    statistics = np.array([_pick(gain_statistics(half), best) for half in panel.halves(horizon)])
    is_better_twice: NDArray[np.bool_] = np.all(p_values(statistics) <= MAX_P_VALUE / 2, axis=0)
    return is_better_twice


def _pick(statistics: Array, best: NDArray[np.intp]) -> Array:
    """Return those of each symbol's best model."""
    picked: Array = statistics[best, np.arange(len(best))]
    return picked


def _has_halves(panel: Panel, horizon: int) -> bool:
    return all(count_periods(len(half.sessions), horizon) >= MIN_PERIODS for half in panel.halves(horizon))
