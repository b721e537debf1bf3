"""Clips moves at four times their own exponentially weighted size, so that one wrong price cannot dominate a fit.

Each bound comes from earlier moves only, except for the first twenty, whose bound comes from the other nineteen.

Source: the weights are those of the RiskMetrics Technical Document, 4th ed. (1996), 5.2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from services.prediction.types import Array

if TYPE_CHECKING:
    from services.prediction.inputs.history import History

DECAY = 0.94  # per session, as RiskMetrics uses for daily data
CLIP = 4.0  # standard deviations
SMALLEST_DEVIATION = 1e-4  # log return, less than a tick: otherwise the first move after a calm would count for nothing
N_FIRST = 20  # moves, each bounded by the others


@dataclass(frozen=True)
class Moves:
    """The winsorised moves of each session, unitless, shape `(n_bars,)`.

    Attributes:
        returns: ln(close / previous close); NaN in the first session.
        gaps: ln(open / previous close); NaN in the first session.
        ranges: ln(high / low), zero or more.
        volume_changes: ln((volume + 1) / (previous volume + 1)); 0 if either is unknown, NaN in the first session.
    """

    returns: Array
    gaps: Array
    ranges: Array
    volume_changes: Array


@lru_cache(maxsize=2)
def moves_of(history: History) -> Moves:
    """Return the winsorised moves of a history, cached because each feature and each horizon needs them."""
    before, volume = history.close[:-1], np.maximum(history.volume, 0.0) + 1
    volume_changes = np.nan_to_num(np.log(volume[1:] / volume[:-1]), nan=0.0, posinf=0.0, neginf=0.0)
    return Moves(  # logarithms of ratios: differences of logarithms would lose three digits
        returns=_after_first(winsorise(np.log(history.close[1:] / before))),
        gaps=_after_first(winsorise(np.log(history.open[1:] / before))),
        ranges=winsorise(np.log(history.high / history.low)),
        volume_changes=_after_first(winsorise(volume_changes)),
    )


def winsorise(moves: Array) -> Array:
    """Clip each move at `CLIP` deviations from zero; the same shape."""
    squares, _ = clip_squares(moves**2)
    bounds = np.sqrt(squares)
    clipped: Array = np.where(squares < moves**2, np.copysign(bounds, moves), moves)
    return clipped


def clip_squares(squares: Array) -> tuple[Array, Array]:
    """Clip each square at the square of `CLIP` deviations of those before it; the first `N_FIRST` by one another.

    Args:
        squares: Shape `(n,)`, ascending by session.

    Returns:
        The clipped squares and their exponentially weighted mean up to each, both of shape `(n,)`; the latter is NaN
        until there are `N_FIRST`.
    """
    factor, least = CLIP**2, SMALLEST_DEVIATION**2
    first = squares[:N_FIRST]
    others = (
        float(np.sort(first)[:-1].mean()) if len(first) > 1 else 0.0
    )  # subtracting the largest from the sum would lose digits
    clipped = [*np.minimum(first, factor * max(others, least)).tolist(), *squares[N_FIRST:].tolist()]
    weighted = [math.nan] * len(clipped)
    variance = sum(clipped[:N_FIRST]) / N_FIRST
    weighted[N_FIRST - 1 : N_FIRST] = [variance] * (len(clipped) >= N_FIRST)
    for at in range(N_FIRST, len(clipped)):
        bound = factor * (least if least > variance else variance)
        clipped[at] = bound if clipped[at] > bound else clipped[at]
        variance = DECAY * variance + (1 - DECAY) * clipped[at]
        weighted[at] = variance
    return np.array(clipped), np.array(weighted)


def _after_first(values: Array) -> Array:
    return np.concatenate([[np.nan], values])
