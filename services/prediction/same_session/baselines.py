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
    """Predict each session by the middle between its own high and low, which needs no model.

    Args:
        highs: Shape `(n_bars,)`.
        lows: Shape `(n_bars,)`.

    Returns:
        Shape `(n_bars,)`, in price units.
    """
    return (highs + lows) / 2


def fixed_formula(
    opens: NDArray[np.float64], highs: NDArray[np.float64], lows: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Predict each session by 0.8 (high + low) − 0.6 open of its own: what the model knows, and nothing fitted.

    Args:
        opens: Shape `(n_bars,)`.
        highs: Shape `(n_bars,)`.
        lows: Shape `(n_bars,)`.

    Returns:
        Shape `(n_bars,)`, in price units. The weights add up to one, so that it follows the unit of the prices.
    """
    return 0.8 * (highs + lows) - 0.6 * opens
