"""Simulated errors of a few simple forecasts on many symbols, which share a market to a chosen degree."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from services.prediction.types import Array
from services.prediction.universe.panel import SymbolErrors
from shared.schemas.forecasts import ModelName

FIRST = date(2015, 1, 5)
BEFORE = 40  # sessions that only the forecasts use
MODELS: tuple[ModelName, ...] = ("linear_regression", "ridge", "drift", "moving_average")


def sessions(n_sessions: int) -> list[date]:
    """Return consecutive days."""
    return [FIRST + timedelta(days=number) for number in range(n_sessions)]


def simulate_returns(n_symbols: int, n_sessions: int, factor: float, seed: int | list[int]) -> Array:
    """Return heavy-tailed returns without any pattern, whose pairwise correlation is `factor`."""
    random = np.random.default_rng(seed)
    market = random.standard_t(5, size=n_sessions + BEFORE)
    own = random.standard_t(5, size=(n_symbols, n_sessions + BEFORE))
    returns: Array = np.sqrt(factor) * market + np.sqrt(1 - factor) * own
    return returns


def score_forecasts(returns: Array, horizon: int = 1) -> list[SymbolErrors]:
    """Return the errors of momentum and reversal, a drift and a reversal of weeks.

    Args:
        returns: Shape `(n_symbols, BEFORE + n_sessions)`.
        horizon: Sessions ahead; the last `horizon` − 1 sessions have no actual and are left out.
    """
    actual = _sums_ahead(returns, horizon)
    n_scored = actual.shape[1]
    known = [returns[:, BEFORE - lag : BEFORE - lag + n_scored] for lag in range(1, BEFORE + 1)]
    weeks = np.sum(known[:20], axis=0)
    drift = horizon * np.mean(known, axis=0)
    return _score(actual, [np.zeros_like(actual), 0.05 * known[0], -0.05 * known[0], drift, -0.05 * weeks])


def score_equal_forecasts(
    n_symbols: int, n_sessions: int, factor: float, horizon: int, seed: int
) -> list[SymbolErrors]:
    """Return the errors of random forecasts, persistence included, that are all equally good."""
    actual, *forecasts = (
        _sums_ahead(simulate_returns(n_symbols, n_sessions + horizon - 1, factor, [seed, number]), horizon)
        for number in range(2 + len(MODELS))
    )
    return _score(actual, [0.4 * forecast for forecast in forecasts])


def _sums_ahead(returns: Array, horizon: int) -> Array:
    sums: Array = sliding_window_view(returns[:, BEFORE:], horizon, axis=1).sum(axis=2)
    return sums


def _score(actual: Array, forecasts: Sequence[Array]) -> list[SymbolErrors]:
    errors = np.abs(np.array(forecasts) - actual)
    names: Sequence[ModelName] = ("persistence", *MODELS)
    days = sessions(actual.shape[1])
    return [
        SymbolErrors(f"S{row:04}", days, {name: errors[model, row].tolist() for model, name in enumerate(names)})
        for row in range(len(actual))
    ]
