"""The confidence interval of the skill holds the true skill of every model, on simulated walks of three kinds."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from services.prediction.models.registry import MODELS
from services.prediction.models.targets import close_after
from services.prediction.scoring.significance import count_periods
from services.prediction.types import Array
from services.prediction.walk_forward.run import predict_log_returns
from services.prediction.walk_forward.windows import Windows
from shared.schemas.forecasts import MODEL_NAMES, ModelName
from shared.statistics.skill import skill_interval
from tests.support.prediction import simulated

SEED = 20261201
KINDS = [simulated.random_walk, simulated.heavy_tails, simulated.volatility_clusters]
N_BARS, N_WINDOWS = 480, 250
TREES: list[ModelName] = ["gradient_boosting"]  # cost more than all others
QUICK: list[ModelName] = [name for name in MODEL_NAMES if name not in ("persistence", *TREES)]


def _absolute_errors(bars: pd.DataFrame, names: list[ModelName], horizon: int) -> tuple[Array, Array]:
    """Return the errors of the models, shape `(n_models, 250)`, and those of no change on the same sessions."""
    history = simulated.history(bars)
    rows = np.arange(N_BARS - horizon - N_WINDOWS, N_BARS - horizon)
    windows = Windows(horizon, rows, np.full(N_WINDOWS, 20), rows - horizon + 1, n_calibration=0)
    predicted = predict_log_returns(history, [MODELS[name] for name in names], windows)
    last, actual = history.close[rows], history.close[rows + horizon]
    return np.abs(close_after(last, predicted) - actual), np.abs(last - actual)


def _shares_held(
    make: Callable[[int, int], pd.DataFrame], names: list[ModelName], horizon: int, n_series: int
) -> dict[str, float]:
    """Return how often each model's interval held its skill over all series, which stands for the true one."""
    walks = [make(N_BARS, SEED + series) for series in range(n_series)]
    pairs = [_absolute_errors(walk, names, horizon) for walk in walks]
    shares: dict[str, float] = {}
    for row, name in enumerate(names):
        skill = 1 - sum(errors[row].mean() for errors, _ in pairs) / sum(moves.mean() for _, moves in pairs)
        intervals = [skill_interval(errors[row], moves, count_periods(N_WINDOWS, horizon)) for errors, moves in pairs]
        shares[name] = float(np.mean([ends is not None and ends.lower <= skill <= ends.upper for ends in intervals]))
    return shares


@pytest.mark.parametrize("horizon", [1, 5, 20])
def test_the_interval_holds_the_skill_in_91_of_a_hundred_walks(horizon: int) -> None:
    """Over all walks; those of one kind are too few to tell 91 from 88."""
    by_kind = [_shares_held(make, QUICK, horizon, 200) for make in KINDS]
    for name in QUICK:
        shares = [held[name] for held in by_kind]
        assert np.mean(shares) >= 0.91, f"{name}, seeds from {SEED}: {shares}"
        assert min(shares) >= 0.88, f"{name}, seeds from {SEED}: {shares}"


def test_that_of_the_trees_does_too() -> None:
    shares = [_shares_held(make, TREES, 1, 100)["gradient_boosting"] for make in KINDS]
    assert np.mean(shares) >= 0.91, f"seeds from {SEED}: {shares}"
    assert min(shares) >= 0.88, f"seeds from {SEED}: {shares}"
