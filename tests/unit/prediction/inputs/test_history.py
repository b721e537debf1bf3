"""How many bars there are, in words."""

import math

import pytest

from services.prediction.inputs.history import describe_size
from services.prediction.same_session.result import compute_result
from shared.errors import NotEnoughBars
from tests.support.prediction import simulated


@pytest.mark.parametrize(
    ("n_complete", "n_incomplete", "size"),
    [
        (1, 0, "AAPL has 1 complete bar"),
        (6, 1, "AAPL has 6 complete bars (1 other lacks a usable price)"),
        (0, 300, "AAPL has 0 complete bars (300 others lack a usable price)"),
    ],
)
def test_the_bars_that_were_left_out_are_named(n_complete: int, n_incomplete: int, size: str) -> None:
    assert describe_size("AAPL", n_complete, n_incomplete) == size


def test_they_are_named_where_too_few_remain_for_a_result() -> None:
    bars = simulated.random_walk(8, seed=1)
    bars.loc[6:, "open"] = math.nan
    with pytest.raises(NotEnoughBars, match=r"has 6 complete bars \(2 others lack a usable price\); at least 7 are"):
        compute_result(simulated.to_payload(bars), "AAPL")
