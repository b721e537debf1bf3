"""Forecasts: dated, fitted for each horizon, with its own track record, by the best model."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from sklearn.base import RegressorMixin
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from services.prediction.forecasting.evaluation import compute_evaluation
from services.prediction.models.features import LOOKBACK, TRAINING_FEATURES, matrix
from services.prediction.models.parameters import RIDGE_ALPHA, TREES
from services.prediction.models.registry import MODELS
from services.prediction.models.training_set import training_set
from shared.schemas.forecasts import MODEL_NAMES, EvaluationQuery, Forecast, ForecastQuery, ModelName
from tests.support.prediction import simulated
from tests.support.prediction.forecasts import forecast, forecast_sample
from tests.support.prediction.simulated import sample_bars, to_payload
from tests.support.prediction.winsorised import winsorised_target


def _sessions(answer: Forecast) -> list[str]:
    return [str(step.session) for step in answer.steps]


@pytest.mark.parametrize(
    ("calendar", "expected"),
    [
        ("XNYS", ["2012-12-24", "2012-12-26", "2012-12-27", "2012-12-28", "2012-12-31", "2013-01-02", "2013-01-03"]),
        ("", ["2012-12-24", "2012-12-25", "2012-12-26", "2012-12-27", "2012-12-28", "2012-12-31", "2013-01-01"]),
    ],
    ids=["New York", "no calendar"],
)
def test_steps_are_dated_by_the_exchange(calendar: str, expected: list[str]) -> None:
    bars = sample_bars("AAPL")
    answer = forecast(bars, calendar=calendar, model="persistence", horizon=7, as_of=date(2012, 12, 21))
    assert answer.as_of == date(2012, 12, 21)
    assert _sessions(answer) == expected
    assert [step.sessions_ahead for step in answer.steps] == [1, 2, 3, 4, 5, 6, 7]


def test_a_day_without_a_session_knows_the_session_before() -> None:
    answer = forecast_sample("AAPL", "persistence", 2, date(2012, 12, 25))
    assert (str(answer.as_of), _sessions(answer)) == ("2012-12-24", ["2012-12-26", "2012-12-27"])


@pytest.mark.parametrize("name", MODEL_NAMES)
@pytest.mark.parametrize("symbol", ["AAPL", "FB"])
def test_the_point_lies_inside_its_interval(symbol: str, name: ModelName) -> None:
    for step in forecast_sample(symbol, name).steps:
        assert 0 < step.lower < step.point < step.upper


@pytest.mark.parametrize("symbol", ["AAPL", "GOOG", "IBM", "MSFT"])
def test_persistence_predicts_the_last_close_with_wider_intervals_further_ahead(symbol: str) -> None:
    answer = forecast_sample(symbol, "persistence")
    assert {step.point for step in answer.steps} == {sample_bars(symbol)["close"].iloc[-1]} == {answer.last_close}
    assert (np.diff([step.upper - step.lower for step in answer.steps]) > 0).all()


def test_a_higher_level_is_wider() -> None:
    bars = sample_bars("AAPL")
    widths = []
    for level in (50, 80, 90, 95, 99):
        answer = forecast(bars, model="ridge", horizon=1, level=[level])
        assert answer.level == level
        widths.append(answer.steps[0].upper - answer.steps[0].lower)
    assert (np.diff(widths) > 0).all()


LEVELS = [90, 50, 80, 95]


def test_several_levels_are_one_fan_and_the_first_is_that_of_the_request_for_it_alone() -> None:
    bars = sample_bars("AAPL")
    fan, alone = (forecast(bars, model="ridge", horizon=5, level=level) for level in (LEVELS, [90]))
    assert (fan.level, alone.level) == (90, 90)
    for step, expected in zip(fan.steps, alone.steps, strict=True):
        assert [interval.level for interval in step.intervals] == LEVELS
        assert (step.lower, step.upper, step.coverage) == (expected.lower, expected.upper, expected.coverage)
        first = step.intervals[0]
        assert (step.lower, step.upper, step.coverage) == (first.lower, first.upper, first.coverage)
        nested = sorted(step.intervals, key=lambda interval: interval.level)
        assert [interval.lower for interval in nested] == sorted((i.lower for i in nested), reverse=True)
        assert [interval.upper for interval in nested] == sorted(interval.upper for interval in nested)


@pytest.mark.parametrize("level", ["50,80,90,95", ["50,80", "90,95"], ["50", "80", "90", "95", "80"]])
def test_levels_are_repeated_or_separated_by_commas(level: object) -> None:
    assert ForecastQuery.model_validate({"level": level}).level == [50, 80, 90, 95]


@pytest.mark.parametrize("level", [[], [49], ["100"], "90,x", [50, 60, 70, 80, 90, 95]])
def test_other_levels_are_refused(level: object) -> None:
    with pytest.raises(ValidationError):
        ForecastQuery.model_validate({"level": level})


@pytest.mark.parametrize("make", [simulated.random_walk, simulated.heavy_tails, simulated.volatility_clusters])
def test_no_half_width_is_below_the_one_before(make: Callable[[int, int], pd.DataFrame]) -> None:
    for seed in range(5):
        answer = forecast(make(420, seed), model="drift", horizon=12, level=[50, 90])
        for position in (0, 1):
            fan = [step.intervals[position] for step in answer.steps]
            half_widths = np.array([np.log(interval.upper / interval.lower) for interval in fan])
            assert (np.diff(half_widths) > -1e-12).all(), f"seed {seed}"


def _estimator(name: ModelName) -> RegressorMixin:
    if name == "linear_regression":
        return LinearRegression()
    if name == "ridge":
        return make_pipeline(StandardScaler(), Ridge(alpha=RIDGE_ALPHA))
    return HistGradientBoostingRegressor(**TREES)


@pytest.mark.parametrize("name", ["linear_regression", "ridge", "gradient_boosting"])
def test_each_step_is_a_model_of_its_own_distance(name: ModelName) -> None:
    bars = sample_bars("AAPL")
    close, known = bars["close"].tolist(), matrix(simulated.history(bars), TRAINING_FEATURES)
    for step in forecast_sample("AAPL", name).steps:
        rows = _rows_without_a_split(bars, TRAINING_FEATURES, step.sessions_ahead)
        target = np.array(winsorised_target(close, step.sessions_ahead))[rows]
        if name == "gradient_boosting":
            target -= target.mean()
        predicted = _estimator(name).fit(known[rows], target).predict(known[-1:])[0]
        assert step.point == pytest.approx(close[-1] * np.exp(predicted), rel=1e-9)


def _rows_without_a_split(bars: pd.DataFrame, names: tuple[str, ...], ahead: int) -> list[int]:
    """Return the rows to learn from; the prices of AAPL are not adjusted for its splits."""
    rows: list[int] = training_set(simulated.history(bars), names, ahead).select(LOOKBACK, len(bars) - ahead).tolist()
    assert len(rows) < len(bars) - ahead - LOOKBACK
    return rows


def test_drift_continues_the_mean_return_and_the_moving_average_returns_to_the_mean() -> None:
    bars = sample_bars("AAPL")
    close = bars["close"].to_numpy()
    for step in forecast_sample("AAPL", "drift").steps:
        target = np.array(winsorised_target(close.tolist(), step.sessions_ahead))
        mean = target[_rows_without_a_split(bars, (), step.sessions_ahead)].mean()
        assert step.point == pytest.approx(close[-1] * np.exp(mean), rel=1e-9)
    for step in forecast_sample("AAPL", "moving_average").steps:
        assert step.point == pytest.approx(close[-20:].mean(), rel=1e-9)


@pytest.mark.parametrize("name", MODEL_NAMES)
@pytest.mark.parametrize("symbol", ["AAPL", "FB"])
def test_the_record_of_a_step_is_that_of_the_evaluation(symbol: str, name: ModelName) -> None:
    answer = forecast_sample(symbol, name)
    for step in answer.steps[:1] + answer.steps[-1:]:
        query = EvaluationQuery(models=[name], horizon=step.sessions_ahead, windows=250)
        evaluation = compute_evaluation(to_payload(sample_bars(symbol)), symbol, query)
        record = next(model for model in evaluation.models if model.name == name)
        persistence = next(model for model in evaluation.models if model.name == "persistence")
        assert step.windows == evaluation.windows.n_windows
        assert step.coverage == record.interval.coverage
        assert step.mae == pytest.approx(record.metrics.mae, rel=1e-12)
        assert step.mae_of_persistence == pytest.approx(persistence.metrics.mae, rel=1e-12)
        assert step.skill == record.skill
        (interval,) = step.intervals
        assert (interval.coverage, interval.coverage_standard_error) == (
            record.interval.coverage,
            record.interval.coverage_standard_error,
        )
        assert interval.score == record.interval.score
        assert interval.score_of_plain_band == record.interval.score_of_plain_band
    assert answer.skill == answer.steps[-1].skill
    assert answer.verdict.split(": ", 1)[1] == answer.skill.verdict


@pytest.mark.parametrize("horizon", [1, 5])
@pytest.mark.parametrize("name", [name for name in MODEL_NAMES if name != "gradient_boosting"])
def test_a_window_of_the_evaluation_equals_the_forecast_of_that_day(name: ModelName, horizon: int) -> None:
    """Scored predictions equal those that would have been issued; costly models only where they are refitted."""
    bars = sample_bars("FB")
    evaluation = compute_evaluation(to_payload(bars), "FB", EvaluationQuery(models=[name], horizon=horizon, windows=20))
    series = next(series for series in evaluation.windows.series if series.name == name)
    for window in (0, 9, 19):
        as_of = evaluation.windows.cutoff[window]
        step = forecast(bars, model=name, horizon=horizon, as_of=as_of).steps[-1]
        assert step.session == evaluation.windows.session[window]
        assert step.point == pytest.approx(series.predicted[window], rel=1e-8)


def test_a_requested_model_is_selected() -> None:
    answer = forecast_sample("AAPL", "moving_average")
    assert answer.model == MODELS["moving_average"].info
    assert answer.choice.model_dump() == {
        "asked_for": "moving_average",
        "reason": "Moving average was requested by name.",
        "candidates": [],
    }
    assert answer.verdict.startswith("Moving average: No better than assuming no change, but worse, in the last 250 ")


def test_auto_selects_persistence_if_no_model_is_better() -> None:
    answer = forecast_sample("AAPL", "auto")
    evaluation = compute_evaluation(to_payload(sample_bars("AAPL")), "AAPL", EvaluationQuery(horizon=5))
    assert answer.model.name == evaluation.best == "persistence"
    assert (
        answer.choice.reason
        == "None of the other 5 models has beaten assuming no change 5 sessions ahead beyond chance."
    )
    assert [candidate.name for candidate in answer.choice.candidates] == list(MODEL_NAMES)
    assert [candidate.skill for candidate in answer.choice.candidates] == [model.skill for model in evaluation.models]
    assert {step.point for step in answer.steps} == {answer.last_close}
    assert answer.verdict == evaluation.verdict
    assert answer.verdict.startswith("No better than assuming no change in the last 250 test sessions: skill 0.00")
    assert answer.verdict.endswith(" (gradient boosting, the best of 5).")


def test_auto_selects_a_model_that_is_better() -> None:
    answer = forecast(simulated.autoregression(3000, 4, phi=0.6), model="auto", horizon=1)
    assert answer.model.name in ("linear_regression", "ridge", "gradient_boosting")
    assert answer.choice.reason == (
        "Of 5 models it has beaten assuming no change one session ahead by the most, and beyond chance."
    )
    assert "Better than assuming no change in the last 250 test sessions: skill 0." in answer.verdict
    skills = {candidate.name: candidate.skill.skill for candidate in answer.choice.candidates}
    assert skills[answer.model.name] == max(skills.values(), key=lambda skill: skill or 0.0)


def test_it_reports_everything_that_determines_it() -> None:
    answer = forecast_sample("AAPL", "gradient_boosting")
    assert answer.data.model_dump(mode="json") == {
        "revision": to_payload(sample_bars("AAPL")).revision,
        "first_session": "2000-03-01",
        "last_session": "2013-03-01",
        "bars": 3270,
        "adjusted": False,
    }
    assert answer.provenance.seed == answer.model.parameters["random_state"] == 20261124
    assert set(answer.provenance.libraries) == {"exchange-calendars", "numpy", "pandas", "scikit-learn", "scipy"}
    assert answer.model.feature_names == list(TRAINING_FEATURES)
