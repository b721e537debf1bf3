"""The windows in a table made by hand, against scikit-learn's splitter, and that training never overlaps a test."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import TimeSeriesSplit

from services.prediction.models.features import LOOKBACK
from services.prediction.scoring.conformal import MIN_SCORES
from services.prediction.walk_forward.windows import (
    MIN_SCORED,
    MIN_TRAIN,
    N_CALIBRATION,
    SLIDING_SESSIONS,
    Kind,
    Plan,
    bars_needed,
    plan,
)

KINDS: list[Kind] = ["expanding", "sliding"]


@st.composite
def _plans(draw: st.DrawFn) -> tuple[Plan, int, int, Kind]:
    """Return a plan with the bars, the windows and the kind that were asked for."""
    horizon = draw(st.integers(1, 20), "horizon")
    n_bars = bars_needed(horizon) + draw(st.integers(0, 100) | st.integers(0, 3000), "bars more than needed")
    n_scored, kind = draw(st.integers(20, 1000), "windows"), draw(st.sampled_from(KINDS), "kind")
    return plan(n_bars, horizon, n_scored, kind), n_bars, n_scored, kind


@given(_plans())
def test_whatever_a_window_trains_on_is_known_when_it_predicts(planned: tuple[Plan, int, int, Kind]) -> None:
    found, *_ = planned
    last_target = found.stop - 1 + found.horizon
    assert (last_target <= found.rows).all()
    assert (found.rows - (found.stop - 1) >= found.horizon).all()


@given(_plans())
def test_every_window_has_features_and_enough_rows_to_train_on(planned: tuple[Plan, int, int, Kind]) -> None:
    found, *_ = planned
    assert found.start.min() >= LOOKBACK
    assert (found.stop - found.start).min() >= MIN_TRAIN


@given(_plans())
def test_an_expanding_window_keeps_its_start_and_a_sliding_one_its_length(
    planned: tuple[Plan, int, int, Kind],
) -> None:
    found, _, _, kind = planned
    assert (np.diff(found.stop) == 1).all()
    n_known = found.stop - LOOKBACK
    expected = np.minimum(n_known, SLIDING_SESSIONS) if kind == "sliding" else n_known
    assert (found.stop - found.start).tolist() == expected.tolist()


@given(_plans())
def test_the_windows_are_the_last_ones_one_after_the_other(planned: tuple[Plan, int, int, Kind]) -> None:
    found, n_bars, *_ = planned
    assert (np.diff(found.rows) == 1).all()
    assert found.rows[-1] + found.horizon == n_bars - 1
    assert found.scored.tolist() == found.rows[found.n_calibration :].tolist()


@given(_plans())
def test_as_many_are_scored_as_asked_for_if_bars_allow(planned: tuple[Plan, int, int, Kind]) -> None:
    found, n_bars, n_scored, _ = planned
    assert MIN_SCORED <= len(found.scored) <= n_scored
    assert MIN_SCORES + found.horizon <= found.n_calibration <= N_CALIBRATION
    assert len(found) == len(found.scored) + found.n_calibration
    if n_bars >= bars_needed(found.horizon) + 2 * 1000:
        assert (len(found.scored), found.n_calibration) == (n_scored, N_CALIBRATION)


@pytest.mark.parametrize("horizon", range(1, 21))
def test_the_bars_needed_are_exactly_those(horizon: int) -> None:
    needed = bars_needed(horizon)
    enough, too_few = plan(needed, horizon, 1000), plan(needed - 1, horizon, 1000)
    assert needed == 119 + 3 * horizon
    assert (len(enough.scored), enough.n_calibration) == (MIN_SCORED, MIN_SCORED + horizon)
    assert len(too_few.scored) < MIN_SCORED
    assert int(enough.stop[0] - enough.start[0]) == MIN_TRAIN


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("horizon", [1, 2, 5, 20])
@pytest.mark.parametrize("n_bars", [300, 1500])
def test_they_are_those_of_scikit_learn(n_bars: int, horizon: int, kind: Kind) -> None:
    """A sample is a row whose features and target are known, so that between them lie `horizon - 1` that are not."""
    found = plan(n_bars, horizon, 250, kind)
    most = SLIDING_SESSIONS if kind == "sliding" else None
    splitter = TimeSeriesSplit(len(found), gap=horizon - 1, test_size=1, max_train_size=most)
    samples = np.arange(LOOKBACK, n_bars - horizon)
    expected = [(samples[train].tolist(), samples[test].tolist()) for train, test in splitter.split(samples)]
    windows = zip(found.start, found.stop, found.rows, strict=True)
    assert [(list(range(start, stop)), [row]) for start, stop, row in windows] == expected


def test_a_hand_made_table() -> None:
    found = plan(128, 3, 250)
    assert bars_needed(3) == 128
    assert len(found) == 43
    assert (found.rows[0], found.start[0], found.stop[0]) == (82, 20, 80)  # rows 20 to 79; the last target is row 82's
    assert (found.rows[-1], found.start[-1], found.stop[-1]) == (124, 20, 122)
    assert (found.n_calibration, found.scored[0]) == (23, 105)
