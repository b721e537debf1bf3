"""Resamples sessions in blocks of random length, the same ones for all symbols and models. Pure.

Source: Politis and Romano (1994), The Stationary Bootstrap, JASA 89(428).
"""

import math

import numpy as np
from numpy.typing import NDArray

from services.prediction.types import Array

N_RESAMPLES = 1000
SEED = 20261130  # the same panel has the same answer

Indices = NDArray[np.intp]


def mean_block_length(n_sessions: int, horizon: int) -> int:
    """Return the mean length of a block, in sessions: the cube root of their number, and twice the horizon at least.

    Errors of forecasts less than `horizon` sessions apart overlap, and most such pairs must stay in one block.

    Example:
        >>> mean_block_length(250, 1), mean_block_length(250, 20)
        (7, 40)
    """
    return max(math.ceil(round(math.cbrt(n_sessions), 9)), 2 * horizon)


def resample_sessions(n_sessions: int, mean_block: int, n_resamples: int = N_RESAMPLES, seed: int = SEED) -> Indices:
    """Draw resamples of the sessions, shape `(n_resamples, n_sessions)`: which session stands at each position."""
    random = np.random.default_rng(seed)
    starts = random.integers(n_sessions, size=(n_resamples, n_sessions))
    begins = random.random((n_resamples, n_sessions)) < 1 / mean_block
    begins[:, 0] = True
    positions = np.arange(n_sessions)
    begun_at = np.maximum.accumulate(np.where(begins, positions, 0), axis=1)
    resampled: Indices = (np.take_along_axis(starts, begun_at, axis=1) + positions - begun_at) % n_sessions
    return resampled


def session_weights(resamples: Indices) -> Array:
    """Return how much each session weighs in the mean over each resample, in the shape of `resamples`."""
    n_resamples, n_sessions = resamples.shape
    flat = resamples + n_sessions * np.arange(n_resamples)[:, None]
    counts = np.bincount(flat.ravel(), minlength=resamples.size).reshape(resamples.shape)
    weights: Array = counts / n_sessions
    return weights
