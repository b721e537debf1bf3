"""Price jumps that look like a split that the prices are not adjusted for. Pure."""

import numpy as np
import numpy.typing as npt

RATIOS = np.array([1.5, 2, 3, 4, 5, 6, 7, 8, 10, 15, 20, 25, 30, 50, 100])  # new shares per old share: the usual ratios
OPEN_TOLERANCE = 0.04  # apart from the split, a stock rarely opens further from its last close
CLOSE_TOLERANCE = 0.10
N_TICKS = 2
LARGEST_TICK = 0.05  # that of Mumbai; shares of a few ticks are quoted in 0.001 in Sydney, and in 0.005 in Toronto


def split_like_jumps(opens: npt.NDArray[np.float64], closes: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    """Find the sessions that open and close near a usual split ratio below or above the previous close.

    Args:
        opens: Shape `(n_bars,)`, ascending by session; NaN where unknown.
        closes: Likewise.

    Returns:
        Their positions, ascending.
    """
    if len(closes) < 2:
        return np.empty(0, dtype=np.intp)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        gap, day = closes[:-1] / opens[1:], closes[:-1] / closes[1:]
        gap, day = np.maximum(gap, 1 / gap), np.maximum(day, 1 / day)  # a reverse split jumps the other way
    far = np.flatnonzero(gap > 1.4)
    nearest = RATIOS[np.abs(np.log(gap[far, None] / RATIOS)).argmin(axis=1)]
    near = (np.abs(gap[far] / nearest - 1) < OPEN_TOLERANCE) & (np.abs(day[far] / nearest - 1) < CLOSE_TOLERANCE)
    jumps: npt.NDArray[np.intp] = far[near & ~moves_by_ticks(opens, closes)[far]] + 1
    return jumps


def moves_by_ticks(opens: npt.NDArray[np.float64], closes: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Mark moves of at most two ticks, such as from 0.001 to 0.002, which are no jumps; shape `(n_bars - 1,)`.

    The tick is the smallest move so far, so that no later bar changes a mark.

    Args:
        opens: Shape `(n_bars,)`, ascending by session; NaN where unknown.
        closes: Likewise.
    """
    with np.errstate(invalid="ignore"):
        moves, overnight = np.abs(np.diff(closes)), np.abs(opens[1:] - closes[:-1])
    ticks = np.minimum(np.minimum.accumulate(np.where(moves > 0, moves, np.inf)), LARGEST_TICK)
    furthest = np.fmax(moves, overnight)
    is_small: npt.NDArray[np.bool_] = furthest <= N_TICKS * ticks * (1 + 1e-9)  # decimals are not exact
    return is_small
