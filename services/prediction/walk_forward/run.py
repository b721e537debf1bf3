"""Runs models over walk-forward windows: predictions, intervals and actuals of each window."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.prediction.inputs.history import History
from services.prediction.models import features, targets
from services.prediction.models.registry import ModelSpec
from services.prediction.scoring import conformal
from services.prediction.types import Array
from services.prediction.walk_forward.linear_refits import LinearRefits
from services.prediction.walk_forward.windows import Windows

Inside = NDArray[np.bool_]


@dataclass(frozen=True)
class WalkForward:
    """Predictions of the scored windows, in price units; shape `(n_models, n_scored)` unless stated otherwise.

    Attributes:
        last_close: Shape `(n_scored,)`: the close at each cutoff, which persistence predicts.
        actual: Shape `(n_scored,)`: the actual closes.
        predicted: The predictions of each model.
        lower, upper: The ends of its intervals.
        next_half_width: Shape `(n_models,)`: half width of the interval after the last window, over the volatility.
    """

    last_close: Array
    actual: Array
    predicted: Array
    lower: Array
    upper: Array
    next_half_width: Array

    @property
    def errors(self) -> Array:
        """Return the absolute errors."""
        return np.abs(self.predicted - self.actual)

    @property
    def persistence_errors(self) -> Array:
        """Return the absolute errors of persistence on the same sessions, shape `(n_scored,)`."""
        return np.abs(self.last_close - self.actual)

    @property
    def is_inside(self) -> Inside:
        """Return whether each actual lies in its interval, ends included."""
        inside: Inside = (self.lower <= self.actual) & (self.actual <= self.upper)
        return inside


def run_walk_forward(history: History, specs: Sequence[ModelSpec], windows: Windows, level: int) -> WalkForward:
    """Predict the scored windows; no window uses anything after its cutoff.

    Args:
        history: The bars.
        specs: The models.
        windows: The windows.
        level: Nominal coverage of the intervals, in percent.
    """
    target = targets.log_return_ahead(history.close, windows.horizon)
    predicted = predict_log_returns(history, specs, windows, target)
    volatility = volatility_ahead(history, windows.horizon)[windows.rows]
    errors = np.abs(target[windows.rows] - predicted)
    half_widths = conformal.adaptive_half_widths(errors / volatility, level, delay=windows.horizon)
    scored = slice(windows.n_calibration, None)
    last_close = history.close[windows.scored_rows]
    half_width = half_widths.rows[:, scored] * volatility[scored]
    return WalkForward(
        last_close=last_close,
        actual=history.close[windows.scored_rows + windows.horizon],
        predicted=targets.close_after(last_close, predicted[:, scored]),
        lower=targets.close_after(last_close, predicted[:, scored] - half_width),
        upper=targets.close_after(last_close, predicted[:, scored] + half_width),
        next_half_width=half_widths.next_row,
    )


def volatility_ahead(history: History, horizon: int) -> Array:
    """Estimate the volatility of the next `horizon` sessions at the end of each session, shape `(n_bars,)`."""
    return features.ewma_volatility(history.close) * float(np.sqrt(horizon))


def predict_log_returns(history: History, specs: Sequence[ModelSpec], windows: Windows, target: Array) -> Array:
    """Predict the log return of each window by each model, shape `(n_models, n_windows)`."""
    matrices = {spec.feature_names: features.matrix(history, spec.feature_names) for spec in specs}
    linear_refits = {
        names: LinearRefits(matrices[names], target, windows)
        for names in {spec.feature_names for spec in specs if spec.penalty is not None}
    }
    return np.array(
        [
            _predict_with_refits(spec, matrices[spec.feature_names], target, windows)
            if spec.penalty is None
            else linear_refits[spec.feature_names].predict(spec.penalty)
            for spec in specs
        ]
    )


def _predict_with_refits(spec: ModelSpec, matrix: Array, target: Array, windows: Windows) -> Array:
    """Predict each window by a model that is refitted at every `refit_every`-th one."""
    step = spec.refit_every or len(windows)
    predicted = np.empty(len(windows))
    for first in range(0, len(windows), step):
        train = slice(windows.start[first], windows.stop[first])
        rows = windows.rows[first : first + step]
        model = spec.make().fit(matrix[train], target[train])
        predicted[first : first + step] = model.predict(matrix[rows])
    return predicted
