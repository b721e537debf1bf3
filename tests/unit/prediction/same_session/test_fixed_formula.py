"""The fair baseline of the same-session task: a formula of open, high and low that learns nothing."""

import math
from statistics import fmean

import numpy as np
import pandas as pd
import pytest

from services.prediction.same_session.result import compute_result
from tests.support.data.bars import make_bars
from tests.support.prediction import simulated


def test_the_fixed_formula_is_scored_as_by_a_loop() -> None:
    bars = simulated.random_walk(300, seed=1)
    result = compute_result(simulated.to_payload(bars), "AAPL")
    rows: list[list[float]] = bars[["open", "high", "low", "close"]][240:].to_numpy().tolist()
    mae = sum(abs(0.8 * (high + low) - 0.6 * opened - close) for opened, high, low, close in rows) / 60
    assert result.fixed_formula.mae == pytest.approx(mae, abs=1e-9)
    assert result.fixed_formula_skill == pytest.approx(1 - result.metrics.mae / mae, abs=1e-9)


def test_on_random_walks_the_model_is_no_better_than_the_fixed_formula() -> None:
    skills = [compute_result(simulated.to_payload(_walk(600, seed)), "AAPL").fixed_formula_skill for seed in range(20)]
    assert abs(fmean(skill or 0.0 for skill in skills)) < 0.03


def _walk(n_bars: int, seed: int) -> pd.DataFrame:
    """Return bars of a price that takes 78 random steps a session and opens where it closed."""
    steps = np.random.default_rng(seed).normal(0, 0.015 / math.sqrt(78), (n_bars, 78))
    prices = 100 * np.exp(steps.cumsum()).reshape(n_bars, 78)
    bars = make_bars(prices[:, -1])
    bars["high"] = np.maximum(bars["open"], prices.max(axis=1))
    bars["low"] = np.minimum(bars["open"], prices.min(axis=1))
    return bars
