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


def test_closes_alone_leave_nothing_to_beat_but_rounding() -> None:
    bars = simulated.random_walk(300, seed=1)
    bars = bars.assign(open=bars["close"], high=bars["close"], low=bars["close"])
    result = compute_result(simulated.to_payload(bars), "NAV")
    assert 0 < result.fixed_formula.mae < 1e-12
    assert (result.midrange_skill, result.fixed_formula_skill) == (None, None)
    assert result.skill == pytest.approx(1.0)
