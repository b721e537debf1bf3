import numpy as np
import pytest

from services.prediction.ranges.targets import log_range_ahead, log_range_of_last
from tests.support.prediction import simulated


def test_the_range_is_that_of_the_highest_and_the_lowest_price() -> None:
    bars = simulated.random_walk(5, seed=0)
    bars[["open", "high", "low", "close"]] = [
        [10, 12, 9, 11],
        [11, 11, 8, 9],
        [9, 20, 9, 10],
        [10, 11, 10, 10],
        [4] * 4,
    ]
    history = simulated.history(bars)
    expected = np.log([12 / 9, 11 / 8, 20 / 9, 11 / 10, 1.0])
    assert log_range_of_last(history, 1) == pytest.approx(expected)
    two = [np.nan, *np.log([12 / 8, 20 / 8, 20 / 9, 11 / 4])]
    assert log_range_of_last(history, 2) == pytest.approx(two, nan_ok=True)
    assert log_range_ahead(history, 2) == pytest.approx([*two[2:], np.nan, np.nan], nan_ok=True)


def test_a_high_below_the_close_does_not_narrow_the_range() -> None:
    bars = simulated.random_walk(3, seed=0)
    bars[["open", "high", "low", "close"]] = [[10, 11, 9, 12]] * 3
    assert log_range_of_last(simulated.history(bars), 1) == pytest.approx(np.log([12 / 9] * 3))
