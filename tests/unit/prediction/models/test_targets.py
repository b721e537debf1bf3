"""The target, in a hand-made table and as sums of single sessions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.prediction.models.targets import close_after, log_return_ahead, settle


@pytest.mark.parametrize(
    ("horizon", "in_twos"), [(1, [1, 1, -2, 3, np.nan]), (2, [2, -1, 1, np.nan, np.nan]), (4, [3] + [np.nan] * 4)]
)
def test_a_hand_made_table(horizon: int, in_twos: list[float]) -> None:
    close = np.array([1.0, 2, 4, 1, 8])
    expected = np.array(in_twos) * np.log(2)
    np.testing.assert_allclose(log_return_ahead(close, horizon), expected, rtol=0, atol=1e-15)


@given(st.lists(st.floats(1e-6, 1e6), min_size=21, max_size=60), st.integers(1, 20))
def test_further_ahead_is_the_sum_of_the_sessions_between(closes: list[float], horizon: int) -> None:
    close = np.array(closes)
    single = log_return_ahead(close, 1)
    expected = [single[row : row + horizon].sum() for row in range(len(close))]
    np.testing.assert_allclose(log_return_ahead(close, horizon)[:-horizon], expected[:-horizon], rtol=0, atol=1e-9)


@given(st.integers(1, 20), st.integers(21, 60))
def test_the_last_rows_have_no_target_yet(horizon: int, n_bars: int) -> None:
    known = np.isfinite(log_return_ahead(np.arange(1.0, n_bars + 1), horizon))
    assert known.tolist() == [True] * (n_bars - horizon) + [False] * horizon


def test_the_close_after_a_log_return_is_its_inverse_and_always_finite() -> None:
    close = np.array([1.0, 2, 4, 1, 8])
    np.testing.assert_allclose(close_after(close[:-1], log_return_ahead(close, 1)[:-1]), close[1:], rtol=1e-15)
    assert close_after(np.array([1e6]), np.array([1e9])) < 1e15
    assert close_after(np.array([1e-6]), np.array([-1e9])) > 0


def test_an_end_beside_a_price_is_that_price_and_no_other_end_moves() -> None:
    price = np.array([1.0001, 1.0001, 3.75, 0.0])
    ends = np.array([np.nextafter(1.0001, 2), 1.0001 + 1e-11, 3.8, 1e-20])
    assert settle(ends, price).tolist() == [1.0001, 1.0001 + 1e-11, 3.8, 1e-20]
