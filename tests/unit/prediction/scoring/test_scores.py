"""The scores against scikit-learn's, a naive loop and hand-made tables."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from services.prediction.scoring import scores
from services.prediction.types import Array

PRICES = st.lists(st.tuples(st.floats(1, 1000), st.floats(1, 1000), st.floats(1, 1000)), min_size=2, max_size=50).map(
    lambda rows: tuple(np.array(column) for column in zip(*rows, strict=True))
)


@given(PRICES)
def test_they_equal_those_of_scikit_learn(prices: tuple[Array, Array, Array]) -> None:
    actual, predicted, before = prices
    result = scores.score(actual, predicted, before)
    assert result.mae == pytest.approx(metrics.mean_absolute_error(actual, predicted))
    assert result.mse == pytest.approx(metrics.mean_squared_error(actual, predicted))
    assert result.rmse == pytest.approx(metrics.root_mean_squared_error(actual, predicted))
    assert result.mape == pytest.approx(metrics.mean_absolute_percentage_error(actual, predicted))
    if np.ptp(actual) > 0.01:
        assert result.r2 == pytest.approx(metrics.r2_score(actual, predicted), rel=1e-6, abs=1e-6)


@given(PRICES)
def test_directional_accuracy_equals_a_naive_count(prices: tuple[Array, Array, Array]) -> None:
    right = moved = 0
    for actual, predicted, before in zip(*prices, strict=True):
        if actual != before:
            moved += 1
            right += (actual > before and predicted > before) or (actual < before and predicted < before)
    result = scores.directional_accuracy(*prices)
    names_a_side = any(predicted != before for _, predicted, before in zip(*prices, strict=True))
    assert result == (pytest.approx(right / moved) if moved and names_a_side else None)


def test_persistence_predicts_no_direction() -> None:
    actual, before = np.array([2.0, 3.0]), np.array([1.0, 2.0])
    assert scores.score(actual, before, before).directional_accuracy is None
    assert scores.score(actual, np.array([1.0, 2.5]), before).directional_accuracy == 0.5


def test_a_hand_made_table() -> None:
    actual, predicted, before = np.array([10.0, 12, 11, 11]), np.array([11.0, 13, 10, 12]), np.array([9.0, 10, 12, 11])
    result = scores.score(actual, predicted, before)
    assert (result.mae, result.mse, result.rmse) == (1, 1, 1)
    assert result.mape == pytest.approx((1 / 10 + 1 / 12 + 1 / 11 + 1 / 11) / 4)
    assert result.r2 == pytest.approx(1 - 4 / 2)
    assert result.directional_accuracy == 1  # of the three that moved


def test_what_is_undefined_is_none_and_never_nan() -> None:
    constant = np.array([5.0, 5.0])
    result = scores.score(constant, constant + 1, constant)
    assert result.r2 is None
    assert result.directional_accuracy is None
    assert scores.mape(np.array([0.0, 1.0]), np.array([1.0, 1.0])) is None


@pytest.mark.parametrize(("mae", "persistence_mae", "skill"), [(2, 4, 0.5), (4, 4, 0), (6, 4, -0.5), (1, 0, None)])
def test_skill_is_the_share_of_the_error_of_persistence_that_is_saved(
    mae: float, persistence_mae: float, skill: float | None
) -> None:
    assert scores.skill(mae, persistence_mae) == skill
