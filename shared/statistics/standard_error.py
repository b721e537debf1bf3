"""The standard error of the mean of values that may be autocorrelated, as errors of forecasts are. Pure.

Source: the equal-weighted cosine estimator of Lazarus, Lewis, Stock and Watson (2018), HAR Inference: Recommendations
for Practice, JBES 36(4), with eight cosines. The mean over its standard error has Student's t distribution with eight
degrees of freedom.
"""

import numpy as np
import numpy.typing as npt

N_COSINES = 8


def standard_error(values: npt.NDArray[np.float64]) -> float:
    """Compute the standard error of the mean of values, shape `(n,)`, ascending by time."""
    return float(np.sqrt(np.mean(cosine_means(values) ** 2)))


def cosine_means(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Compute the means of the values times each cosine, shape `(8,)`, each with the variance of the values' mean."""
    n_values = len(values)
    angles = np.pi * np.arange(1, N_COSINES + 1)[:, None] * (np.arange(n_values) + 0.5) / n_values
    weights = np.sqrt(2 / n_values) * (np.cos(angles) * values).sum(axis=1)
    return np.asarray(weights / np.sqrt(n_values))
