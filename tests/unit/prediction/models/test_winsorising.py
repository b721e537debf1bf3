"""Winsorised moves against a slow loop; what a single wrong price can still do to them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.prediction.models.features import LOOKBACK
from services.prediction.models.winsorising import N_FIRST, moves_of, winsorise
from tests.support.prediction import simulated
from tests.support.prediction.winsorised import winsorised

PRICES = ["open", "high", "low", "close"]


@example([2.0, 0.0046])
@given(st.lists(st.floats(-5, 5), max_size=60))
def test_each_move_is_clipped_as_in_a_slow_loop(moves: list[float]) -> None:
    np.testing.assert_allclose(winsorise(np.array(moves)), winsorised(moves), rtol=1e-12, atol=0)


def test_usual_moves_stay_unchanged_to_the_bit() -> None:
    moves = np.random.default_rng(1).uniform(-0.02, 0.02, 300)
    assert winsorise(moves).tobytes() == moves.tobytes()


def test_the_first_moves_bound_one_another_before_any_model_looks_at_them() -> None:
    assert N_FIRST == LOOKBACK


def _after(bars: pd.DataFrame, rows: slice) -> float:
    """Return the largest move of these rows over the usual deviation of a return."""
    moves = moves_of(simulated.history(bars))
    largest = max(np.abs(values[rows]).max() for values in (moves.returns, moves.gaps, moves.ranges))
    return float(largest / simulated.VOLATILITY)


@pytest.mark.parametrize("factor", [0.01, 0.5, 2, 100])
@pytest.mark.parametrize("columns", [PRICES, ["close"], ["open"], ["high", "close"]])
def test_a_wrong_price_moves_no_more_than_a_wild_day(columns: list[str], factor: float) -> None:
    bars = simulated.random_walk(300, seed=5)
    bars.loc[200, columns] *= factor
    assert _after(bars, slice(180, 210)) < 11  # twice in a row: the second bound follows the first


def test_a_volume_that_was_never_known_and_then_is_counts_little() -> None:
    bars = simulated.random_walk(300, seed=5).assign(volume=0.0)
    bars.loc[200:, "volume"] = 1e9
    assert moves_of(simulated.history(bars)).volume_changes[200] == pytest.approx(4e-4)


@settings(max_examples=20, deadline=None)
@given(first=st.integers(N_FIRST + 1, 99), factor=st.sampled_from([0.01, 0.5, 3.0, 1000.0]))
def test_later_bars_change_no_bit(first: int, factor: float) -> None:
    bars = simulated.volatility_clusters(100, seed=1)
    before = moves_of(simulated.history(bars))
    bars.loc[first:, [*PRICES, "volume"]] *= factor
    after = moves_of(simulated.history(bars))
    for name, values in vars(before).items():
        assert getattr(after, name)[:first].tobytes() == values[:first].tobytes(), name
