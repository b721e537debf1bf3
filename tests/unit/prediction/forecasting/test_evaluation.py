"""Evaluations against independent counts: they never look ahead, are reproducible and cheap."""

import math
import statistics
from functools import cache
from itertools import pairwise
from typing import Literal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from services.prediction.forecasting.evaluation import compute_evaluation
from services.prediction.models.features import matrix
from services.prediction.models.registry import MODELS, describe_models
from services.prediction.models.targets import log_return_ahead
from services.prediction.walk_forward.windows import walk_forward_windows
from services.prediction.workers.process_pool import ProcessWorkers
from shared.schemas.evaluations import Evaluation
from shared.schemas.forecasts import MODEL_NAMES, EvaluationQuery, ModelName
from tests.support.calls import n_calls
from tests.support.prediction import simulated

PRICES = ["open", "high", "low", "close"]
FAST: list[ModelName] = ["linear_regression", "ridge", "persistence", "drift", "moving_average"]


def _evaluation(bars: pd.DataFrame, query: EvaluationQuery) -> Evaluation:
    return compute_evaluation(simulated.to_payload(bars), "AAPL", query)


@cache
def _of_apple(horizon: int, window: Literal["expanding", "sliding"] = "expanding") -> Evaluation:
    query = EvaluationQuery(horizon=horizon, window=window)
    return Evaluation.model_validate_json(_evaluation(simulated.sample_bars("AAPL"), query).model_dump_json())


@pytest.mark.parametrize("horizon", [1, 5])
@pytest.mark.parametrize("name", MODEL_NAMES)
def test_the_scores_are_those_of_scikit_learn_on_the_wire_arrays(name: ModelName, horizon: int) -> None:
    evaluation = _of_apple(horizon)
    row = MODEL_NAMES.index(name)
    series, model = evaluation.windows.series[row], evaluation.models[row]
    assert series.name == model.name == model.model.name == name
    actual, predicted = evaluation.windows.actual, series.predicted
    assert model.metrics.mae == pytest.approx(metrics.mean_absolute_error(actual, predicted), abs=1e-9)
    assert model.metrics.mse == pytest.approx(metrics.mean_squared_error(actual, predicted), abs=1e-9)
    assert model.metrics.rmse == pytest.approx(metrics.root_mean_squared_error(actual, predicted), abs=1e-9)
    assert model.metrics.mape == pytest.approx(metrics.mean_absolute_percentage_error(actual, predicted), abs=1e-9)
    assert model.metrics.r2 == pytest.approx(metrics.r2_score(actual, predicted), abs=1e-9)
    assert series.absolute_error == [abs(close - point) for close, point in zip(actual, predicted, strict=True)]


@pytest.mark.parametrize("horizon", [1, 5])
@pytest.mark.parametrize("name", MODEL_NAMES)
def test_skill_mase_direction_and_coverage_equal_independent_counts(name: ModelName, horizon: int) -> None:
    evaluation, close = _of_apple(horizon), simulated.sample_bars("AAPL")["close"].tolist()
    row, windows = MODEL_NAMES.index(name), evaluation.windows
    series, model = windows.series[row], evaluation.models[row]
    persistence_errors = [abs(last - actual) for last, actual in zip(windows.last_close, windows.actual, strict=True)]
    so_far = [
        1 - sum(series.absolute_error[:n]) / sum(persistence_errors[:n]) if sum(persistence_errors[:n]) else None
        for n in range(1, 251)
    ]
    assert series.skill_so_far == pytest.approx(so_far, abs=1e-9)
    assert model.skill.skill == pytest.approx(so_far[-1], abs=1e-9)
    known = close[: len(close) - horizon - 249]  # up to the first cutoff
    naive = statistics.fmean(abs(after - before) for before, after in pairwise(known))
    assert model.metrics.mase == pytest.approx(statistics.fmean(series.absolute_error) / naive, abs=1e-9)
    rows = list(zip(windows.last_close, windows.actual, series.predicted, strict=True))
    right = [(actual - last) * (predicted - last) > 0 for last, actual, predicted in rows if actual != last]
    expected = None if name == "persistence" else pytest.approx(statistics.fmean(right), abs=1e-9)
    assert model.metrics.directional_accuracy == expected
    ends = list(zip(series.lower, windows.actual, series.upper, strict=True))
    assert model.interval.coverage == sum(lower <= actual <= upper for lower, actual, upper in ends) / 250
    width = statistics.fmean(upper - lower for lower, _, upper in ends)
    assert model.interval.mean_width == pytest.approx(width, abs=1e-9)


