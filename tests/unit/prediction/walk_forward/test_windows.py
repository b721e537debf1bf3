"""The windows against a hand-made table and scikit-learn's splitter; training never overlaps a test."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import TimeSeriesSplit

from services.prediction.models.features import LOOKBACK
from services.prediction.models.training_set import MIN_TRAIN
from services.prediction.scoring.conformal import MIN_SCORES
from services.prediction.walk_forward.windows import (
    MIN_SCORED,
    N_CALIBRATION,
    SLIDING_SESSIONS,
    WindowKind,
    Windows,
    bars_needed,
    walk_forward_windows,
)

KINDS: list[WindowKind] = ["expanding", "sliding"]


@st.composite
def _drawn_windows(draw: st.DrawFn) -> tuple[Windows, int, int, WindowKind]:
    """Draw windows with their number of bars, requested windows and kind."""
    horizon = draw(st.integers(1, 20), "horizon")
    n_bars = bars_needed(horizon) + draw(st.integers(0, 100) | st.integers(0, 3000), "bars more than needed")
    n_scored, kind = draw(st.integers(20, 1000), "windows"), draw(st.sampled_from(KINDS), "kind")
    return walk_forward_windows(n_bars, horizon, n_scored, kind), n_bars, n_scored, kind


@given(_drawn_windows())
def test_whatever_a_window_trains_on_is_known_when_it_predicts(drawn: tuple[Windows, int, int, WindowKind]) -> None:
    windows, *_ = drawn
    last_target = windows.stop - 1 + windows.horizon
    assert (last_target <= windows.rows).all()
    assert (windows.rows - (windows.stop - 1) >= windows.horizon).all()


@given(_drawn_windows())
def test_every_window_has_features_and_enough_rows_to_train_on(drawn: tuple[Windows, int, int, WindowKind]) -> None:
    windows, *_ = drawn
    assert windows.start.min() >= LOOKBACK
    assert (windows.stop - windows.start).min() >= MIN_TRAIN


@given(_drawn_windows())
def test_an_expanding_window_keeps_its_start_and_a_sliding_one_its_length(
    drawn: tuple[Windows, int, int, WindowKind],
) -> None:
    windows, _, _, kind = drawn
    assert (np.diff(windows.stop) == 1).all()
    n_known = windows.stop - LOOKBACK
    expected = np.minimum(n_known, SLIDING_SESSIONS) if kind == "sliding" else n_known
    assert (windows.stop - windows.start).tolist() == expected.tolist()


@given(_drawn_windows())
def test_the_windows_are_the_last_ones_one_after_the_other(drawn: tuple[Windows, int, int, WindowKind]) -> None:
    windows, n_bars, *_ = drawn
    assert (np.diff(windows.rows) == 1).all()
    assert windows.rows[-1] + windows.horizon == n_bars - 1
    assert windows.scored_rows.tolist() == windows.rows[windows.n_calibration :].tolist()


@given(_drawn_windows())
def test_as_many_are_scored_as_asked_for_if_bars_allow(drawn: tuple[Windows, int, int, WindowKind]) -> None:
    windows, n_bars, n_scored, _ = drawn
    assert MIN_SCORED <= len(windows.scored_rows) <= n_scored
    assert MIN_SCORES + windows.horizon <= windows.n_calibration <= N_CALIBRATION
    assert len(windows) == len(windows.scored_rows) + windows.n_calibration
    if n_bars >= bars_needed(windows.horizon) + 2 * 1000:
        assert (len(windows.scored_rows), windows.n_calibration) == (n_scored, N_CALIBRATION)


@pytest.mark.parametrize("horizon", range(1, 21))
def test_the_bars_needed_are_exactly_those(horizon: int) -> None:
    needed = bars_needed(horizon)
    enough, too_few = walk_forward_windows(needed, horizon, 1000), walk_forward_windows(needed - 1, horizon, 1000)
    assert needed == 119 + 3 * horizon
    assert (len(enough.scored_rows), enough.n_calibration) == (MIN_SCORED, MIN_SCORED + horizon)
    assert len(too_few.scored_rows) < MIN_SCORED
    assert int(enough.stop[0] - enough.start[0]) == MIN_TRAIN


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("horizon", [1, 2, 5, 20])
@pytest.mark.parametrize("n_bars", [300, 1500])
def test_they_are_those_of_scikit_learn(n_bars: int, horizon: int, kind: WindowKind) -> None:
    """A sample is a row whose features and target are known, so that between them lie `horizon - 1` that are not."""
    windows = walk_forward_windows(n_bars, horizon, 250, kind)
    most = SLIDING_SESSIONS if kind == "sliding" else None
    splitter = TimeSeriesSplit(len(windows), gap=horizon - 1, test_size=1, max_train_size=most)
    samples = np.arange(LOOKBACK, n_bars - horizon)
    expected = [(samples[train].tolist(), samples[test].tolist()) for train, test in splitter.split(samples)]
    bounds = zip(windows.start, windows.stop, windows.rows, strict=True)
    assert [(list(range(start, stop)), [row]) for start, stop, row in bounds] == expected


def test_a_hand_made_table() -> None:
    windows = walk_forward_windows(128, 3, 250)
    assert bars_needed(3) == 128
    assert len(windows) == 43
    first = (windows.rows[0], windows.start[0], windows.stop[0])
    assert first == (82, 20, 80)  # it trains on rows 20 to 79; the last target is the close of row 82
    assert (windows.rows[-1], windows.start[-1], windows.stop[-1]) == (124, 20, 122)
    assert (windows.n_calibration, windows.scored_rows[0]) == (23, 105)
