import numpy as np

from services.prediction.baselines import persistence


def test_persistence_is_the_close_before() -> None:
    assert persistence(np.array([1.0, 2, 3, 4, 5]), 3).tolist() == [3, 4]


def test_the_first_prediction_is_the_last_close_before_the_test() -> None:
    assert persistence(np.array([7.0, 9.0]), 1).tolist() == [7]
