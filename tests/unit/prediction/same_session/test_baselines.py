import numpy as np

from services.prediction.same_session.baselines import fixed_formula, midrange, persistence


def test_persistence_is_the_close_before() -> None:
    assert persistence(np.array([1.0, 2, 3, 4, 5]), 3).tolist() == [3, 4]


def test_the_first_prediction_is_the_last_close_before_the_test() -> None:
    assert persistence(np.array([7.0, 9.0]), 1).tolist() == [7]


def test_the_midrange_is_the_middle_of_each_session_itself() -> None:
    highs, lows = [12.0, 30.0, 7.0], [10.0, 20.0, 7.0]
    by_hand = [low + (high - low) / 2 for high, low in zip(highs, lows, strict=True)]
    assert midrange(np.array(highs), np.array(lows)).tolist() == by_hand == [11, 25, 7]


def test_the_fixed_formula_weighs_open_high_and_low_of_each_session() -> None:
    opens, highs, lows = [11.0, 20.0, 7.0], [12.0, 30.0, 7.0], [10.0, 20.0, 7.0]
    by_hand = [11.0, 28.0, 7.0]  # 0.8 · 22 − 6.6, 0.8 · 50 − 12, 0.8 · 14 − 4.2
    assert np.allclose(fixed_formula(np.array(opens), np.array(highs), np.array(lows)), by_hand, atol=1e-12)
