"""The null distribution of counts over many series at once, by rotating their sums over the sessions. Pure.

Each series has nine sums: the plain one, and eight weighted by cosines. Without skill they are independent normal
variables with one variance, also for an autocorrelated series, unless its autocorrelation lasts for a sixteenth of the
sessions or more. The sums of many series are nine vectors with one covariance matrix, whatever that is: any rotation of
the nine is as likely as what was seen. So the rotations show what luck makes of the same symbols on the same sessions,
and neither the correlation of the symbols nor the overlap of forecasts has to be estimated.

Source: Langsrud (2005), Rotation Tests, Statistics and Computing 15(1); the sums: Lazarus, Lewis, Stock and Watson
(2018), HAR Inference: Recommendations for Practice, JBES 36(4).
"""

import numpy as np

from services.prediction.types import Array

N_ROTATIONS = 2000
SEED = 20261130  # the same panel has the same answer


def draw_directions(n_sums: int, n_rotations: int = N_ROTATIONS, seed: int = SEED) -> Array:
    """Draw directions at random, shape `(n_rotations, n_sums)`: which mixture of the sums a rotation puts first.

    The first is the plain sum itself: what was seen is one of the rotations, so that no p-value is 0.

    Source: Phipson and Smyth (2010), Permutation P-values Should Never Be Zero, SAGMB 9(1), 39.
    """
    random = np.random.default_rng(seed)
    directions = random.normal(size=(n_rotations, n_sums))
    directions[0] = np.eye(n_sums)[0]
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    return directions


def rotated_statistics(sums: Array, directions: Array) -> Array:
    """Compute the statistic of each series after each rotation: the first sum over the deviation of the others.

    Args:
        sums: Shape `(..., n_sums)`.
        directions: Shape `(n_rotations, n_sums)`, from `draw_directions`.

    Returns:
        Shape `(..., n_rotations)`; each is Student's t with `n_sums` − 1 degrees of freedom. 0 if all sums are.
    """
    first = sums @ directions.T
    squares = np.sum(sums**2, axis=-1, keepdims=True)
    others = np.sqrt(np.maximum(squares - first**2, 0.0) / (sums.shape[-1] - 1))  # a rotation keeps the length
    statistics: Array = np.divide(first, others, out=np.zeros(first.shape), where=others > 1e-12)
    return statistics
