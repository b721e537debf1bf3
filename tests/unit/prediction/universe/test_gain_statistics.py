"""Statistics of many series at once against those of one after another, and the counts that luck gives."""

import dataclasses
import math

import numpy as np
import pytest
from scipy import stats

from services.prediction.scoring.significance import diebold_mariano
from services.prediction.types import Array
from services.prediction.universe.chance import look_better, simulate_luck
from services.prediction.universe.gain_statistics import (
    cosine_sums,
    divide_sums,
    gain_statistics,
    p_values,
)
from services.prediction.universe.panel import Panel, build_panel
from services.prediction.universe.rotation import N_ROTATIONS, draw_directions
from shared.statistics.skill import N_COMPARED
from tests.support.prediction.universes import MODELS, score_forecasts, simulate_returns

SEED = 20261130


def _panel(n_symbols: int = 6, factor: float = 0.5, seed: int = SEED) -> Panel:
    panel = build_panel(score_forecasts(simulate_returns(n_symbols, 120, factor, seed)))
    assert panel is not None
    return panel


def test_the_statistic_of_the_gains_is_that_of_diebold_and_mariano() -> None:
    errors = score_forecasts(simulate_returns(6, 120, 0.5, SEED))
    panel = build_panel(errors)
    assert panel is not None
    statistics = gain_statistics(panel)
    for column, item in enumerate(errors):
        for row, name in enumerate(MODELS):
            test = diebold_mariano(np.array(item.errors[name]), np.array(item.errors["persistence"]), 1)
            assert test is not None
            assert statistics[row, column] == pytest.approx(test[0], rel=1e-9)


def test_p_values_are_those_of_student() -> None:
    statistics = np.array([-2.0, 0.0, 1.0, 3.0])
    np.testing.assert_allclose(p_values(statistics), stats.t.sf(statistics, 8), rtol=1e-9)


def test_looking_better_is_the_verdict_better() -> None:
    critical = float(stats.t.ppf(1 - 0.025 / N_COMPARED, 8))
    assert look_better(np.array([critical - 1e-6, critical + 1e-6])).tolist() == [False, True]


def test_a_series_that_never_varies_looks_like_nothing() -> None:
    assert divide_sums(cosine_sums(np.zeros((1, 40)))).tolist() == [0.0]


def _sums(series: Array) -> Array:
    """Return the plain sum and the eight cosine sums of one series."""
    time = (np.arange(len(series)) + 0.5) / len(series)
    return np.array([math.sqrt(2 if j else 1) * (series @ np.cos(math.pi * j * time)) for j in range(9)])


def _rotations(n_sums: int) -> list[Array]:
    """Return a whole orthogonal matrix for each direction."""
    wholes = [np.linalg.qr(np.column_stack([each, np.eye(n_sums)]))[0] for each in draw_directions(n_sums)]
    return [axes * np.sign(axes[:, 0] @ each) for axes, each in zip(wholes, draw_directions(n_sums), strict=True)]


def _statistic(sums: Array) -> float:
    return float(sums[0] / math.sqrt(np.mean(sums[1:] ** 2)))


def test_luck_is_counted_as_one_would_by_hand() -> None:
    panel = _panel()
    critical = stats.t.ppf(1 - 0.025 / N_COMPARED, 7)
    sums = np.array([[_sums(series)[1:] for series in model] for model in panel.gains])
    counts = []
    for axes in _rotations(8):
        rotated = sums @ axes
        better = {column for row in rotated for column, each in enumerate(row) if _statistic(each) > critical}
        counts.append(len(better))
    chance, ordered = simulate_luck(panel), sorted(counts)
    assert (chance.any_model.low, chance.any_model.high) == (ordered[19], ordered[1979])  # of 2,000
    assert ordered[1979] > 0


def test_the_best_is_compared_with_the_best_of_each_rotation() -> None:
    panel = _panel(2)
    lowest = stats.t.ppf(stats.norm.cdf(-math.sqrt(2 * math.log(math.log(120)))), 8)
    series = [_sums(each) for each in panel.gains.reshape(-1, 120)]
    may_be_best = np.array([sums for sums in series if _statistic(sums) >= lowest])
    bests = [max(0.0, *(_statistic(sums) for sums in may_be_best @ axes)) for axes in _rotations(9)]
    p_value = simulate_luck(panel).p_value
    assert p_value == np.mean(np.array(bests) >= max(map(_statistic, series)))
    assert 0 < p_value < 1


def test_what_was_seen_is_one_of_the_rotations_so_that_no_chance_is_zero() -> None:
    panel = _panel()
    certain = dataclasses.replace(panel, gains=panel.gains + 100 * panel.moves.mean())
    assert simulate_luck(certain).p_value == 1 / N_ROTATIONS


def test_nothing_is_superior_where_every_model_is_worse() -> None:
    panel = _panel()
    worse = dataclasses.replace(panel, gains=panel.gains - 1.0)
    assert simulate_luck(worse).p_value == 1.0


def test_the_range_of_luck_is_wider_where_walks_share_a_market() -> None:
    alone, together = (simulate_luck(_panel(100, factor)) for factor in (0.0, 0.7))
    assert together.any_model.high > 1.5 * alone.any_model.high
    assert len(together.models) == len(MODELS)
    assert max(model.high for model in together.models) <= together.any_model.high
