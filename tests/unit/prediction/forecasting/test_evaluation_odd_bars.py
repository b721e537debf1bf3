"""Evaluations of few, constant, broken or badly scaled bars: they warn or refuse."""

import json
import math
import re
from datetime import timedelta
from typing import NoReturn

import numpy as np
import pandas as pd
import pytest

from services.prediction.forecasting.evaluation import compute_evaluation
from shared.errors import NotEnoughBars, UpstreamFailed
from shared.schemas.bars import EncodedBars
from shared.schemas.evaluations import Evaluation
from shared.schemas.forecasts import EvaluationQuery, ModelName
from tests.support.data.bars import make_bars
from tests.support.prediction import simulated

PRICES = ["open", "high", "low", "close"]
FAST: list[ModelName] = ["linear_regression", "ridge", "persistence", "drift", "moving_average"]


def _evaluation(bars: pd.DataFrame, query: EvaluationQuery | None = None, skipped: int = 0) -> Evaluation:
    payload = simulated.to_payload(bars, skipped=skipped)
    return compute_evaluation(payload, "AAPL", query or EvaluationQuery(models=FAST))


def _codes(evaluation: Evaluation) -> list[str]:
    return [warning.code for warning in evaluation.warnings]


@pytest.mark.parametrize(("horizon", "required"), [(1, 122), (5, 134), (20, 179)])
def test_too_few_bars_say_how_many_are_needed(horizon: int, required: int) -> None:
    query = EvaluationQuery(models=FAST, horizon=horizon)
    for n_bars in (0, 30, required - 1):
        with pytest.raises(NotEnoughBars, match=f"has {n_bars} complete bars.* at least {required} are") as refused:
            _evaluation(simulated.random_walk(required, seed=1)[:n_bars], query)
        assert refused.value.extras == {"required": required, "available": n_bars}
    assert _evaluation(simulated.random_walk(required, seed=1), query).windows.n_windows == 20


def test_only_what_was_known_counts_as_available() -> None:
    bars = simulated.random_walk(300, seed=1)
    with pytest.raises(NotEnoughBars, match="has 50 complete bars up to 2010-"):
        _evaluation(bars, EvaluationQuery(as_of=bars["session"][49].date()))


def _without(n_bars: int, n_left_out: int) -> pd.DataFrame:
    """Return bars of which the first have negative prices, as a spread of two futures has."""
    bars = simulated.random_walk(n_bars, seed=1)
    return bars.assign(**{name: bars[name].mask(bars.index < n_left_out, -bars[name]) for name in PRICES})


@pytest.mark.parametrize(
    ("n_left_out", "size"),
    [(0, "has 100 complete bars to"), (1, "(1 other lacks a usable price)"), (100, "0 complete bars (100 others")],
)
def test_bars_that_are_left_out_are_named_where_too_few_remain(n_left_out: int, size: str) -> None:
    with pytest.raises(NotEnoughBars, match=re.escape(size)):
        _evaluation(_without(100, n_left_out))


def test_bytes_that_are_not_bars_are_an_upstream_failure() -> None:
    with pytest.raises(UpstreamFailed):
        compute_evaluation(EncodedBars("0" * 16, b"garbage"), "AAPL", EvaluationQuery())


def _scaled(price: float) -> pd.DataFrame:
    bars = simulated.random_walk(600, seed=4)
    bars[PRICES] *= price / 100
    return bars


def _still(first: int, stop: int) -> pd.DataFrame:
    bars = simulated.random_walk(600, seed=4)
    bars.loc[first:stop, PRICES] = bars["close"][first]
    return bars


def _with_a_gap() -> pd.DataFrame:
    bars = simulated.random_walk(600, seed=4)
    return bars.assign(session=bars["session"].where(bars.index < 300, bars["session"] + timedelta(days=365)))


def _with_a_split() -> pd.DataFrame:
    bars = simulated.random_walk(600, seed=4).assign(adj_close=math.nan)
    bars.loc[300:, PRICES] /= 7
    return bars


def _with_holes() -> pd.DataFrame:
    bars = simulated.random_walk(600, seed=4)
    bars.loc[5, "open"], bars.loc[300, "high"], bars.loc[301, "close"] = 0.0, math.nan, -1.0
    return bars


