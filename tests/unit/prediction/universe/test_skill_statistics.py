"""Statistics of many series at once against those of one after another, and the counts that luck gives."""

import dataclasses
import itertools
import math

import numpy as np
import pytest
from scipy import stats

from services.prediction.universe.chance import look_better, simulate_luck
from services.prediction.universe.date_bootstrap import Indices, resample_sessions
from services.prediction.universe.panel import Panel, build_panel
from services.prediction.universe.skill_statistics import p_values, resampled_statistics, skill_statistics
from shared.statistics.skill import N_COMPARED, skill_interval
from shared.statistics.standard_error import standard_error
from tests.support.prediction.universes import MODELS, score_forecasts, simulate_returns

SEED = 20261130


def _panel(n_symbols: int = 6, factor: float = 0.5, seed: int = SEED) -> Panel:
    panel = build_panel(score_forecasts(simulate_returns(n_symbols, 120, factor, seed)))
    assert panel is not None
    return panel


def test_the_statistic_is_the_skill_over_the_standard_error_of_its_interval() -> None:
    errors = score_forecasts(simulate_returns(6, 120, 0.5, SEED))
    panel = build_panel(errors)
    assert panel is not None
    statistics = skill_statistics(panel)
    for column, item in enumerate(errors):
        persistence_errors = np.array(item.errors["persistence"])
        for row, name in enumerate(MODELS):
            interval = skill_interval(np.array(item.errors[name]), persistence_errors, len(persistence_errors))
            assert interval is not None
            middle, half_width = sum(interval[:2]) / 2, (interval.upper - interval.lower) / 2
            expected = middle / (half_width / stats.t.ppf(0.975, 8))
            assert statistics[row, column] == pytest.approx(expected, rel=1e-9)


def test_a_resample_has_the_statistic_of_its_values_in_their_order() -> None:
    series, resamples = _panel().luck.reshape(-1, 120), resample_sessions(120, 7, 12)
    expected = [[row[part].mean() / standard_error(row[part]) for part in resamples] for row in series]
    np.testing.assert_allclose(resampled_statistics(series, resamples), expected, rtol=1e-8)


def test_p_values_are_those_of_student() -> None:
    statistics = np.array([-2.0, 0.0, 1.0, 3.0])
    np.testing.assert_allclose(p_values(statistics), stats.t.sf(statistics, 8), rtol=1e-9)


def test_looking_better_is_the_verdict_better() -> None:
    critical = float(stats.t.ppf(1 - 0.025 / N_COMPARED, 8))
    assert look_better(np.array([critical - 1e-6, critical + 1e-6])).tolist() == [False, True]


def test_a_series_that_never_varies_looks_like_nothing() -> None:
    assert resampled_statistics(np.zeros((1, 40)), resample_sessions(40, 4, 3)).tolist() == [[0.0, 0.0, 0.0]]


def _slow_luck(panel: Panel, resamples: Indices) -> tuple[list[int], list[float]]:
    """Return the number of symbols that look better and the best statistic of each resample, one after another."""
    counts, bests = [], []
    lowest = -math.sqrt(2 * math.log(math.log(len(panel.sessions))))
    actual = skill_statistics(panel)
    for resample in resamples:
        better, best = set(), 0.0
        for row, column in itertools.product(range(len(panel.models)), range(len(panel.symbols))):
            luck = panel.luck[row, column][resample]
            statistic = float(luck.mean()) / standard_error(luck)
            if stats.t.cdf(statistic, 8) > 1 - 0.025 / N_COMPARED:
                better.add(column)
            if actual[row, column] >= lowest:
                best = max(best, statistic)
        counts.append(len(better))
        bests.append(best)
    return counts, bests


def test_luck_is_counted_as_one_would_by_hand() -> None:
    panel, resamples = _panel(), resample_sessions(120, 7, 40)
    counts, bests = _slow_luck(panel, resamples)
    chance = simulate_luck(panel, resamples)
    ordered = sorted(counts)
    assert (chance.any_model.low, chance.any_model.high) == (ordered[0], ordered[38])  # the 1st and 39th of 40
    assert chance.p_value == np.mean(np.array(bests) >= skill_statistics(panel).max())
    assert 0 < chance.p_value < 1


def test_nothing_is_superior_where_every_model_is_worse() -> None:
    panel = _panel()
    worse = dataclasses.replace(panel, gains=panel.gains - 1.0)
    assert simulate_luck(worse, resample_sessions(120, 7, 20)).p_value == 1.0


@pytest.mark.parametrize("factor", [0.0, 0.7])
def test_the_range_of_luck_holds_the_count_of_walks(factor: float) -> None:
    counts, highs = [], []
    for seed in range(30):
        panel = _panel(100, factor, seed)
        counts.append(int(look_better(skill_statistics(panel)).any(axis=0).sum()))
        highs.append(simulate_luck(panel, resample_sessions(120, 7, 60)).any_model.high)
    assert np.mean(np.array(counts) > np.array(highs)) <= 0.1, f"{counts} above {highs}"


def test_walks_that_share_a_market_look_better_together_and_the_range_knows() -> None:
    alone, together = (simulate_luck(_panel(100, factor), resample_sessions(120, 7, 200)) for factor in (0.0, 0.7))
    assert together.any_model.high > 1.5 * alone.any_model.high
    assert len(together.models) == len(MODELS)
    assert max(model.high for model in together.models) <= together.any_model.high