@pytest.mark.parametrize(("horizon", "window"), [(1, "expanding"), (5, "sliding")])
def test_the_windows_are_dated_by_the_sessions_that_they_know_and_predict(
    horizon: int, window: Literal["expanding", "sliding"]
) -> None:
    bars, windows = simulated.sample_bars("AAPL"), _of_apple(horizon, window).windows
    position = {session.date(): row for row, session in enumerate(bars["session"])}
    assert [position[session] for session in windows.session] == list(range(3020, 3270))
    assert [position[session] - horizon for session in windows.session] == [position[day] for day in windows.cutoff]
    assert windows.actual == bars["close"][3020:].tolist()
    assert windows.last_close == bars["close"][3020 - horizon : 3270 - horizon].tolist()
    assert (windows.kind, windows.gap, windows.n_windows, windows.n_calibration) == (window, horizon, 250, 250)
    last = 504 if window == "sliding" else 3270 - 2 * horizon - 20
    assert (windows.n_train_first, windows.n_train_last) == (504 if window == "sliding" else last - 249, last)


@pytest.mark.parametrize("name", MODEL_NAMES)
def test_persistence_is_always_evaluated_too(name: ModelName) -> None:
    evaluation = _evaluation(simulated.random_walk(200, seed=1), EvaluationQuery(models=[name]))
    names = [model for model in MODEL_NAMES if model in (name, "persistence")]
    assert [model.name for model in evaluation.models] == [series.name for series in evaluation.windows.series] == names
    baseline = evaluation.models[names.index("persistence")]
    assert (baseline.skill.skill, baseline.skill.lower, baseline.diebold_mariano) == (0, None, None)
    assert evaluation.windows.series[names.index("persistence")].predicted == evaluation.windows.last_close


N_BARS = 330
BARS = simulated.volatility_clusters(N_BARS, seed=3)


def _query(horizon: int, window: Literal["expanding", "sliding"], last: int) -> EvaluationQuery:
    return EvaluationQuery(horizon=horizon, windows=40, window=window, as_of=BARS["session"][last].date())


@cache
def _bytes_before(horizon: int, window: Literal["expanding", "sliding"], last: int) -> str:
    return _evaluation(BARS, _query(horizon, window, last)).model_dump_json()


def _changed(last: int, rows: list[int], change: str) -> pd.DataFrame:
    """Return the bars with some that come after row `last` changed."""
    if change == "cut off":
        return BARS[: last + 1]
    if change == "deleted":
        return BARS.drop(rows)
    bars = BARS.copy()
    bars.loc[rows, [*PRICES, "volume", "adj_close"]] *= 10.0 if change == "tenfold" else math.nan
    return bars


@pytest.mark.parametrize("window", ["expanding", "sliding"])
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_no_byte_of_the_response_depends_on_a_bar_after_as_of(
    window: Literal["expanding", "sliding"], data: st.DataObject
) -> None:
    horizon = data.draw(st.sampled_from([1, 5, 20]), "horizon")
    last = data.draw(st.sampled_from([200, 300]), "the last row that may be known")
    rows = data.draw(st.lists(st.integers(last + 1, N_BARS - 1), min_size=1, unique=True), "the rows that are changed")
    change = data.draw(st.sampled_from(["cut off", "deleted", "tenfold", "to NaN"]), "change")
    evaluation = _evaluation(_changed(last, rows, change), _query(horizon, window, last))
    assert [model.name for model in evaluation.models] == list(MODEL_NAMES)
    assert evaluation.model_dump_json() == _bytes_before(horizon, window, last)


async def test_the_same_request_gives_the_same_bytes_in_a_worker_process_too() -> None:
    payload, query = simulated.to_payload(BARS), EvaluationQuery(horizon=2)
    here = compute_evaluation(payload, "AAPL", query).model_dump_json()
    assert compute_evaluation(payload, "AAPL", query).model_dump_json() == here
    async with ProcessWorkers(n_workers=1, prepare=describe_models, max_waiting=1, timeout_seconds=200) as workers:
        await workers.wait_until_ready()
        elsewhere = await workers.run("key", compute_evaluation, payload, "AAPL", query)
    assert elsewhere.model_dump_json() == here


def test_it_is_a_hundredth_of_the_work_of_refitting() -> None:
    bars = simulated.sample_bars("AAPL")
    payload, query = simulated.to_payload(bars), EvaluationQuery(models=FAST)
    history, windows = simulated.history(bars), walk_forward_windows(3270, 1, 250)
    target = log_return_ahead(history.close, 1)
    matrices = {name: matrix(history, MODELS[name].feature_names) for name in FAST}

    def refit_a_tenth() -> None:
        for start, stop, row in zip(windows.start[::10], windows.stop[::10], windows.rows[::10], strict=True):
            for name, features in matrices.items():
                model = MODELS[name].make().fit(features[start:stop], target[start:stop])
                model.predict(features[row : row + 1])

    compute_evaluation(payload, "AAPL", query)
    assert 10 * n_calls(refit_a_tenth) > 100 * n_calls(lambda: compute_evaluation(payload, "AAPL", query))
