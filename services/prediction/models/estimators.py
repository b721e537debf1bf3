"""The unfitted estimators of the models: the only module that imports all of scikit-learn that fits and predicts."""

from typing import Self

from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from services.prediction.models.parameters import RIDGE_ALPHA, TREES
from services.prediction.types import Array


class FromFeature(RegressorMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Predicts its only feature unchanged, and learns nothing."""

    def fit(self, features: Array, target: Array) -> Self:
        """Learn nothing."""
        self.n_features_in_ = features.shape[1]
        return self

    def predict(self, features: Array) -> Array:
        """Return the feature, shape `(n_rows,)`."""
        return features[:, 0].copy()


class TreesOfDeviations(HistGradientBoostingRegressor):  # type: ignore[misc]  # scikit-learn has no types
    """Trees for how far the target is from its mean, as the features tell. What the mean tells is `drift`'s to say."""

    def fit(self, features: Array, target: Array) -> Self:
        """Learn from the deviations from the mean."""
        fitted: Self = super().fit(features, target - target.mean())
        return fitted


def linear_regression() -> RegressorMixin:
    """Build ordinary least squares."""
    return LinearRegression()


def ridge() -> RegressorMixin:
    """Build a ridge regression on standardised features."""
    return make_pipeline(StandardScaler(), Ridge(alpha=RIDGE_ALPHA))


def gradient_boosting() -> RegressorMixin:
    """Build the decision trees."""
    return TreesOfDeviations(**TREES)


def persistence() -> RegressorMixin:
    """Build a model that always predicts a log return of 0."""
    return DummyRegressor(strategy="constant", constant=0.0)


def drift() -> RegressorMixin:
    """Build a model that always predicts the mean target."""
    return DummyRegressor(strategy="mean")


def moving_average() -> RegressorMixin:
    """Build a model that predicts its feature."""
    return FromFeature()
