"""The interval score, the plain band and the error of a coverage, against plain lists and other implementations."""

import math
import statistics

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mapie.metrics.regression import regression_mwi_score
from scipy import stats

from shared.statistics.interval_scores import coverage_standard_error, interval_score, plain_half_widths
from tests.support.prediction import simulated

PRICE = st.floats(1, 1000)


@given(st.lists(st.tuples(PRICE, PRICE, PRICE), min_size=1, max_size=30), st.sampled_from([50, 80, 90, 95, 99]))
def test_the_score_is_that_of_mapie_and_of_a_loop(rows: list[tuple[float, float, float]], level: int) -> None:
    actual, ends = np.array([row[0] for row in rows]), np.sort([row[1:] for row in rows], axis=1)
    alpha, total = 1 - level / 100, 0.0
    for y, (lower, upper) in zip(actual.tolist(), ends.tolist(), strict=True):
        total += upper - lower + (2 / alpha * (lower - y) if y < lower else 2 / alpha * (y - upper) if y > upper else 0)
    found = interval_score(actual, ends[:, 0], ends[:, 1], level)
    assert found == pytest.approx(total / len(rows), rel=1e-9, abs=1e-9)
    assert found == pytest.approx(regression_mwi_score(actual, ends[:, :, np.newaxis], level / 100), rel=1e-9, abs=1e-9)


def test_the_true_quantiles_have_the_lowest_score() -> None:
    actual = np.random.default_rng(1).normal(size=20_000)
    ones = np.ones(len(actual))
    scores = {half: interval_score(actual, -half * ones, half * ones, 90) for half in (1.2, 1.645, 2.2)}
    assert min(scores, key=lambda half: scores[half]) == 1.645


@pytest.mark.parametrize("horizon", [1, 5, 20])
def test_the_plain_band_is_the_normal_one_of_the_last_250_returns(horizon: int) -> None:
    close = simulated.sample_bars("AAPL")["close"]
    deviation = np.log(close).diff().rolling(250, min_periods=2).std()
    expected = deviation * math.sqrt(horizon) * stats.norm.ppf(0.95)
    np.testing.assert_allclose(plain_half_widths(close.to_numpy(), horizon, 90), expected, rtol=1e-9)


def test_the_plain_band_knows_no_later_close() -> None:
    close = simulated.random_walk(600, seed=1)["close"].to_numpy(copy=True)
    before = plain_half_widths(close, 5, 90)[:400].tobytes()
    close[400:] *= 3
    assert plain_half_widths(close, 5, 90)[:400].tobytes() == before


def test_closes_that_never_move_have_a_band_without_width() -> None:
    assert plain_half_widths(np.full(400, 7.0), 1, 90)[2:].tolist() == [0.0] * 398


def test_the_error_of_a_coverage_is_that_of_independent_trials_at_least() -> None:
    inside = np.ones(250, bool)
    assert coverage_standard_error(inside, 90) == pytest.approx(math.sqrt(0.9 * 0.1 / 250), rel=1e-12)


@pytest.mark.parametrize("horizon", [1, 20])
def test_the_error_of_a_coverage_is_how_far_coverages_scatter(horizon: int) -> None:
    random = np.random.default_rng(3)
    coverages, errors = [], []
    for _ in range(400):
        changes = pd.Series(random.normal(size=250 + horizon - 1)).rolling(horizon).sum().to_numpy()[horizon - 1 :]
        inside = np.abs(changes) <= 1.645 * math.sqrt(horizon)
        coverages.append(float(inside.mean()))
        errors.append(coverage_standard_error(inside, 90))
    assert statistics.fmean(errors) == pytest.approx(statistics.stdev(coverages), rel=0.25)
