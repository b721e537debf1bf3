import numpy as np
import pytest

from shared.market.split_jumps import split_like_jumps


def _jumps(opens: list[float], closes: list[float]) -> list[int]:
    at: list[int] = split_like_jumps(np.array(opens), np.array(closes)).tolist()
    return at


@pytest.mark.parametrize("ratio", [1.5, 2, 3, 4, 7, 10, 20, 100])
def test_a_split_and_its_reverse_are_jumps(ratio: float) -> None:
    assert _jumps([100, 100, 100 / ratio], [100, 100, 101 / ratio]) == [2]
    assert _jumps([100, 100, 100 * ratio], [100, 100, 99 * ratio]) == [2]


@pytest.mark.parametrize(
    ("open_after", "close_after"),
    [(100, 101), (75, 74), (55, 54), (50, 60), (45, 45), (90, 50)],
    ids=["no change", "a bad day", "between the ratios", "rises on", "not at half", "falls after the opening"],
)
def test_what_a_market_does_is_not_a_split(open_after: float, close_after: float) -> None:
    assert _jumps([100, 100, open_after], [100, 100, close_after]) == []


def test_each_of_several_is_found() -> None:
    assert _jumps([100, 50, 50, 25], [100, 50, 50, 25]) == [1, 3]


def test_too_few_bars_have_no_jump() -> None:
    assert _jumps([], []) == _jumps([1], [1]) == []


def test_an_unknown_or_invalid_price_is_neither_a_jump_nor_a_warning() -> None:
    nan, inf = float("nan"), float("inf")
    assert _jumps([100, nan, 0, -50, 100, inf, 1e-320], [100, 50, nan, 0, -50, 100, inf]) == []
