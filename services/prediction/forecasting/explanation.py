"""Explain a model by its coefficients, or by permutation importance."""

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.inspection import permutation_importance
from sklearn.pipeline import Pipeline

from services.prediction.inputs.history import History
from services.prediction.models.features import LOOKBACK
from services.prediction.models.registry import ModelSpec
from services.prediction.models.training_set import training_set
from services.prediction.types import SEED, Array
from shared.schemas.forecasts import Explanation, Importance

N_SHUFFLED = 250  # rows that are shuffled, about a year
N_REPEATS = 5
MIN_DEVIATION = 1e-12  # features are log returns and flags; a smaller standard deviation is rounding
MAX_ABS_EFFECT = 100.0  # a log return far beyond any price, whose exponential is still finite


def explain(spec: ModelSpec, estimator: RegressorMixin, history: History, horizon: int) -> Explanation:
    """Explain the model's forecast `horizon` sessions ahead, features with the largest effect first.

    Args:
        spec: The model.
        estimator: Its estimator, fitted on all rows of the history to learn from.
        history: At least `windows.bars_needed(horizon)` bars.
        horizon: Sessions ahead.
    """
    if not spec.feature_names:
        return _explain_without_features(spec, estimator, horizon)
    learnt = training_set(history, spec.feature_names, horizon)
    rows = learnt.select(LOOKBACK, len(history) - horizon)
    matrix = learnt.features[rows]
    if spec.penalty is not None:
        return _explain_by_coefficients(spec, estimator, matrix, horizon)
    return _explain_by_permutation(spec, matrix, learnt.target[rows], horizon)


def _explain_without_features(spec: ModelSpec, estimator: RegressorMixin, horizon: int) -> Explanation:
    if spec.name == "persistence":
        detail = "It uses no features: it predicts no change."
    else:
        mean = f"{100 * float(estimator.constant_.item()):.3f}".replace("-0.000", "0.000").replace("-", "−")
        ahead = _format_sessions(horizon)
        detail = f"It uses no features: it adds the mean past log return over {ahead}, {mean} %."
    return Explanation(method="none", unit="None: there are no features.", detail=detail, importances=[])


def _explain_by_coefficients(spec: ModelSpec, estimator: RegressorMixin, matrix: Array, horizon: int) -> Explanation:
    deviations = matrix.std(axis=0)
    coefficients = np.where(deviations > MIN_DEVIATION, _coefficients(estimator), 0.0)
    effects = 100 * np.expm1(np.clip(coefficients * deviations, -MAX_ABS_EFFECT, MAX_ABS_EFFECT))
    order = np.argsort(-np.abs(effects), kind="stable")
    return Explanation(
        method="coefficients",
        unit="Percent of the forecast close per standard deviation of the feature.",
        detail=(
            f"How far the forecast close {_format_sessions(horizon)} ahead moves if the feature alone is one standard "
            "deviation higher, measured over the sessions that the model was fitted on."
        ),
        importances=[
            Importance(
                feature=spec.feature_names[column],
                value=float(effects[column]),
                coefficient=float(coefficients[column]),
            )
            for column in order
        ],
    )


def _coefficients(estimator: RegressorMixin) -> Array:
    """Return the log return per unit of each feature, shape `(n_features,)`."""
    if isinstance(estimator, Pipeline):
        scaler, linear = (step for _, step in estimator.steps)
        return np.asarray(linear.coef_ / scaler.scale_)
    return np.asarray(estimator.coef_)


def _explain_by_permutation(spec: ModelSpec, matrix: Array, target: Array, horizon: int) -> Explanation:
    """Fit on the earlier rows and shuffle one feature at a time in the later ones, which the fit has not used.

    Source: Breiman (2001), Random Forests, Machine Learning 45, 10 (the noised-up variables), by scikit-learn.
    """
    first_shuffled = len(target) - min(N_SHUFFLED, len(target) // 2)
    train, shuffled = slice(0, first_shuffled - horizon + 1), slice(first_shuffled, None)
    estimator = spec.make().fit(matrix[train], target[train])
    result = permutation_importance(
        estimator,
        matrix[shuffled],
        target[shuffled],
        scoring="neg_mean_absolute_error",
        n_repeats=N_REPEATS,
        random_state=SEED,
    )
    rises = 100 * result.importances_mean
    n_shuffled = len(target) - first_shuffled
    return Explanation(
        method="permutation_importance",
        unit="Increase of the mean absolute error, in percent of the price.",
        detail=(
            f"How much worse the same model, fitted on earlier sessions only, predicts the last {n_shuffled} sessions "
            f"whose close {_format_sessions(horizon)} ahead is known if the feature is shuffled among them. Zero or "
            "less means that the feature did not help."
        ),
        importances=[
            Importance(feature=spec.feature_names[column], value=float(rises[column]), coefficient=None)
            for column in np.argsort(-rises, kind="stable")
        ],
    )


def _format_sessions(n: int) -> str:
    return "1 session" if n == 1 else f"{n} sessions"
