"""How wrong predictions are. Every function takes arrays of the same shape `(n,)`, ascending by session.

A measure that is undefined for its input is None, never NaN.
"""

from dataclasses import dataclass

import numpy as np

from services.prediction.types import Array


@dataclass(frozen=True)
class Scores:
    """The errors of one set of predictions; the units are those of `shared.schemas.results.Metrics`."""

    mae: float
    mse: float
    rmse: float
    mape: float | None
    r2: float | None
    directional_accuracy: float | None


def score(actual: Array, predicted: Array, before: Array) -> Scores:
    """Return the errors of `predicted`.

    Args:
        actual: Closes, in price units.
        predicted: What was said of them.
        before: The close of the session before each of them.
    """
    errors = predicted - actual
    mse = float(np.mean(errors**2))
    return Scores(
        mae=float(np.mean(np.abs(errors))),
        mse=mse,
        rmse=float(np.sqrt(mse)),
        mape=mape(actual, predicted),
        r2=r2(actual, predicted),
        directional_accuracy=directional_accuracy(actual, predicted, before),
    )


def mape(actual: Array, predicted: Array) -> float | None:
    """Return the mean absolute error as a share of the actual close (0.01 is 1 %), None if an actual is zero."""
    if np.any(actual == 0):
        return None
    return float(np.mean(np.abs((predicted - actual) / actual)))


def r2(actual: Array, predicted: Array) -> float | None:
    """Return 1 − sum of squared errors / sum of squared deviations, None where the closes do not vary."""
    deviations = float(np.sum((actual - np.mean(actual)) ** 2))
    if actual.size < 2 or np.ptp(actual) == 0 or deviations == 0:
        return None
    return 1 - float(np.sum((predicted - actual) ** 2)) / deviations


def directional_accuracy(actual: Array, predicted: Array, before: Array) -> float | None:
    """Return the share of the sessions that moved where the prediction lies on the same side of the close before.

    A prediction that equals the close before names no side and counts as wrong. None where no close moved, and where no
    prediction names a side, as none of persistence does: nought would make it look worse than a coin.
    """
    moved = actual != before
    if not np.any(moved) or np.all(predicted == before):
        return None
    same_side = np.sign(predicted - before) == np.sign(actual - before)
    return float(np.mean(same_side[moved]))


def mase(mae: float, naive_mae: float) -> float | None:
    """Return the MAE as a multiple of that of the naïve method in training; None where no close changed there.

    Source: Hyndman and Koehler (2006), Another look at measures of forecast accuracy, IJF 22(4), eq. 2.
    """
    return None if naive_mae == 0 else mae / naive_mae


def skill(mae: float, persistence_mae: float) -> float | None:
    """Return 1 − MAE / MAE of persistence on the same sessions; zero or less is no better than doing nothing.

    None where persistence makes no error: then there is nothing to beat.

    Example:
        >>> skill(2.0, 4.0)
        0.5
    """
    return None if persistence_mae == 0 else 1 - mae / persistence_mae
