"""The available models by name: their estimators, their features, and how often they are refitted.

Nothing is tuned on the data that scores it: every parameter is fixed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from services.prediction.models.features import FEATURES, LOOKBACK, TRAINING_FEATURES
from services.prediction.models.parameters import RIDGE_ALPHA, TREES
from shared.schemas.forecasts import FeatureInfo, ModelInfo, ModelName, Models

if TYPE_CHECKING:
    from sklearn.base import RegressorMixin


def _lazily(name: str) -> Callable[[], "RegressorMixin"]:
    """Return a function that builds this estimator. Only then is scikit-learn imported: a second and 60 MB."""

    def make() -> "RegressorMixin":
        from services.prediction.models import estimators  # noqa: PLC0415

        estimator: RegressorMixin = getattr(estimators, name)()
        return estimator

    return make


@dataclass(frozen=True)
class ModelSpec:
    """One entry of the registry.

    Attributes:
        make: Build the unfitted estimator; it takes the features in the order of `feature_names`.
        penalty: Ridge penalty of a linear model on standardised features, 0.0 for none: `LinearRefits` refits it at
            every window. None for any other model.
        refit_every: Windows between two refits of any other model in a walk-forward; None to fit it once.
    """

    name: ModelName
    kind: Literal["model", "baseline"]
    description: str
    make: Callable[[], "RegressorMixin"]
    feature_names: tuple[str, ...] = ()
    parameters: dict[str, float | int | str] = field(default_factory=dict)
    penalty: float | None = None
    refit_every: int | None = 1

    @property
    def info(self) -> ModelInfo:
        """Return the description in the public contract."""
        return ModelInfo(
            name=self.name,
            kind=self.kind,
            description=self.description,
            parameters=self.parameters,
            feature_names=list(self.feature_names),
            refit_every=self.refit_every or 1,
        )


_SPECS = (
    ModelSpec(
        "linear_regression",
        "model",
        "Ordinary least squares on past returns, ranges, gaps, volume and the day of the week.",
        _lazily("linear_regression"),
        TRAINING_FEATURES,
        penalty=0.0,
    ),
    ModelSpec(
        "ridge",
        "model",
        "Linear regression with coefficients shrunk towards zero, which errs less where there is little to learn.",
        _lazily("ridge"),
        TRAINING_FEATURES,
        {"alpha": RIDGE_ALPHA},
        penalty=RIDGE_ALPHA,
    ),
    ModelSpec(
        "gradient_boosting",
        "model",
        "Many small decision trees, each fitted to the errors of the previous ones; they can model nonlinear effects, "
        "and forecast deviations from the mean only.",
        _lazily("gradient_boosting"),
        TRAINING_FEATURES,
        {name: value for name, value in TREES.items() if name != "early_stopping"},
        refit_every=125,
    ),
    ModelSpec(
        "persistence",
        "baseline",
        "No change: every coming close equals the last one.",
        _lazily("persistence"),
        refit_every=None,
    ),
    ModelSpec(
        "drift",
        "baseline",
        "The mean past log return continues.",
        _lazily("drift"),
        penalty=0.0,
    ),
    ModelSpec(
        "moving_average",
        "baseline",
        f"Every coming close equals the mean close of the last {LOOKBACK} sessions.",
        _lazily("moving_average"),
        ("distance_to_mean",),
        {"window": LOOKBACK},
        refit_every=None,
    ),
)
MODELS: dict[ModelName, ModelSpec] = {spec.name: spec for spec in _SPECS}


def describe_models() -> Models:
    """Describe every model and every feature."""
    features = [FeatureInfo(name=feature.name, description=feature.description) for feature in FEATURES.values()]
    return Models(models=[spec.info for spec in _SPECS], features=features)


def warm_up() -> None:
    """Fit and predict once with every estimator, which is slow the first time."""
    rows = np.random.default_rng(0).normal(size=(100, 2))
    for spec in _SPECS:
        spec.make().fit(rows, rows[:, 0]).predict(rows)
