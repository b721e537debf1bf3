"""Conformal prediction intervals that follow changing volatility.

A score is the size of an error over the volatility that was known when the prediction was made. The half width of a
row's interval is the conformal quantile of the last scores known at that row, times the row's volatility. The
miscoverage that the quantile allows adapts after each score that becomes known: it falls after a miss.

Source: Gibbs and Candès (2021), Adaptive Conformal Inference Under Distribution Shift, arXiv 2106.00170, eq. 2; the
quantile: Lei et al. (2018), Distribution-Free Predictive Inference for Regression, arXiv 1604.04173, 2.2.
"""

from dataclasses import dataclass

import numpy as np

from services.prediction.types import Array

LEARNING_RATE = 0.02  # γ: how fast the miscoverage adapts
N_SCORES = 250  # the quantile is taken over the last ones
MIN_SCORES = 20  # with fewer there is no interval


@dataclass(frozen=True)
class HalfWidths:
    """Half widths of intervals, in units of the scores' volatility.

    Attributes:
        rows: Shape `(n_models, n_rows)`: of each row, from what was known then; NaN in the first rows.
        next_row: Shape `(n_models,)`: of a row after the last, from all scores.
    """

    rows: Array
    next_row: Array


def quantile(scores: Array, miscoverage: Array) -> Array:
    """Compute the conformal quantile: the smallest score that bounds the next one with probability 1 − `miscoverage`.

    It is the k-th smallest of n with k = ⌈(n + 1)(1 − miscoverage)⌉, clipped to 1 … n.

    Args:
        scores: Shape `(n_models, n_scores)`.
        miscoverage: Shape `(n_models,)`, a share, which adaptation may take below 0 or above 1.
    """
    n_scores = scores.shape[1]
    ordered = np.sort(scores, axis=1)
    rank = np.ceil(np.round((n_scores + 1) * (1 - miscoverage), 9)).astype(int)
    quantiles: Array = ordered[np.arange(len(scores)), np.clip(rank, 1, n_scores) - 1]
    return quantiles


def adaptive_half_widths(scores: Array, level: int, *, delay: int) -> HalfWidths:
    """Compute the half widths of consecutive rows, each from what was known when it was predicted.

    Args:
        scores: Shape `(n_models, n_rows)`: errors over volatility, zero or more, ascending by time.
        level: Nominal coverage, in percent.
        delay: Rows until a score is known: the horizon.
    """
    nominal = 1 - level / 100
    n_models, n_rows = scores.shape
    miscoverage = np.full(n_models, nominal)
    half_widths = np.full((n_models, n_rows + delay), np.nan)
    for row in range(MIN_SCORES + delay - 1, n_rows + delay):
        last = row - delay  # whose score has just become known
        is_outside = np.where(np.isnan(half_widths[:, last]), nominal, scores[:, last] > half_widths[:, last])
        miscoverage += LEARNING_RATE * (nominal - is_outside)
        half_widths[:, row] = quantile(scores[:, max(0, last + 1 - N_SCORES) : last + 1], miscoverage)
    return HalfWidths(half_widths[:, :n_rows], half_widths[:, -1])
