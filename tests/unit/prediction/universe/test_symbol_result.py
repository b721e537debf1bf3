"""A symbol's result holds the numbers of its evaluation, its range and its forecast, and comes back from its bytes."""

from dataclasses import asdict, replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import percentileofscore

from services.prediction.forecasting.evaluation import compute_evaluation
from services.prediction.forecasting.expected_range import compute_range
from services.prediction.forecasting.forecast import compute_forecast
from services.prediction.universe.symbol_records import HorizonResult, InvalidResult, SymbolResult, decode_result
from services.prediction.universe.symbol_result import LEVELS, compute_symbol_result
from shared.errors import NotEnoughBars
from shared.schemas.arrow import PRICES, decode
from shared.schemas.evaluations import Evaluation
from shared.schemas.forecasts import EvaluationQuery, ForecastQuery
from shared.schemas.ranges import RangeQuery
from shared.schemas.runs import RunRequest
from tests.support.prediction import simulated
from tests.support.prediction.symbol_results import REQUEST, bars_of

HORIZONS = {1: 0, 5: 1}


@pytest.fixture(scope="module")
def result() -> SymbolResult:
    return decode_result(compute_symbol_result(bars_of("AAA"), "AAA", REQUEST))


def _evaluate(horizon: int, *, level: int = REQUEST.level, windows: int = REQUEST.windows) -> Evaluation:
    query = EvaluationQuery(horizon=horizon, level=level, windows=windows)
    return compute_evaluation(bars_of("AAA"), "AAA", query)


@pytest.mark.parametrize("horizon", HORIZONS)
def test_its_models_are_those_of_the_evaluation(result: SymbolResult, horizon: int) -> None:
    at_horizon, evaluation = result.horizons[HORIZONS[horizon]], _evaluate(horizon)
    move = evaluation.models[3].metrics.mae
    assert evaluation.models[3].name == "persistence"
    for found, model, series in zip(at_horizon.models, evaluation.models, evaluation.windows.series, strict=True):
        assert (found.name, found.outcome) == (model.name, model.skill.outcome)
        np.testing.assert_allclose(found.errors, np.array(series.absolute_error) / move, rtol=1e-6)
        numbers = [found.skill, found.lower, found.upper, found.coverage, found.interval_score]
        scores = (model.interval.coverage, model.interval.score / move)
        expected = [model.skill.skill, model.skill.lower, model.skill.upper, *scores]
        np.testing.assert_allclose(np.array(numbers, float), np.array(expected, float), rtol=1e-9, atol=1e-12)
        assert found.seconds > 0
    assert at_horizon.plain_score == pytest.approx(evaluation.models[0].interval.score_of_plain_band / move)
    assert result.sessions[-REQUEST.windows :].tolist() == evaluation.windows.session


@pytest.mark.parametrize("horizon", HORIZONS)
@pytest.mark.parametrize("level", LEVELS)
def test_its_widths_are_those_of_persistence_over_a_year(result: SymbolResult, horizon: int, level: int) -> None:
    evaluation = _evaluate(horizon, level=level, windows=250)
    persistence, series = evaluation.models[3], evaluation.windows.series[3]
    past = (np.array(series.upper) - series.lower) / np.array(evaluation.windows.last_close)
    found = result.horizons[HORIZONS[horizon]].widths[LEVELS.index(level)]
    move = persistence.metrics.mae
    expected = {
        "level": level,
        "width": found.width,
        "percentile": percentileofscore(past, found.width / 100, kind="mean"),
        "coverage": persistence.interval.coverage,
        "interval_score": persistence.interval.score / move,
        "plain_score": persistence.interval.score_of_plain_band / move,
    }
    assert asdict(found) == pytest.approx(expected, rel=1e-9)
    assert len(past) > REQUEST.windows


def test_a_range_that_is_always_the_same_has_no_errors_of_rounding() -> None:
    bars = simulated.random_walk(400, seed=1)
    bars = bars.assign(open=bars["close"], high=bars["close"] * 1.01, low=bars["close"] * 0.99)
    result = decode_result(compute_symbol_result(simulated.to_payload(bars), "AAA", REQUEST))
    assert result.horizons[0].range is not None
    assert not result.horizons[0].range.errors_as_last_time.any()


def test_absurd_highs_make_no_number_that_is_not_finite_and_end_no_run() -> None:
    bars = simulated.random_walk(400, seed=1)
    is_absurd = np.random.default_rng(1).random(400) < 0.3
    bars["high"] = bars["high"].where(~is_absurd, 9e99)
    payload = simulated.to_payload(bars)
    for at_horizon in decode_result(compute_symbol_result(payload, "AAA", REQUEST)).horizons:
        assert at_horizon.range is not None
        assert np.isfinite([at_horizon.range.expected, *(one.width for one in at_horizon.widths)]).all()
    expected = compute_range(payload, "AAA", RangeQuery(), calendar="").range
    assert expected.upper.percent == pytest.approx(100 * np.expm1(20))


def test_the_next_width_is_that_of_the_forecast(result: SymbolResult) -> None:
    query = ForecastQuery(horizon=1, model="persistence", level=list(LEVELS))
    forecast = compute_forecast(bars_of("AAA"), "AAA", query, calendar="", store=None, today=None)
    widths = [100 * (one.upper - one.lower) / forecast.last_close for one in forecast.steps[0].intervals]
    assert [one.width for one in result.horizons[0].widths] == pytest.approx(widths, rel=1e-9)


