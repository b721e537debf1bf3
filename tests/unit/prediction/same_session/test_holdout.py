import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.prediction.same_session.holdout import bars_needed, split_position


@pytest.mark.parametrize(("n_bars", "first"), [(0, 0), (1, 0), (5, 4), (7, 5), (10, 8), (196, 156), (3270, 2616)])
def test_the_split_is_at_the_whole_part_of_four_fifths(n_bars: int, first: int) -> None:
    assert split_position(n_bars) == first


@given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 200))
def test_that_many_bars_or_more_are_enough_and_fewer_are_not(min_train: int, min_test: int, more: int) -> None:
    needed = bars_needed(min_train, min_test)

    def is_enough(n_bars: int) -> bool:
        return split_position(n_bars) >= min_train and n_bars - split_position(n_bars) >= min_test

    assert is_enough(needed + more)
    assert not is_enough(needed - 1)
