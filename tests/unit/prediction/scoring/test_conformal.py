"""The conformal quantile against MAPIE's, the adaptation against a slow loop; neither looks ahead."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mapie.regression import SplitConformalRegressor
from sklearn.dummy import DummyRegressor

from services.prediction.scoring.conformal import MIN_SCORES, adaptive_half_widths, rank
from services.prediction.types import Array

DELAYS = [1, 5, 20]
RATE = 0.02


def _scores(n_rows: int, n_models: int = 3, seed: int = 1) -> Array:
    return np.abs(np.random.default_rng(seed).standard_t(3, (n_models, n_rows)))


def _quantile(scores: Array, miscoverage: float) -> float:
    return float(np.sort(scores)[rank(len(scores), miscoverage) - 1])


def _slow_half_widths(scores: list[float], level: int, delay: int) -> list[float]:
    """Return the reach of each row and of the next, from a plain list: Gibbs and Candès (2021), eq. 2."""
    miscoverage = 1 - level / 100
    half_widths: list[float] = []
    for row in range(len(scores) + delay):
        known = scores[: max(0, row - delay + 1)]
        if len(known) < 20:
            half_widths.append(math.nan)
            continue
        half_width = half_widths[row - delay]
        if not math.isnan(half_width):
            miscoverage += 0.02 * ((1 - level / 100) - (known[-1] > half_width))
        last = sorted(known[-250:])
        rank = math.ceil(round((len(last) + 1) * (1 - miscoverage), 9))
        half_widths.append(last[min(max(rank, 1), len(last)) - 1])
    return half_widths


@pytest.mark.parametrize("n_scores", [20, 37, 99, 100, 250])
@pytest.mark.parametrize("level", [50, 80, 90, 95])
def test_the_quantile_is_that_of_mapie(n_scores: int, level: int) -> None:
    residuals = np.random.default_rng(n_scores).normal(size=n_scores)
    none = np.zeros((n_scores, 1))
    zero = DummyRegressor(strategy="constant", constant=0.0).fit(none, residuals)
    mapie = SplitConformalRegressor(zero, confidence_level=level / 100, prefit=True).conformalize(none, residuals)
    upper = mapie.predict_interval(none[:1])[1][0, 1, 0]
    assert _quantile(np.abs(residuals), 1 - level / 100) == pytest.approx(upper, abs=1e-9)


@pytest.mark.parametrize(
    ("miscoverage", "expected"), [(-0.1, 9.0), (0.0, 9.0), (0.1, 9.0), (0.2, 8.0), (0.9, 1.0), (1.0, 1.0), (1.1, 1.0)]
)
def test_the_quantile_of_one_to_nine(miscoverage: float, expected: float) -> None:
    assert _quantile(np.array([3.0, 1, 2, 9, 8, 7, 4, 5, 6]), miscoverage) == expected


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=50), st.floats(-0.2, 1.2), st.floats(-0.2, 1.2))
def test_the_quantile_is_the_larger_the_less_may_lie_outside(scores: list[float], first: float, second: float) -> None:
    narrow, wide = (_quantile(np.array(scores), share) for share in (max(first, second), min(first, second)))
    assert narrow <= wide


@pytest.mark.parametrize("delay", DELAYS)
@pytest.mark.parametrize("level", [50, 90, 99])
def test_it_equals_a_slow_loop_over_each_model_alone(level: int, delay: int) -> None:
    scores = _scores(400)
    found = adaptive_half_widths(scores, level, delay=delay, learning_rate=RATE)
    for model, row in enumerate(scores.tolist()):
        slow = np.array(_slow_half_widths(row, level, delay))
        np.testing.assert_allclose(found.rows[model], slow[:400], rtol=0, atol=1e-12)
        assert found.next_row[model] == pytest.approx(slow[-1], abs=1e-12)


@pytest.mark.parametrize("delay", DELAYS)
def test_only_the_first_rows_have_none(delay: int) -> None:
    half_widths = adaptive_half_widths(_scores(100), 90, delay=delay, learning_rate=RATE).rows
    n_first = MIN_SCORES + delay - 1
    assert np.isnan(half_widths[:, :n_first]).all()
    assert np.isfinite(half_widths[:, n_first:]).all()


@pytest.mark.parametrize(("n_rows", "is_known"), [(MIN_SCORES - 1, False), (MIN_SCORES, True)])
@pytest.mark.parametrize("delay", DELAYS)
def test_the_next_row_has_one_from_twenty_scores_on(delay: int, n_rows: int, is_known: bool) -> None:
    assert (
        np.isfinite(adaptive_half_widths(_scores(n_rows), 90, delay=delay, learning_rate=RATE).next_row).all()
        == is_known
    )


@given(st.sampled_from(DELAYS), st.integers(0, 99), st.floats(0, 1e6))
def test_a_score_that_is_not_yet_known_changes_nothing(delay: int, first_changed: int, changed: float) -> None:
    scores = _scores(100, seed=2)
    before = adaptive_half_widths(scores, 90, delay=delay, learning_rate=RATE).rows
    scores[:, first_changed:] = changed
    after = adaptive_half_widths(scores, 90, delay=delay, learning_rate=RATE).rows
    np.testing.assert_array_equal(after[:, : first_changed + delay], before[:, : first_changed + delay])


def test_models_do_not_see_each_other() -> None:
    scores = _scores(100)
    alone = adaptive_half_widths(scores[1:2], 90, delay=1, learning_rate=RATE).rows[0]
    np.testing.assert_array_equal(adaptive_half_widths(scores, 90, delay=1, learning_rate=RATE).rows[1], alone)


@pytest.mark.parametrize("constant", [0.0, 2.5])
def test_constant_scores_are_the_half_width(constant: float) -> None:
    found = adaptive_half_widths(np.full((1, 400), constant), 90, delay=1, learning_rate=RATE)
    assert set(found.rows[0, MIN_SCORES:]) | set(found.next_row) == {constant}


def test_equal_scores_leave_the_window_one_by_one() -> None:
    """A score that leaves must not take its equals with it, nor another in its place."""
    scores = np.round(_scores(900, n_models=2, seed=3), 1)
    found = adaptive_half_widths(scores, 90, delay=1, learning_rate=RATE)
    for model, row in enumerate(scores.tolist()):
        assert found.rows[model, MIN_SCORES:].tolist() == _slow_half_widths(row, 90, 1)[MIN_SCORES:-1]


def test_a_higher_level_is_wider_except_in_few_rows() -> None:
    """Levels adapt on their own, so that now and then the intervals of two are not nested: the price of eq. 2."""
    scores = _scores(800, n_models=20)
    half_widths = np.array(
        [
            adaptive_half_widths(scores, level, delay=1, learning_rate=RATE).rows[:, MIN_SCORES:]
            for level in (50, 80, 90, 95, 99)
        ]
    )
    assert (np.diff(half_widths.mean(axis=(1, 2))) > 0).all()
    assert np.mean(np.diff(half_widths, axis=0) < 0) < 0.005


@pytest.mark.parametrize("level", [80, 90, 95])
@pytest.mark.parametrize("delay", DELAYS)
def test_the_level_is_held_where_errors_grow_threefold(level: int, delay: int) -> None:
    scores = _scores(1000, n_models=40)
    scores[:, 500:] *= 3
    known = slice(MIN_SCORES + delay - 1, None)
    inside = scores[:, known] <= adaptive_half_widths(scores, level, delay=delay, learning_rate=RATE).rows[:, known]
    assert inside.mean() == pytest.approx(level / 100, abs=0.015)
