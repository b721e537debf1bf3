"""The fair baseline of the same-session task: a formula of open, high and low that learns nothing."""

from statistics import fmean

import pytest

from services.prediction.same_session.result import compute_result
from tests.support.prediction import simulated


def test_the_fixed_formula_is_scored_as_by_a_loop() -> None:
    bars = simulated.random_walk(300, seed=1)
    result = compute_result(simulated.to_payload(bars), "AAPL")
    rows: list[list[float]] = bars[["open", "high", "low", "close"]][240:].to_numpy().tolist()
    mae = sum(abs(0.8 * (high + low) - 0.6 * opened - close) for opened, high, low, close in rows) / 60
    assert result.fixed_formula.mae == pytest.approx(mae, abs=1e-9)
    assert result.fixed_formula_skill == pytest.approx(1 - result.metrics.mae / mae, abs=1e-9)


def test_on_random_walks_the_model_is_no_better_than_the_fixed_formula() -> None:
    walks = (simulated.to_payload(simulated.walk_within_sessions(600, seed)) for seed in range(20))
    skills = [compute_result(walk, "AAPL").fixed_formula_skill for walk in walks]
    assert abs(fmean(skill or 0.0 for skill in skills)) < 0.03


def test_a_walk_on_which_the_model_erred_less_than_the_fixed_formula_says_that_chance_explains_it() -> None:
    walks = (simulated.to_payload(simulated.walk_within_sessions(600, seed)) for seed in range(20))
    results = [compute_result(walk, "AAPL") for walk in walks]
    is_ahead = [(result.fixed_formula_skill or 0.0) > 0 for result in results]
    assert 3 <= sum(is_ahead) <= 17
    assert is_ahead == ["formula_by_chance" in [one.code for one in result.warnings] for result in results]


def test_a_model_that_knows_more_than_the_formula_is_not_called_lucky() -> None:
    bars = simulated.random_walk(600, seed=1)
    bars = bars.assign(close=bars["low"] + (bars["high"] - bars["low"]) * 0.9)
    result = compute_result(simulated.to_payload(bars), "AAPL")
    assert (result.fixed_formula_skill or 0.0) > 0.9
    assert "formula_by_chance" not in [one.code for one in result.warnings]


def test_closes_alone_leave_nothing_to_beat_but_rounding() -> None:
    bars = simulated.random_walk(300, seed=1)
    bars = bars.assign(open=bars["close"], high=bars["close"], low=bars["close"])
    result = compute_result(simulated.to_payload(bars), "NAV")
    assert 0 < result.fixed_formula.mae < 1e-12
    assert (result.midrange_skill, result.fixed_formula_skill) == (None, None)
    assert result.skill == pytest.approx(1.0)
