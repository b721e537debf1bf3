"""How good prediction intervals were: their coverage, and a score that counts width as well as misses. Pure."""

from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from shared.statistics.standard_error import N_COSINES, standard_error

Floats = npt.NDArray[np.float64]

PLAIN_SESSIONS = 250  # about a year


def interval_score(actual: Floats, lower: Floats, upper: Floats, level: int) -> float:
    """Compute the mean interval score, in price units; lower is better.

    The score is the width, plus, for an actual outside, its distance to the interval times 2 / (1 − level): a narrow
    interval that misses often and a wide one that never does are both worse than the true quantiles.

    Source: Winkler (1972), A Decision-Theoretic Approach to Interval Estimation, JASA 67(337); Gneiting and Raftery
    (2007), Strictly Proper Scoring Rules, JASA 102(477), eq. 43.
    """
    distance = np.maximum(lower - actual, 0.0) + np.maximum(actual - upper, 0.0)
    return float(np.mean(upper - lower + 2 / (1 - level / 100) * distance))


def coverage_standard_error(is_inside: npt.NDArray[np.bool_], level: int) -> float:
    """Compute the standard error of a coverage: how far it may be off by chance, as a share.

    Intervals of overlapping periods miss together, which the standard error allows for. It is at least that
    of independent trials at the level, so that 100 % of a few sessions does not look certain.
    """
    independent = np.sqrt(level / 100 * (1 - level / 100) / len(is_inside))
    return max(standard_error(is_inside.astype(np.float64)) if len(is_inside) > N_COSINES else 0.0, float(independent))


def plain_half_widths(close: Floats, horizon: int, level: int) -> Floats:
    """Compute the half widths of the plain normal band, as log returns, shape `(n_bars,)`.

    The band needs no model: no change, give or take the standard deviation of the last `PLAIN_SESSIONS` log
    returns, or as many as there are, times √horizon and the normal quantile. NaN in the first two sessions.
    """
    returns = np.diff(np.log(close))
    n = np.minimum(np.arange(1, len(returns) + 1), PLAIN_SESSIONS)
    mean, mean_square = (_rolling_sum(values) / n for values in (returns, returns**2))
    variance = np.maximum(mean_square - mean**2, 0.0) * n / np.maximum(n - 1, 1)
    half_widths = np.sqrt(variance * horizon) * NormalDist().inv_cdf((1 + level / 100) / 2)
    half_widths[:1] = np.nan
    return np.concatenate([[np.nan], half_widths])


def _rolling_sum(values: Floats) -> Floats:
    sums = np.cumsum(values)
    sums[PLAIN_SESSIONS:] = sums[PLAIN_SESSIONS:] - sums[:-PLAIN_SESSIONS]
    return sums
