"""Winsorised moves and targets by slow loops over plain lists, as an oracle."""

import math
from itertools import pairwise

import pandas as pd


def winsorised(moves: list[float]) -> list[float]:
    """Clip each move at four deviations: of the other first twenty, then of the weighted mean of those before."""
    first = [move**2 for move in moves[:20]]
    others = sum(sorted(first)[:-1]) / max(1, len(first) - 1)
    clipped = [_clip(move, max(others, 1e-8)) for move in moves[:20]]
    variance = sum(move**2 for move in clipped) / 20
    for move in moves[20:]:
        clipped.append(_clip(move, max(variance, 1e-8)))
        variance = 0.94 * variance + 0.06 * clipped[-1] ** 2
    return clipped


def winsorised_after_first(moves: "pd.Series[float]") -> "pd.Series[float]":
    """Clip all moves but the first, which is not known."""
    return pd.Series([math.nan, *winsorised(moves.iloc[1:].tolist())], index=moves.index)


def winsorised_target(closes: list[float], horizon: int) -> list[float]:
    """Sum the winsorised log returns of the next `horizon` sessions of each session that has them, to ten decimals."""
    moves = winsorised([math.log(after / before) for before, after in pairwise(closes)])
    return [round(math.fsum(moves[row : row + horizon]), 10) for row in range(len(moves) - horizon + 1)]


def _clip(move: float, variance: float) -> float:
    bound = 4 * math.sqrt(variance)
    return max(-bound, min(bound, move))
