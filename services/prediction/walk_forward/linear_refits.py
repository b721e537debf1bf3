"""Rolling least squares by updating the cross-products, one row at a time.

The predictions equal those of scikit-learn's LinearRegression, and of StandardScaler with Ridge, refitted at each
window; tests check this to within 1e-8.
"""

import numpy as np

from services.prediction.models.training_set import MIN_TRAIN, TrainingSet
from services.prediction.types import Array
from services.prediction.walk_forward.windows import Windows

ROUNDING = 1e-12  # relative; a column that varies by no more is constant
# Relative to the largest eigenvalue of the correlation matrix, or to the largest size of a column so far; below it
# columns are collinear, or a column is constant.
SINGULAR = 1e-11


class LinearRefits:
    """Predicts one target by linear models that are refitted at every window.

    Args:
        learnt: The training set; features finite in every row that a window uses, the target in every training row.
        windows: The windows.
    """

    def __init__(self, learnt: TrainingSet, windows: Windows) -> None:
        features = learnt.features
        # Centred by what every window knows, against cancellation in the squares; it changes no prediction.
        typical = np.median(features[windows.start[0] : windows.stop[0]], axis=0)
        shifted = features - typical
        shifted[np.abs(shifted) <= ROUNDING * np.abs(typical)] = 0.0
        sums = _sum_selected(np.column_stack([np.ones(len(shifted)), shifted, learnt.target]), learnt, windows)
        n_rows = sums[:, 0, 0]
        means = sums[:, 0, 1:] / n_rows[:, None]
        squares = sums[:, 1:, 1:] / n_rows[:, None, None]
        scatter = squares - means[:, :, None] * means[:, None, :]
        variances, sizes = (np.einsum("wii->wi", moments)[:, :-1] for moments in (scatter, squares))
        varies = variances > SINGULAR * np.maximum.accumulate(sizes, axis=0)
        deviations = np.sqrt(np.where(varies, variances, np.inf))  # standardised, a constant column becomes zero
        self._n_rows = n_rows
        self._mean_target = means[:, -1]
        self._standardised = (shifted[windows.rows] - means[:, :-1]) / deviations
        self._values, self._vectors = np.linalg.eigh(
            scatter[:, :-1, :-1] / (deviations[:, :, None] * deviations[:, None, :])
        )
        self._covariances = scatter[:, :-1, -1] / deviations

    def predict(self, penalty: float) -> Array:
        """Predict each window by a fit on its own training rows, shape `(n_windows,)`.

        Args:
            penalty: Ridge penalty on standardised features; 0.0 for ordinary least squares.
        """
        if not self._values.size:
            return self._mean_target
        is_regular = self._values > self._values[:, -1:] * SINGULAR
        with np.errstate(divide="ignore"):
            shrunk = np.where(is_regular, 1 / (self._values + penalty / self._n_rows[:, None]), 0.0)
        rotated = np.einsum("wij,wi->wj", self._vectors, self._covariances)
        projected = np.einsum("wij,wi->wj", self._vectors, self._standardised)
        predicted: Array = self._mean_target + np.einsum("wj,wj->w", rotated * shrunk, projected)
        return predicted


def _sum_selected(columns: Array, learnt: TrainingSet, windows: Windows) -> Array:
    """Sum the products over the rows that `learnt` selects in each window, shape `(n_windows, k, k)`."""
    if not learnt.spans_jump[windows.start[0] : windows.stop[-1]].any():
        return _sum_products(columns, windows)
    sums = _sum_products(np.where(learnt.spans_jump[:, None], 0.0, columns), windows)
    is_short = np.round(sums[:, 0, 0]) < MIN_TRAIN
    if is_short.any():
        sums[is_short] = _sum_products(columns, windows)[is_short]
    return sums


def _sum_products(columns: Array, windows: Windows) -> Array:
    """Sum the products of the columns over each window's training rows, shape `(n_windows, k, k)`."""
    start, stop = windows.start, windows.stop
    first = columns[start[0] : stop[0]]
    changes = np.empty((len(windows), columns.shape[1], columns.shape[1]))
    changes[0] = first.T @ first
    added = columns[stop[1:] - 1]
    changes[1:] = added[:, :, None] * added[:, None, :]
    dropping = np.flatnonzero(np.diff(start)) + 1
    dropped = columns[start[dropping] - 1]
    changes[dropping] -= dropped[:, :, None] * dropped[:, None, :]
    sums: Array = np.cumsum(changes, axis=0)
    return sums
