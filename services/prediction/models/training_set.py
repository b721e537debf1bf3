"""The rows that a model learns from: features and winsorised targets, without the sessions around price jumps.

A jump as at a split is never repaired, since many are real moves, and forecasts are made and scored there as anywhere.
But no model learns from a row whose features or target span one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from services.prediction.inputs.history import History
from services.prediction.models.features import LOOKBACK, matrix, round_off
from services.prediction.models.winsorising import moves_of
from services.prediction.types import Array
from shared.market.price_jumps import mark_jumps

MIN_TRAIN = 60  # rows; nearly four for each coefficient of a linear model


@dataclass(frozen=True)
class TrainingSet:
    """The rows of one set of features and one horizon, a row per session.

    Attributes:
        features: Shape `(n_bars, n_features)`.
        target: Shape `(n_bars,)`: the sum of the winsorised log returns of the next `horizon` sessions; NaN where they
            are not known.
        spans_jump: Shape `(n_bars,)`: whether the features or the target of the row span a price jump.
    """

    features: Array
    target: Array
    spans_jump: NDArray[np.bool_]

    def select(self, start: int, stop: int) -> NDArray[np.intp]:
        """Return which rows from `start` to before `stop` to learn from.

        Those without a jump; all of them if these are fewer than `MIN_TRAIN`, as in prices that jump all the time.
        """
        rows = np.arange(start, stop)
        without = rows[~self.spans_jump[start:stop]]
        return without if len(without) >= MIN_TRAIN else rows


def training_set(history: History, names: tuple[str, ...], horizon: int) -> TrainingSet:
    """Build the training set of these features and the log return `horizon` sessions ahead."""
    n_jumps = np.concatenate([[0], np.cumsum(mark_jumps(history.sessions, history.open, history.close))])
    rows = np.arange(len(history))
    first = np.maximum(rows + 1 - (LOOKBACK if names else 0), 0)
    last = np.minimum(rows + horizon, len(history) - 1)
    return TrainingSet(
        features=matrix(history, names),
        target=_winsorised_target(history, horizon),
        spans_jump=n_jumps[last + 1] > n_jumps[first],
    )


def _winsorised_target(history: History, horizon: int) -> Array:
    target = np.full(len(history), np.nan)
    returns = moves_of(history).returns[1:]
    if len(returns) >= horizon:
        target[: len(history) - horizon] = sliding_window_view(returns, horizon).sum(axis=1)
    return round_off(target)
