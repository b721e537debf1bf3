"""Well-formed model files that hold foreign estimators."""

from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
import skops.io
from sklearn.base import RegressorMixin
from sklearn.cluster import KMeans
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from shared.schemas.forecasts import ModelName
from tests.support.prediction.stored_models import StoredModel


@pytest.fixture
def drift(tmp_path: Path) -> StoredModel:
    return StoredModel.create(tmp_path, "drift")


def test_a_foreign_node_inside_one_of_our_models_is_refused(drift: StoredModel) -> None:
    stuffed = DummyRegressor().fit(np.empty((2, 0)), [0.0, 0.0])
    stuffed.spare_ = KMeans()
    assert skops.io.get_untrusted_types(data=skops.io.dumps(stuffed)) == [], "skops alone would let it in"
    drift.forge(body=skops.io.dumps(stuffed))
    assert drift.assert_refused() == (
        "The file holds nodes that our models do not use: ObjectNode sklearn.cluster._kmeans.KMeans."
    )


ROWS = np.random.default_rng(3).normal(size=(60, 16))


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("linear_regression", Ridge()),
        ("linear_regression", KMeans(2, n_init=1)),
        ("linear_regression", LinearRegression(positive=True)),
        ("ridge", make_pipeline(StandardScaler(), Ridge(alpha=1.0))),
        ("ridge", make_pipeline(StandardScaler(), LinearRegression())),
        ("ridge", make_pipeline(Ridge(alpha=1000.0))),
        ("drift", DummyRegressor(strategy="constant", constant=0.0)),
        ("persistence", DummyRegressor(strategy="constant", constant=1.0)),
    ],
)
def test_another_estimator_is_refused(name: ModelName, other: RegressorMixin, tmp_path: Path) -> None:
    stored = StoredModel.create(tmp_path, name)
    stored.forge(body=skops.io.dumps(other.fit(ROWS, ROWS[:, 0])))
    stored.assert_refused()


@pytest.mark.parametrize(
    "other", [LinearRegression(), LinearRegression().fit(ROWS[:, :3], ROWS[:, 0]), LinearRegression().fit(ROWS, ROWS)]
)
def test_an_estimator_that_cannot_predict_is_refused(other: LinearRegression, tmp_path: Path) -> None:
    stored = StoredModel.create(tmp_path, "linear_regression")
    stored.forge(body=skops.io.dumps(other))
    stored.assert_refused()


def test_an_estimator_that_predicts_no_number_is_refused(drift: StoredModel) -> None:
    broken = DummyRegressor().fit(np.empty((2, 0)), [0.0, 0.0])
    broken.constant_ = np.array([[np.nan]])
    drift.forge(body=skops.io.dumps(broken))
    drift.assert_refused()


@pytest.mark.parametrize(
    ("field", "value"),
    [("left", 10**6), ("right", 10**6), ("left", 0), ("feature_idx", 16), ("feature_idx", -1), ("is_categorical", 1)],
)
def test_trees_that_point_outside_themselves_are_refused(field: str, value: int, tmp_path: Path) -> None:
    stored = StoredModel.create(tmp_path, "gradient_boosting")
    altered = deepcopy(stored.trained.estimator)
    nodes = altered._predictors[-1][0].nodes
    assert not nodes["is_leaf"][0]
    nodes[field][0] = value
    stored.forge(body=skops.io.dumps(altered))
    assert stored.assert_refused() == "The decision trees are invalid."
