"""Conformal prediction intervals that follow changing volatility, and how often they held.

A score is the size of an error over the volatility that was known when the prediction was made. The interval of a row
reaches as far as the conformal quantile of the last scores that were known then, times the volatility of the row.
How large a share may lie outside is adapted after each row that becomes known: less if the last one did.

Source: Gibbs and Candès (2021), Adaptive Conformal Inference Under Distribution Shift, arXiv 2106.00170, eq. 2; the
quantile: Lei et al. (2018), Distribution-Free Predictive Inference for Regression, arXiv 1604.04173, 2.2.
"""

from dataclasses import dataclass

import numpy as np

from services.prediction.types import Array

STEP = 0.02  # γ: how fast the share adapts
N_SCORES = 250  # the last scores that are looked at
MIN_SCORES = 20  # before there are so many, there is no interval


@dataclass(frozen=True)
class Intervals:
    """Half widths of intervals, in units of the scores' volatility.

    Attributes:
        reach: Shape `(n_models, n_rows)`: of each row, from what was known then; NaN in the first rows.
        next_reach: Shape `(n_models,)`: of a row after the last, from all of them.
    """

    reach: Array
    next_reach: Array


def quantile(scores: Array, outside: Array) -> Array:
    """Return the conformal quantile: the smallest score that at least a share of 1 − `outside` of the next lies below.

    The k-th smallest of n with k = ⌈(n + 1)(1 − outside)⌉, at most the n-th and at least the first.

    Args:
        scores: Shape `(n_models, n_scores)`.
        outside: Shape `(n_models,)`, a share, which adapting may take below 0 and above 1.
    """
    n_scores = scores.shape[1]
    ordered = np.sort(scores, axis=1)
    rank = np.ceil(np.round((n_scores + 1) * (1 - outside), 9)).astype(int)
    found: Array = ordered[np.arange(len(scores)), np.clip(rank, 1, n_scores) - 1]
    return found


def adaptive(scores: Array, level: int, *, delay: int) -> Intervals:
    """Return the intervals of rows that follow one another, each from what was known when it was predicted.

    Args:
        scores: Shape `(n_models, n_rows)`: errors over volatility, zero or more, ascending by time.
        level: Nominal coverage, in percent.
        delay: Rows until a score is known: the horizon.
    """
    nominal = 1 - level / 100
    n_models, n_rows = scores.shape
    outside = np.full(n_models, nominal)
    reach = np.full((n_models, n_rows + delay), np.nan)
    for row in range(MIN_SCORES + delay - 1, n_rows + delay):
        last = row - delay  # whose score has just become known
        is_outside = np.where(np.isnan(reach[:, last]), nominal, scores[:, last] > reach[:, last])
        outside += STEP * (nominal - is_outside)
        reach[:, row] = quantile(scores[:, max(0, last + 1 - N_SCORES) : last + 1], outside)
    return Intervals(reach[:, :n_rows], reach[:, -1])
