"""Conformal prediction intervals that follow changing volatility.

A score is the size of an error over the volatility that was known when the prediction was made. The half width of a
row's interval is the conformal quantile of the last scores known at that row, times the row's volatility. The
miscoverage that the quantile allows adapts after each score that becomes known: it falls after a miss.

Source: Gibbs and Candès (2021), Adaptive Conformal Inference Under Distribution Shift, arXiv 2106.00170, eq. 2; the
quantile: Lei et al. (2018), Distribution-Free Predictive Inference for Regression, arXiv 1604.04173, 2.2.
"""

import math
from bisect import bisect_left, insort
from dataclasses import dataclass

import numpy as np

from services.prediction.types import Array

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


def adaptive_half_widths(scores: Array, level: int, *, delay: int, learning_rate: float) -> HalfWidths:
    """Compute the half widths of consecutive rows, each from what was known when it was predicted.

    Args:
        scores: Shape `(n_models, n_rows)`: errors over volatility, zero or more, ascending by time.
        level: Nominal coverage, in percent.
        delay: Rows until a score is known: the horizon.
        learning_rate: γ: how much the miscoverage that is aimed at changes with each score.
    """
    half_widths = np.array([_follow(row, level, delay, learning_rate) for row in scores.tolist()])
    return HalfWidths(half_widths[:, : scores.shape[1]], half_widths[:, -1])


def _follow(scores: list[float], level: int, delay: int, learning_rate: float) -> list[float]:
    """Compute the half width of each row of one model, and of `delay` rows more."""
    nominal = 1 - level / 100
    miscoverage = nominal
    half_widths = [math.nan] * (len(scores) + delay)
    ordered = sorted(scores[: MIN_SCORES - 1])
    for last in range(MIN_SCORES - 1, len(scores)):  # whose score has just become known
        score = scores[last]
        insort(ordered, score)
        if last >= N_SCORES:
            del ordered[bisect_left(ordered, scores[last - N_SCORES])]
        if not math.isnan(half_widths[last]):
            miscoverage += learning_rate * (nominal - (score > half_widths[last]))
        half_widths[last + delay] = ordered[rank(len(ordered), miscoverage) - 1]
    return half_widths


def rank(n_scores: int, miscoverage: float) -> int:
    """Return which of the ascending scores is the conformal quantile, counted from 1.

    It is the smallest score that bounds the next one with probability 1 − `miscoverage`: the k-th smallest of n with
    k = ⌈(n + 1)(1 − miscoverage)⌉, clipped to 1 … n.

    Args:
        n_scores: How many scores there are, at least 1.
        miscoverage: A share, which adaptation may take below 0 or above 1.
    """
    exact = (n_scores + 1) * (1 - miscoverage)
    k = math.ceil(round(exact * 1e9) / 1e9)  # 90 % of 9 + 1 is 9, whatever the rounding
    return 1 if k < 1 else n_scores if k > n_scores else k
