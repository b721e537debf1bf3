"""Prediction intervals of the same-session task, scaled by the session's own range, which that task knows.

Source: split conformal prediction on errors over the range, see `services.prediction.scoring.conformal`.
"""

from dataclasses import dataclass

import numpy as np

from services.prediction.same_session import holdout
from services.prediction.same_session.least_squares import predict_by_least_squares
from services.prediction.scoring import conformal
from services.prediction.types import Array

LEVEL = 90  # percent
LEARNING_RATE = 0.02  # a miss is known a session later
MIN_RELATIVE_RANGE = (
    0.001  # to the price: a session without a range must neither divide by zero nor widen later intervals
)


@dataclass(frozen=True)
class Intervals:
    """The prediction intervals of the test sessions.

    Attributes:
        lower, upper: Shape `(n_test,)`, in price units.
        n_calibration: Sessions before the test whose errors calibrate the first interval.
    """

    lower: Array
    upper: Array
    n_calibration: int

    @property
    def mean_width(self) -> float:
        """Return the mean of upper − lower, in price units."""
        return float(np.mean(self.upper - self.lower))

    def coverage(self, actual: Array) -> float:
        """Return the share of the actual closes, shape `(n_test,)`, that lie inside, ends included."""
        return float(np.mean((self.lower <= actual) & (actual <= self.upper)))


def n_calibration(n_bars: int) -> int:
    """Return how many training bars calibrate the first interval: the last 20 % of them.

    Example:
        >>> n_calibration(3270)
        524
    """
    n_train = holdout.split_position(n_bars)
    return n_train - holdout.split_position(n_train)


def ranges(highs: Array, lows: Array) -> Array:
    """Return high − low of each session, at least `MIN_RELATIVE_RANGE` of its price; positive, shape `(n_bars,)`."""
    least = MIN_RELATIVE_RANGE * np.maximum(np.abs(highs), np.abs(lows))
    return np.maximum(highs - lows, np.where(least > 0, least, MIN_RELATIVE_RANGE))


def build_intervals(features: Array, closes: Array, widths: Array, predicted: Array) -> Intervals | None:
    """Build the intervals of the test sessions, each from errors of earlier sessions; None if these are too few.

    The first errors are those of the model fitted on the first 80 % of the training bars, on the other 20 %.

    Args:
        features: Shape `(n_bars, n_features)`, ascending by session.
        closes: Shape `(n_bars,)`.
        widths: Shape `(n_bars,)`: the `ranges`.
        predicted: Shape `(n_test,)`: the predictions of the last sessions.
    """
    test = holdout.split_position(len(closes))
    first = test - n_calibration(len(closes))
    if test - first < conformal.MIN_SCORES:
        return None
    earlier = predict_by_least_squares(features[:first], closes[:first], features[first:test])
    errors = np.abs(np.concatenate([earlier, predicted]) - closes[first:])
    scores = (errors / widths[first:])[np.newaxis]
    half_widths = conformal.adaptive_half_widths(scores, LEVEL, delay=1, learning_rate=LEARNING_RATE)
    half_width = half_widths.rows[0, test - first :] * widths[test:]
    return Intervals(predicted - half_width, predicted + half_width, test - first)
