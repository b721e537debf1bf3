"""Simulated errors of a few simple forecasts on many symbols, which share a market as far as one says."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from services.prediction.types import Array
from services.prediction.universe.panel import SymbolErrors
from shared.schemas.forecasts import ModelName

FIRST = date(2015, 1, 5)
BEFORE = 40  # sessions that only the forecasts use
MODELS: tuple[ModelName, ...] = ("linear_regression", "ridge", "drift", "moving_average")


def sessions(n_sessions: int) -> list[date]:
    """Return consecutive days."""
    return [FIRST + timedelta(days=number) for number in range(n_sessions)]


def simulate_returns(n_symbols: int, n_sessions: int, factor: float, seed: int) -> Array:
    """Return heavy-tailed returns without any pattern, whose pairwise correlation is `factor`."""
    random = np.random.default_rng(seed)
    market = random.standard_t(5, size=n_sessions + BEFORE)
    own = random.standard_t(5, size=(n_symbols, n_sessions + BEFORE))
    returns: Array = np.sqrt(factor) * market + np.sqrt(1 - factor) * own
    return returns


def score_forecasts(returns: Array) -> list[SymbolErrors]:
    """Return the errors one session ahead of momentum and reversal, a drift and a reversal of weeks."""
    known = [returns[:, BEFORE - lag : returns.shape[1] - lag] for lag in range(1, BEFORE + 1)]
    weeks = np.sum(known[:20], axis=0)
    forecasts = [0.05 * known[0], -0.05 * known[0], np.mean(known, axis=0), -0.05 * weeks]
    actual = returns[:, BEFORE:]
    errors = np.abs(np.array([np.zeros_like(actual), *forecasts]) - actual)
    names: Sequence[ModelName] = ("persistence", *MODELS)
    days = sessions(actual.shape[1])
    return [
        SymbolErrors(f"S{row:04}", days, {name: errors[model, row].tolist() for model, name in enumerate(names)})
        for row in range(len(returns))
    ]
