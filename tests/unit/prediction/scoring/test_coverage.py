"""Intervals have their nominal coverage: on simulated closes of three kinds, on real ones, and as stated."""

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import pytest

from services.prediction.forecasting.evaluation import compute_evaluation
from services.prediction.models.registry import MODELS
from services.prediction.types import Array
from services.prediction.walk_forward.run import run_walk_forward
from services.prediction.walk_forward.windows import walk_forward_windows
from shared.schemas.evaluations import Evaluation
from shared.schemas.forecasts import MODEL_NAMES, EvaluationQuery, ModelName
from tests.support.prediction import simulated

pytestmark = pytest.mark.no_cover  # thousands of cases: counting lines makes them take a third longer
SEED = 20261124
KINDS = [simulated.random_walk, simulated.heavy_tails, simulated.volatility_clusters]
LONG = ["AAPL", "GOOG", "IBM", "MSFT"]
PLAIN: list[ModelName] = ["linear_regression", "persistence"]
LEVELS = [50, 80, 90, 95, 99]


def _pooled(
    make: Callable[[int, int], pd.DataFrame], names: list[ModelName], n_series: int, horizon: int, level: int = 90
) -> Array:
    """Return the share of all closes of all series that lay in the models' intervals, shape `(n_models,)`."""
    specs, n_bars = [MODELS[name] for name in names], 260
    windows = walk_forward_windows(n_bars, horizon, 250)
    runs = (
        run_walk_forward(simulated.history(make(n_bars, SEED + series)), specs, windows, [level])
        for series in range(n_series)
    )
    share: Array = np.mean([run.is_inside(run.intervals[0]).mean(axis=1) for run in runs], axis=0)
    return share


@cache
def _answer(symbol: str, horizon: int, level: int) -> Evaluation:
    query = EvaluationQuery(horizon=horizon, level=level)
    return compute_evaluation(simulated.to_payload(simulated.sample_bars(symbol)), symbol, query)


def _counted(answer: Evaluation) -> dict[ModelName, float]:
    """Return the share of the closes inside, counted one by one from what the answer lists."""
    shares: dict[ModelName, float] = {}
    for series in answer.windows.series:
        ends = zip(series.lower, answer.windows.actual, series.upper, strict=True)
        n_inside = sum(1 for lower, actual, upper in ends if lower <= actual <= upper)
        shares[series.name] = n_inside / answer.windows.n_windows
    return shares


def _stated(answer: Evaluation) -> dict[ModelName, float]:
    return {model.name: model.interval.coverage for model in answer.models}


@pytest.mark.parametrize("make", KINDS)
def test_ninety_of_a_hundred_simulated_closes_lie_inside(make: Callable[[int, int], pd.DataFrame]) -> None:
    shares = _pooled(make, PLAIN, 300, horizon=1)
    assert shares == pytest.approx(0.90, abs=0.03), f"seeds from {SEED}: {shares}"


@pytest.mark.parametrize("make", KINDS)
def test_five_sessions_ahead_about_as_many_do(make: Callable[[int, int], pd.DataFrame]) -> None:
    shares = _pooled(make, PLAIN, 60, horizon=5)
    assert shares == pytest.approx(0.90, abs=0.04), f"seeds from {SEED}: {shares}"


@pytest.mark.parametrize("make", KINDS)
def test_every_other_model_does_as_well(make: Callable[[int, int], pd.DataFrame]) -> None:
    shares = _pooled(make, [name for name in MODEL_NAMES if name not in PLAIN], 20, horizon=1)
    assert shares == pytest.approx(0.90, abs=0.04), f"seeds from {SEED}: {shares}"


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_is_held(level: int) -> None:
    share = _pooled(simulated.volatility_clusters, ["persistence"], 40, horizon=1, level=level)[0]
    assert share == pytest.approx(level / 100, abs=0.02), f"seeds from {SEED}: {share}"


@pytest.mark.parametrize("horizon", [1, 5])
@pytest.mark.parametrize("symbol", LONG)
def test_about_ninety_of_a_hundred_real_closes_lie_inside(symbol: str, horizon: int) -> None:
    shares = _stated(_answer(symbol, horizon, 90))
    assert all(0.82 <= share <= 0.98 for share in shares.values()), shares  # a standard error is 2 to 4 points


@pytest.mark.parametrize("horizon", [1, 5, 20])
@pytest.mark.parametrize("symbol", ["AAPL", "FB"])
def test_the_coverage_stated_is_the_one_counted(symbol: str, horizon: int) -> None:
    answer = _answer(symbol, horizon, 90)
    assert _stated(answer) == pytest.approx(_counted(answer), abs=1e-12)


@pytest.mark.parametrize("symbol", ["AAPL", "MSFT"])
def test_a_higher_level_is_wider_and_holds_more(symbol: str) -> None:
    answers = [_answer(symbol, 1, level) for level in LEVELS]
    for name in MODEL_NAMES:
        records = [model.interval for answer in answers for model in answer.models if model.name == name]
        assert [record.level for record in records] == LEVELS
        assert (np.diff([record.mean_width for record in records]) > 0).all()
        assert (np.diff([record.coverage for record in records]) >= 0).all()
        for record in records:  # of 250 closes of one symbol, so not as near as on average
            assert record.coverage == pytest.approx(record.level / 100, abs=0.07 if record.level >= 90 else 0.12)


@pytest.mark.parametrize("symbol", LONG)
def test_the_width_stated_is_that_of_what_is_listed(symbol: str) -> None:
    answer = _answer(symbol, 1, 90)
    widths = {series.name: np.subtract(series.upper, series.lower).mean() for series in answer.windows.series}
    assert {model.name: model.interval.mean_width for model in answer.models} == pytest.approx(widths, rel=1e-12)
