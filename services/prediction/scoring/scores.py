"""Error measures. Every function takes arrays of the same shape `(n,)`, ascending by session.

A measure that is undefined for its input is None, never NaN.
"""

from dataclasses import dataclass

import numpy as np

from services.prediction.types import Array


@dataclass(frozen=True)
class Scores:
    """The scores of one set of predictions, in the units of `shared.schemas.results.Metrics`."""

    mae: float
    mse: float
    rmse: float
    mape: float | None
    r2: float | None
    directional_accuracy: float | None


def score(actual: Array, predicted: Array, before: Array) -> Scores:
    """Compute the scores of the predictions.

    Args:
        actual: Closes, in price units.
        predicted: Their predictions.
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
    """Compute the mean absolute error as a share of the actual close (0.01 is 1 %); None if an actual is zero."""
    if np.any(actual == 0):
        return None
    return float(np.mean(np.abs((predicted - actual) / actual)))


def r2(actual: Array, predicted: Array) -> float | None:
    """Compute 1 − sum of squared errors / sum of squared deviations; None if the closes do not vary."""
    deviations = float(np.sum((actual - np.mean(actual)) ** 2))
    if actual.size < 2 or np.ptp(actual) == 0 or deviations == 0:
        return None
    return 1 - float(np.sum((predicted - actual) ** 2)) / deviations


def directional_accuracy(actual: Array, predicted: Array, before: Array) -> float | None:
    """Compute the share of moving sessions whose prediction lies on the same side of the previous close as the actual.

    A prediction that equals the previous close counts as wrong. None if no close moves, or if every prediction equals
    the previous close, as those of persistence do: 0 would make persistence look worse than a coin toss.
    """
    moved = actual != before
    if not np.any(moved) or np.all(predicted == before):
        return None
    same_side = np.sign(predicted - before) == np.sign(actual - before)
    return float(np.mean(same_side[moved]))


def mase(mae: float, naive_mae: float) -> float | None:
    """Compute the MAE over that of the naïve method in training; None if no close changed there.

    Source: Hyndman and Koehler (2006), Another look at measures of forecast accuracy, IJF 22(4), eq. 2.
    """
    return None if naive_mae == 0 else mae / naive_mae


def skill(mae: float, persistence_mae: float) -> float | None:
    """Compute 1 − MAE / MAE of persistence on the same sessions; zero or less is no better than persistence.

    None if persistence makes no error, since there is then nothing to beat.

    Example:
        >>> skill(2.0, 4.0)
        0.5
    """
    return None if persistence_mae == 0 else 1 - mae / persistence_mae
