"""Runs models over walk-forward windows: predictions, intervals and actuals of each window."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from services.prediction.inputs.history import History
from services.prediction.models import targets
from services.prediction.models.registry import ModelSpec
from services.prediction.models.training_set import TrainingSet, training_set
from services.prediction.models.volatility import volatility_of
from services.prediction.scoring import conformal
from services.prediction.types import Array
from services.prediction.walk_forward.linear_refits import LinearRefits
from services.prediction.walk_forward.windows import Windows
from shared.statistics import interval_scores

P = ParamSpec("P")
T = TypeVar("T")
Inside = NDArray[np.bool_]
LEARNING_RATE = 0.005  # one session ahead: what the volatility does not foresee, such as September 2008
LEARNING_RATE_AHEAD = 0.02  # over the square of a longer horizon


@dataclass(frozen=True)
class Intervals:
    """The prediction intervals of one level in the scored windows, in price units.

    Attributes:
        level: Nominal coverage, in percent.
        lower, upper: Shape `(n_models, n_scored)`: the ends.
        plain_lower, plain_upper: Shape `(n_scored,)`: those of the plain normal band, which needs no model.
        next_half_width: Shape `(n_models,)`: half width of the interval after the last window, over the volatility.
    """

    level: int
    lower: Array
    upper: Array
    plain_lower: Array
    plain_upper: Array
    next_half_width: Array


@dataclass(frozen=True)
class IntervalScores:
    """How the intervals of one model and level did, in the units of `shared.schemas.forecasts.StepInterval`."""

    coverage: float
    coverage_standard_error: float
    score: float
    plain_score: float


@dataclass(frozen=True)
class WalkForward:
    """Predictions of the scored windows, in price units; shape `(n_models, n_scored)` unless stated otherwise.

    Attributes:
        last_close: Shape `(n_scored,)`: the close at each cutoff, which persistence predicts.
        actual: Shape `(n_scored,)`: the actual closes.
        predicted: The predictions of each model.
        intervals: Their intervals, one entry for each level.
        seconds: Shape `(n_models,)`: how long the fits and predictions of each took; what models share counts for each.
    """

    last_close: Array
    actual: Array
    predicted: Array
    intervals: tuple[Intervals, ...]
    seconds: Array

    @property
    def errors(self) -> Array:
        """Return the absolute errors."""
        return np.abs(self.predicted - self.actual)

    @property
    def persistence_errors(self) -> Array:
        """Return the absolute errors of persistence on the same sessions, shape `(n_scored,)`."""
        return np.abs(self.last_close - self.actual)

    def is_inside(self, intervals: Intervals) -> Inside:
        """Return whether each actual lies in its interval, ends included."""
        inside: Inside = (intervals.lower <= self.actual) & (self.actual <= intervals.upper)
        return inside

    def score_intervals(self, intervals: Intervals, row: int) -> IntervalScores:
        """Score the intervals of the model in this row, and the plain normal band."""
        inside, level = self.is_inside(intervals)[row], intervals.level
        return IntervalScores(
            coverage=float(inside.mean()),
            coverage_standard_error=interval_scores.coverage_standard_error(inside, level),
            score=interval_scores.interval_score(self.actual, intervals.lower[row], intervals.upper[row], level),
            plain_score=interval_scores.interval_score(
                self.actual, intervals.plain_lower, intervals.plain_upper, level
            ),
        )


def run_walk_forward(
    history: History, specs: Sequence[ModelSpec], windows: Windows, levels: Sequence[int]
) -> WalkForward:
    """Predict the scored windows; no window uses anything after its cutoff.

    Args:
        history: The bars.
        specs: The models.
        windows: The windows.
        levels: Nominal coverages of the intervals, in percent.
    """
    target = targets.log_return_ahead(history.close, windows.horizon)
    predicted, seconds = predict_log_returns(history, specs, windows)
    scored = slice(windows.n_calibration, None)
    last_close = history.close[windows.scored_rows]
    scores_at = np.abs(target[windows.rows] - predicted), volatility_of(history).ahead(windows.horizon)[windows.rows]
    return WalkForward(
        last_close=last_close,
        actual=history.close[windows.scored_rows + windows.horizon],
        predicted=targets.close_after(last_close, predicted[:, scored]),
        intervals=tuple(_build_intervals(history, windows, predicted, *scores_at, level) for level in levels),
        seconds=seconds,
    )


def learning_rate(horizon: int) -> float:
    """Return γ: how fast intervals this many sessions ahead adapt to their own misses.

    When a miss becomes known, `horizon` − 1 overlapping ones are still to come, and each takes a step: with equal
    steps the intervals would swing to the widest score and stay there.
    """
    return LEARNING_RATE if horizon == 1 else LEARNING_RATE_AHEAD / horizon**2


def _build_intervals(
    history: History, windows: Windows, predicted: Array, errors: Array, volatility: Array, level: int
) -> Intervals:
    horizon, scored = windows.horizon, slice(windows.n_calibration, None)
    half_widths = conformal.adaptive_half_widths(
        errors / volatility, level, delay=horizon, learning_rate=learning_rate(horizon)
    )
    half_width = half_widths.rows[:, scored] * volatility[scored]
    last_close, actual = history.close[windows.scored_rows], history.close[windows.scored_rows + horizon]
    plain = interval_scores.plain_half_widths(history.close, horizon, level)[windows.scored_rows]
    return Intervals(
        level=level,
        lower=targets.settle(targets.close_after(last_close, predicted[:, scored] - half_width), actual),
        upper=targets.settle(targets.close_after(last_close, predicted[:, scored] + half_width), actual),
        plain_lower=targets.close_after(last_close, -plain),
        plain_upper=targets.close_after(last_close, plain),
        next_half_width=half_widths.next_row,
    )


def predict_log_returns(history: History, specs: Sequence[ModelSpec], windows: Windows) -> tuple[Array, Array]:
    """Predict the log return of each window by each model, shape `(n_models, n_windows)`; time each model."""
    learnt = {
        names: _timed(training_set, history, names, windows.horizon) for names in {spec.feature_names for spec in specs}
    }
    linear_refits = {
        names: _timed(LinearRefits, learnt[names][0], windows)
        for names in {spec.feature_names for spec in specs if spec.penalty is not None}
    }
    predicted, seconds = [], []
    for spec in specs:
        rows, shared = learnt[spec.feature_names]
        if spec.penalty is None:
            work = partial(_predict_with_refits, spec, rows, windows)
        else:
            refits, more = linear_refits[spec.feature_names]
            work, shared = partial(refits.predict, spec.penalty), shared + more
        values, own = _timed(work)
        predicted.append(values)
        seconds.append(shared + own)
    return np.array(predicted), np.array(seconds)


def _timed(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> tuple[T, float]:
    began_at = time.thread_time()
    return work(*args, **kwargs), time.thread_time() - began_at


def _predict_with_refits(spec: ModelSpec, learnt: TrainingSet, windows: Windows) -> Array:
    """Predict each window by a model that is refitted at every `refit_every`-th one."""
    step = spec.refit_every or len(windows)
    predicted = np.empty(len(windows))
    for first in range(0, len(windows), step):
        train = learnt.select(int(windows.start[first]), int(windows.stop[first]))
        rows = windows.rows[first : first + step]
        model = spec.make().fit(learnt.features[train], learnt.target[train])
        predicted[first : first + step] = model.predict(learnt.features[rows])
    return predicted
