"""The errors of many symbols side by side, by session. Pure.

Symbols of one session move together, so the session is the unit: a rotation of its sums is the same for all symbols.
"""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from services.prediction.types import Array
from shared.schemas.forecasts import ModelName

MIN_SHARE = 0.5  # of the symbols on a session, and of the sessions of a symbol: less is not part of the panel


@dataclass(frozen=True)
class SymbolErrors:
    """The absolute errors of one symbol.

    Attributes:
        symbol: The symbol.
        sessions: The scored sessions, ascending.
        errors: Of each model on these sessions, persistence included.
    """

    symbol: str
    sessions: Sequence[date]
    errors: Mapping[ModelName, Sequence[float]]


@dataclass(frozen=True)
class Panel:
    """Errors in units of the symbol's mean move, which is the mean error of persistence.

    Attributes:
        symbols: Ascending.
        models: All but persistence.
        sessions: Ascending.
        moves: Shape `(n_symbols, n_sessions)`: the errors of persistence, 1 on average; 0 where not scored.
        gains: Shape `(n_models, n_symbols, n_sessions)`: by how much the model's error was smaller than that of
            persistence; its mean is the skill. 0 where not scored.
        is_scored: Shape `(n_symbols, n_sessions)`.
    """

    symbols: tuple[str, ...]
    models: tuple[ModelName, ...]
    sessions: tuple[date, ...]
    moves: Array
    gains: Array
    is_scored: NDArray[np.bool_]

    @property
    def skills(self) -> Array:
        """Return the skills, shape `(n_models, n_symbols)`; 0 without a move to predict."""
        moved = self.moves.sum(axis=1)
        skills: Array = self.gains.sum(axis=2) / np.where(moved > 0, moved, 1.0)
        return skills

    @property
    def losses_by_session(self) -> Array:
        """Return the mean loss over the symbols, shape `(1 + n_models, n_sessions)`, persistence first."""
        n_scored = self.is_scored.sum(axis=0)
        moves = self.moves.sum(axis=0) / n_scored
        losses: Array = np.concatenate([moves[None], moves - self.gains.sum(axis=1) / n_scored])
        return losses

    def halves(self, horizon: int) -> tuple["Panel", "Panel"]:
        """Return the panels of the first and second half of the sessions, without forecasts that overlap with both."""
        middle = len(self.sessions) // 2
        return self._part(slice(middle)), self._part(slice(middle + horizon - 1, None))

    def _part(self, part: slice) -> "Panel":
        """Return these sessions of the panel, in units of the mean move on all of its sessions."""
        return replace(
            self,
            sessions=self.sessions[part],
            moves=self.moves[:, part],
            gains=self.gains[:, :, part],
            is_scored=self.is_scored[:, part],
        )


def build_panel(symbols: Sequence[SymbolErrors], *, min_sessions: int = 1) -> Panel | None:
    """Build the panel of the sessions and symbols that have enough in common; None if there are none.

    A session belongs to it if at least `MIN_SHARE` of its symbols have it, and a symbol if it has at least `MIN_SHARE`
    of these sessions, and at least `min_sessions`. A symbol that never moved has nothing to beat and is left out.
    """
    moving = (item for item in symbols if len(item.sessions) >= min_sessions and any(item.errors["persistence"]))
    kept = sorted(moving, key=lambda item: item.symbol)
    while True:  # a symbol that is left out may leave a session with too few
        counts = Counter(session for item in kept for session in item.sessions)
        sessions = {session for session, count in counts.items() if count >= MIN_SHARE * len(kept)}
        enough = [item for item in kept if _has_enough(item, sessions, min_sessions)]
        if len(enough) == len(kept):
            break
        kept = enough
    if not kept:
        return None
    column = {session: number for number, session in enumerate(sorted(sessions))}
    errors = np.array([_place(item, column) for item in kept])
    is_scored = ~np.isnan(errors[:, 0])
    errors = np.nan_to_num(errors / np.nanmean(errors[:, :1], axis=2, keepdims=True))
    return Panel(
        symbols=tuple(item.symbol for item in kept),
        models=tuple(_models_of(kept[0])),
        sessions=tuple(column),
        moves=errors[:, 0],
        gains=np.moveaxis(errors[:, :1] - errors[:, 1:], 1, 0),
        is_scored=is_scored,
    )


def _place(item: SymbolErrors, column: Mapping[date, int]) -> Array:
    """Return the errors in the panel's columns, persistence first; NaN where there are none."""
    placed = np.full((len(item.errors), len(column)), np.nan)
    own = [number for number, session in enumerate(item.sessions) if session in column]
    columns = [column[item.sessions[number]] for number in own]
    for row, name in enumerate(["persistence", *_models_of(item)]):
        placed[row, columns] = np.asarray(item.errors[name])[own]
    return placed


def _models_of(item: SymbolErrors) -> list[ModelName]:
    return [name for name in item.errors if name != "persistence"]


def _has_enough(item: SymbolErrors, sessions: Set[date], min_sessions: int) -> bool:
    moves = [
        move for session, move in zip(item.sessions, item.errors["persistence"], strict=True) if session in sessions
    ]
    return len(moves) >= max(min_sessions, MIN_SHARE * len(sessions)) and any(moves)