def _refuse(word: str) -> NoReturn:
    raise AssertionError(word)


ODD: dict[str, tuple[pd.DataFrame, list[str]]] = {
    "usual": (simulated.random_walk(600, seed=4), []),
    "a year's gap": (_with_a_gap(), ["long_gap"]),
    "a split of 7 to 1": (_with_a_split(), ["split_like_jump"]),
    "tiny": (_scaled(1e-6), []),
    "huge": (_scaled(1e6), []),
    "never move": (make_bars([5.0] * 600).assign(high=5.0, low=5.0), ["constant_prices"]),
    "never move and tiny": (make_bars([1e-6] * 600).assign(high=1e-6, low=1e-6), ["constant_prices"]),
    "stand still at first": (_still(0, 300), []),
    "stand still in between": (_still(100, 500), []),
    "stand still at last": (_still(300, 599), ["constant_prices"]),
    "no volume": (simulated.random_walk(600, seed=4).assign(volume=math.nan), []),
    "no trades": (simulated.random_walk(600, seed=4).assign(volume=0.0), []),
    "incomplete": (_with_holes(), ["incomplete_bars"]),
}


@pytest.mark.parametrize(("bars", "codes"), ODD.values(), ids=ODD.keys())
@pytest.mark.scenario("D10")
def test_odd_bars_give_an_answer_with_warnings_and_finite_numbers(bars: pd.DataFrame, codes: list[str]) -> None:
    evaluation = _evaluation(bars, EvaluationQuery(horizon=5, windows=100))
    assert _codes(evaluation) == codes
    json.loads(evaluation.model_dump_json(), parse_constant=_refuse)


def test_fewer_windows_than_asked_for_are_pointed_out() -> None:
    evaluation = _evaluation(simulated.random_walk(200, seed=1), EvaluationQuery(models=FAST, windows=60))
    assert evaluation.windows.n_windows == 59
    assert [warning.detail for warning in evaluation.warnings] == [
        "The bars allow only 59 test sessions, so the scores may be far off by chance."
    ]
    assert "few_windows" not in _codes(_evaluation(simulated.random_walk(200, seed=1), EvaluationQuery(windows=59)))


def test_rows_that_are_not_bars_are_reported() -> None:
    assert _codes(_evaluation(simulated.random_walk(600, seed=1), skipped=2)) == ["unreadable_rows"]


def test_prices_that_never_move_leave_nothing_to_beat() -> None:
    evaluation = _evaluation(make_bars([5.0] * 600).assign(high=5.0, low=5.0))
    assert evaluation.best == "persistence"
    assert (
        evaluation.verdict
        == "There was nothing to beat: the closes did not change, so assuming no change made no error."
    )
    for model in evaluation.models:
        assert (model.metrics.mae, model.metrics.mase, model.skill.skill, model.interval.coverage) == (0, None, None, 1)


@pytest.mark.parametrize("price", [1e-6, 1e6])
def test_the_unit_of_the_prices_changes_no_skill(price: float) -> None:
    usual, scaled = _evaluation(_scaled(100.0)), _evaluation(_scaled(price))
    for one, other in zip(usual.models, scaled.models, strict=True):
        assert other.skill.skill == pytest.approx(one.skill.skill, abs=1e-9)
        assert other.metrics.mase == pytest.approx(one.metrics.mase, abs=1e-9)
        assert other.interval.coverage == one.interval.coverage


@pytest.mark.parametrize("seed", [1, 2])
def test_a_close_that_equals_an_end_but_for_rounding_is_inside(seed: int) -> None:
    """The closes of a pegged currency are few, and 9 of 10 intervals end on one."""
    evaluation = _evaluation(simulated.pegged(800, seed), EvaluationQuery(models=["persistence"]))
    (series,), actual = evaluation.windows.series, np.array(evaluation.windows.actual)
    lower, upper = np.array(series.lower) - 1e-12, np.array(series.upper) + 1e-12
    assert evaluation.models[0].interval.coverage == np.mean((lower <= actual) & (actual <= upper)) > 0.9
