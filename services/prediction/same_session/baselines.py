"""The baselines that a prediction must beat to be worth anything."""

import numpy as np
from numpy.typing import NDArray


def persistence(closes: NDArray[np.float64], first: int) -> NDArray[np.float64]:
    """Predict each session from position `first` on by the close of the previous session.

    Args:
        closes: Shape `(n_bars,)`, ascending by session.
        first: Position of the first predicted session, at least 1.

    Returns:
        Shape `(n_bars - first,)`, in price units. The first is the last close before `first`.

    Source: Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., 5.2 (the naïve method).
    """
    return closes[first - 1 : -1]


def midrange(highs: NDArray[np.float64], lows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Predict each session by the middle between its own high and low, which takes no model.

    Args:
        highs: Shape `(n_bars,)`.
        lows: Shape `(n_bars,)`.

    Returns:
        Shape `(n_bars,)`, in price units.
    """
    return (highs + lows) / 2
