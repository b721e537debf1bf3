"""How often the confidence interval of a model's skill holds its true skill, on simulated walks of three kinds."""

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import pandas as pd

from services.prediction.inputs.history import History
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
N_BARS, N_WINDOWS = 480, 250
Walk = Callable[[int, int], pd.DataFrame]
KINDS: dict[str, Walk] = {
    "Gaussian": simulated.random_walk,
    "t(3)": simulated.heavy_tails,
    "GARCH(1,1)": simulated.volatility_clusters,
}
TREES: list[ModelName] = ["gradient_boosting"]  # cost more than all others
QUICK: list[ModelName] = [name for name in MODEL_NAMES if name not in ("persistence", *TREES)]


def shares_held(make: Walk, names: Sequence[ModelName], horizon: int, n_walks: int) -> dict[ModelName, float]:
    """Return how often each model's interval held its skill over all walks, which stands for the true one."""
    pairs = [_absolute_errors(history, names, horizon) for history in _histories(make, n_walks)]
    shares: dict[ModelName, float] = {}
    for row, name in enumerate(names):
        skill = 1 - sum(errors[row].mean() for errors, _ in pairs) / sum(moves.mean() for _, moves in pairs)
        intervals = [skill_interval(errors[row], moves, count_periods(N_WINDOWS, horizon)) for errors, moves in pairs]
        shares[name] = float(np.mean([ends is not None and ends.lower <= skill <= ends.upper for ends in intervals]))
    return shares


@lru_cache(maxsize=1)
def _histories(make: Walk, n_walks: int) -> list[History]:
    """Build the walks once for all horizons, which then also share what is computed from each."""
    return [simulated.history(make(N_BARS, SEED + walk)) for walk in range(n_walks)]


def _absolute_errors(history: History, names: Sequence[ModelName], horizon: int) -> tuple[Array, Array]:
    """Return the errors of the models, shape `(n_models, 250)`, and those of no change on the same sessions."""
    rows = np.arange(N_BARS - horizon - N_WINDOWS, N_BARS - horizon)
    windows = Windows(horizon, rows, np.full(N_WINDOWS, 20), rows - horizon + 1, n_calibration=0)
    predicted, _ = predict_log_returns(history, [MODELS[name] for name in names], windows)
    last, actual = history.close[rows], history.close[rows + horizon]
    return np.abs(close_after(last, predicted) - actual), np.abs(last - actual)
