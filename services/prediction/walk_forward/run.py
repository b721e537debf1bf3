"""Models walked over the windows of a plan: what each said, with an interval, and what came."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.prediction.inputs.history import History
from services.prediction.models import features, targets
from services.prediction.models.registry import ModelSpec
from services.prediction.scoring import conformal
from services.prediction.types import Array
from services.prediction.walk_forward.linear_refits import LinearWindows
from services.prediction.walk_forward.windows import Plan

Inside = NDArray[np.bool_]


@dataclass(frozen=True)
class Walk:
    """What models said of the scored windows, in price units; shape `(n_models, n_scored)` unless told otherwise.

    Attributes:
        last_close: Shape `(n_scored,)`: the close at each cutoff, which is what persistence says.
        actual: Shape `(n_scored,)`: what came.
        predicted: What each model said.
        lower, upper: The ends of its interval.
        next_reach: Shape `(n_models,)`: the half width of the interval after the last window, over the volatility.
    """

    last_close: Array
    actual: Array
    predicted: Array
    lower: Array
    upper: Array
    next_reach: Array

    @property
    def errors(self) -> Array:
        """Return the absolute errors."""
        return np.abs(self.predicted - self.actual)

    @property
    def errors_of_persistence(self) -> Array:
        """Return those of persistence on the same sessions, shape `(n_scored,)`."""
        return np.abs(self.last_close - self.actual)

    @property
    def is_inside(self) -> Inside:
        """Say of each close whether it lay in the interval, an end of it included."""
        inside: Inside = (self.lower <= self.actual) & (self.actual <= self.upper)
        return inside


def walk(history: History, specs: Sequence[ModelSpec], plan: Plan, level: int) -> Walk:
    """Return what the models said of the scored windows; nothing of a window knows what came after its cutoff.

    Args:
        history: The bars.
        specs: The models.
        plan: The windows.
        level: Nominal coverage of the intervals, in percent.
    """
    target = targets.log_return_ahead(history.close, plan.horizon)
    said = log_returns(history, specs, plan, target)
    volatility = volatility_ahead(history, plan.horizon)[plan.rows]
    found = conformal.adaptive(np.abs(target[plan.rows] - said) / volatility, level, delay=plan.horizon)
    scored = slice(plan.n_calibration, None)
    last_close = history.close[plan.scored]
    reach = found.reach[:, scored] * volatility[scored]
    return Walk(
        last_close=last_close,
        actual=history.close[plan.scored + plan.horizon],
        predicted=targets.close_after(last_close, said[:, scored]),
        lower=targets.close_after(last_close, said[:, scored] - reach),
        upper=targets.close_after(last_close, said[:, scored] + reach),
        next_reach=found.next_reach,
    )


def volatility_ahead(history: History, horizon: int) -> Array:
    """Return the volatility of the next `horizon` sessions as it is estimated at the end of each: shape `(n_bars,)`."""
    return features.ewma_volatility(history.close) * float(np.sqrt(horizon))


def log_returns(history: History, specs: Sequence[ModelSpec], plan: Plan, target: Array) -> Array:
    """Return the log return that each model predicts in each window, shape `(n_models, n_windows)`."""
    matrices = {spec.feature_names: features.matrix(history, spec.feature_names) for spec in specs}
    linear = {
        names: LinearWindows(matrices[names], target, plan)
        for names in {spec.feature_names for spec in specs if spec.penalty is not None}
    }
    return np.array(
        [
            _refitted(spec, matrices[spec.feature_names], target, plan)
            if spec.penalty is None
            else linear[spec.feature_names].predict(spec.penalty)
            for spec in specs
        ]
    )


def _refitted(spec: ModelSpec, matrix: Array, target: Array, plan: Plan) -> Array:
    """Return the predictions of a model that is fitted anew at every `refit_every`-th window."""
    said = np.empty(len(plan))
    for first in range(0, len(plan), spec.refit_every):
        windows = slice(first, first + spec.refit_every)
        train = slice(plan.start[first], plan.stop[first])
        said[windows] = spec.make().fit(matrix[train], target[train]).predict(matrix[plan.rows[windows]])
    return said