@pytest.mark.parametrize("horizon", HORIZONS)
def test_its_range_is_that_of_the_range_forecast(result: SymbolResult, horizon: int) -> None:
    answer = compute_range(bars_of("AAA"), "AAA", RangeQuery(horizon=horizon), calendar="")
    found, windows = result.horizons[HORIZONS[horizon]].range, answer.windows
    assert found is not None
    assert found.expected == pytest.approx(answer.range.expected.percent)
    assert found.coverage == pytest.approx(answer.range.record.coverage)
    assert found.percentile == pytest.approx(percentileofscore(windows.expected, found.expected, kind="mean"))
    for errors, said in (
        (found.errors, windows.expected),
        (found.errors_as_last_time, windows.as_last_time),
        (found.errors_of_mean, windows.mean),
    ):
        logs = np.log1p(np.array([said, windows.actual]) / 100)
        np.testing.assert_allclose(errors, np.abs(logs[0] - logs[1]), rtol=1e-4, atol=1e-7)
    assert result.sessions[-len(found.errors) :].tolist() == windows.session


def test_its_changes_and_closes_are_those_of_the_bars(result: SymbolResult) -> None:
    bars = decode(bars_of("AAA").arrow)
    closes = pd.Series(bars.numbers["close"])
    changes = [100 * closes.pct_change(n).iloc[-1] for n in (1, 5, 20)]
    assert [result.change_1, result.change_5, result.change_20] == pytest.approx(changes)
    assert result.spark == closes.tail(30).tolist()
    assert (result.close, result.last_session) == (closes.iloc[-1], bars.sessions[-1].item())


@pytest.mark.parametrize(("n_since", "found"), [(0, 0), (4, 4), (19, 19), (20, None)])
def test_a_jump_in_its_changes_is_dated(n_since: int, found: int | None) -> None:
    bars = simulated.random_walk(200, seed=1)
    bars.loc[: len(bars) - 2 - n_since, ["open", "high", "low", "close"]] *= 2.0
    bars.loc[len(bars) - 1 - n_since, "open"] = bars["close"].iloc[-1 - n_since]
    result = decode_result(
        compute_symbol_result(simulated.to_payload(bars), "AAPL", RunRequest(horizons=[1], windows=20))
    )
    assert result.sessions_since_jump == found


def test_no_bar_after_as_of_is_used() -> None:
    bars = simulated.volatility_clusters(420, seed=3)
    as_of = bars["session"].iloc[399].date()
    request = RunRequest(horizons=[1], windows=20, as_of=as_of)
    cut, whole = (
        decode_result(compute_symbol_result(simulated.to_payload(part), "AAPL", request))
        for part in (bars.iloc[:400], bars)
    )
    assert _numbers(cut) == _numbers(whole)
    assert whole.last_session == as_of


def test_a_horizon_without_enough_bars_is_left_out_and_none_is_an_error() -> None:
    payload = simulated.to_payload(simulated.random_walk(130, seed=1))
    found = decode_result(compute_symbol_result(payload, "AAPL", RunRequest(horizons=[1, 20])))
    assert [one.horizon for one in found.horizons] == [1]
    with pytest.raises(NotEnoughBars, match="AAPL has 130 complete bars"):
        compute_symbol_result(payload, "AAPL", RunRequest(horizons=[20]))


@pytest.mark.parametrize("unit", [1e-60, 1e60])
def test_prices_of_any_size_give_the_same_result(result: SymbolResult, unit: float) -> None:
    columns = decode(bars_of("AAA").arrow)
    prices = {name: columns.numbers[name] * unit for name in (*PRICES, "adj_close")}
    scaled = replace(columns, numbers=columns.numbers | prices)
    found = decode_result(compute_symbol_result(simulated.to_payload(scaled.frame().bars), "AAA", REQUEST))
    for one, other in zip(found.horizons[0].models, result.horizons[0].models, strict=True):
        np.testing.assert_allclose(one.errors, other.errors, rtol=1e-5, atol=1e-6)


def test_prices_that_never_move_leave_nothing_to_score() -> None:
    bars = simulated.random_walk(200, seed=1)
    bars[["open", "high", "low", "close"]] = 10.0
    found = decode_result(compute_symbol_result(simulated.to_payload(bars), "AAPL", RunRequest(horizons=[1])))
    (horizon,) = found.horizons
    assert {(one.skill, one.outcome, one.interval_score) for one in horizon.models} == {(None, None, None)}
    assert horizon.plain_score is None
    assert found.change_20 == 0.0


@pytest.mark.parametrize("damage", [lambda whole: b"", lambda whole: whole[:-9], lambda whole: b"{}" + whole[2:]])
def test_damaged_bytes_are_refused(damage: object) -> None:
    payload = compute_symbol_result(bars_of("AAA"), "AAA", RunRequest(horizons=[1], windows=20))
    with pytest.raises(InvalidResult):
        decode_result(damage(payload))  # type: ignore[operator]


def test_two_horizons_of_a_year_take_little_space() -> None:
    payload = compute_symbol_result(bars_of("AAA", 900), "AAA", RunRequest())
    assert len(payload) < 24_000


def _numbers(result: SymbolResult) -> list[object]:
    fields = vars(result) | {"sessions": result.sessions.tolist(), "horizons": list(map(_numbers_at, result.horizons))}
    return list(fields.values())


def _numbers_at(horizon: HorizonResult) -> list[object]:
    models = [vars(one) | {"errors": one.errors.tolist(), "seconds": 0.0} for one in horizon.models]
    assert horizon.range is not None
    return [models, horizon.widths, horizon.range.expected, horizon.range.errors.tolist()]
