"""Collects what the answers of a run need from each symbol's result: numbers, and errors by session. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import cast

import numpy as np
from numpy.typing import NDArray

from services.prediction.universe.answers.pooled_range import PooledRange
from services.prediction.universe.panel import SymbolErrors
from services.prediction.universe.symbol_records import HorizonResult, SymbolResult

_NONE = np.empty(0, np.float32)


@dataclass(frozen=True, eq=False, slots=True)
class Row:
    """One symbol at one horizon, without its errors."""

    symbol: str
    revision: str
    symbol_result: SymbolResult
    result: HorizonResult


@dataclass
class Collected:
    """All symbols at one horizon.

    Attributes:
        rows: In the order in which they were added.
        errors: The absolute errors of the models, in the same order.
        range: The errors of the expected range, pooled by session.
    """

    horizon: int
    rows: list[Row] = field(default_factory=list)
    errors: list[SymbolErrors] = field(default_factory=list)
    range: PooledRange = field(default_factory=PooledRange)

    def add(self, symbol: str, revision: str, known: SymbolResult, result: HorizonResult, dates: "Dates") -> None:
        """Add one horizon of what is known of a symbol."""
        n_tested = len(result.models[0].errors)
        errors = {model.name: cast(Sequence[float], model.errors) for model in result.models}
        self.errors.append(SymbolErrors(symbol, dates.of(known.sessions[-n_tested:]), errors))
        if result.range is not None:
            self.range.add(known.sessions[-len(result.range.errors) :], result.range)
        light = replace(known, horizons=[], sessions=known.sessions[:0])
        self.rows.append(Row(symbol, revision, light, _without_errors(result)))


class Dates:
    """Sessions as dates, of which most symbols have the same: each list once."""

    def __init__(self) -> None:
        self._known: dict[bytes, list[date]] = {}

    def of(self, sessions: NDArray[np.datetime64]) -> list[date]:
        """Return the sessions as dates."""
        key = sessions.tobytes()
        if key not in self._known:
            self._known[key] = sessions.tolist()
        return self._known[key]


def _without_errors(result: HorizonResult) -> HorizonResult:
    models = [replace(model, errors=_NONE) for model in result.models]
    of_range = result.range
    if of_range is not None:
        of_range = replace(of_range, errors=_NONE, errors_as_last_time=_NONE, errors_of_mean=_NONE)
    return replace(result, models=models, range=of_range)
