"""Range forecasts against an independent loop, and against bars in which nothing can be known."""

import math
import statistics

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.prediction.inputs.history import History
from services.prediction.models.volatility import Volatility
from services.prediction.ranges.placebo import shuffle_sessions
from services.prediction.ranges.record import score_ranges
from services.prediction.ranges.walk_forward import RangeForecasts, bars_needed, run_ranges
from shared.schemas.ranges import RangeHorizon
from tests.support.prediction import simulated


def _range(bars: pd.DataFrame) -> float:
    """Return ln(highest / lowest price) of some bars."""
    prices = bars[["open", "high", "low", "close"]].to_numpy()
    return math.log(prices.max() / prices.min())


def _order_statistic(values: list[float], rank: int) -> float:
    return sorted(values)[rank - 1]


def _at(forecasts: RangeForecasts, position: int) -> list[float]:
    return [float(values[position]) for values in vars(forecasts).values()]


def _by_loop(bars: pd.DataFrame, row: int, horizon: int) -> list[float]:
    """Forecast from the bars up to a row by plain loops, in the order of the fields of RangeForecasts."""
    known = bars[: row + 1]
    volatility = Volatility(simulated.history(known)).ahead(horizon)
    made_at = range(max(20, row - horizon - 249), row - horizon + 1)
    ratios = [_range(known[one + 1 : one + 1 + horizon]) / volatility[one] for one in made_at]
    n = len(ratios)
    below = max(1, math.floor(round((n + 1) * 0.1, 9)))
    above = min(n, math.ceil(round((n + 1) * 0.9, 9)))
    last = [_range(known[one + 1 - horizon : one + 1]) for one in range(max(horizon - 1, row - 249), row + 1)]
    scale = volatility[row]
    constant = 4 * math.log(2)
    return [
        scale * statistics.median(ratios),
        scale * _order_statistic(ratios, below),
        scale * _order_statistic(ratios, above),
        last[-1],
        statistics.fmean(last),
        scale**2 * statistics.fmean(ratio**2 for ratio in ratios) / constant,
        last[-1] ** 2 / constant,
        statistics.fmean(one**2 for one in last) / constant,
    ]


@pytest.mark.parametrize("horizon", [1, 5])
@pytest.mark.parametrize("n_bars", [80, 330, 700])
def test_each_forecast_equals_one_by_plain_loops_from_the_bars_of_then(n_bars: int, horizon: int) -> None:
    bars = simulated.volatility_clusters(n_bars, seed=3)
    run = run_ranges(simulated.history(bars), horizon, 250)
    for position in (0, len(run.rows) // 2, len(run.rows) - 1):
        row = int(run.rows[position])
        assert _at(run.scored, position) == pytest.approx(_by_loop(bars, row, horizon), abs=1e-9)
        assert run.actual[position] == pytest.approx(_range(bars[row + 1 : row + 1 + horizon]), abs=1e-12)
    assert _at(run.next, 0) == pytest.approx(_by_loop(bars, n_bars - 1, horizon), abs=1e-9)
    assert run.rows[-1] == n_bars - 1 - horizon


@pytest.mark.parametrize("horizon", [1, 5])
def test_the_least_number_of_bars_leaves_twenty_scores(horizon: int) -> None:
    bars = simulated.random_walk(bars_needed(horizon), seed=0)
    assert len(run_ranges(simulated.history(bars), horizon, 250).rows) == 20


@settings(max_examples=20, deadline=None)
@given(factor=st.sampled_from([0.01, 0.5, 3.0]), horizon=st.sampled_from([1, 5]), cut=st.integers(200, 299))
def test_later_bars_change_no_bit_of_a_forecast(factor: float, horizon: int, cut: int) -> None:
    bars = simulated.volatility_clusters(300, seed=1)
    changed = bars.copy()
    changed.loc[cut:, ["open", "high", "low", "close"]] *= factor
    changed.loc[cut:, "high"] *= 1.5
    run, other = (run_ranges(simulated.history(one), horizon, 250) for one in (bars, changed))
    is_before = run.rows < cut
    for values, others in zip(vars(run.scored).values(), vars(other.scored).values(), strict=True):
        assert values[is_before].tobytes() == others[is_before].tobytes()
    truncated = run_ranges(simulated.history(bars[:cut]), horizon, 250)
    assert _at(truncated.next, 0) == _at(run.scored, cut - 1 - run.rows[0]) if cut - 1 <= run.rows[-1] else True


@pytest.mark.parametrize("horizon", [1, 5])
def test_bars_that_have_closes_only_are_neither_learnt_from_nor_scored(horizon: int) -> None:
    bars = simulated.volatility_clusters(700, seed=3)
    bars = bars.assign(**{name: bars[name].where(bars.index >= 500, bars["close"]) for name in ("open", "high", "low")})
    run = run_ranges(simulated.history(bars), horizon, 250)
    start = 607  # the first session at which at most 12 of the last 120 bars lack a range
    assert run.rows[0] == start + 20 - 1 + horizon
    known = [_range(bars[row - horizon + 1 : row + 1]) for row in range(start + horizon - 1, 700)]
    assert run.next.mean[0] == pytest.approx(statistics.fmean(known), abs=1e-9)
    assert min(run.scored.lower) > min(known) / 2


def test_on_the_sample_the_forecast_beats_both_baselines() -> None:
    names = ("AAPL", "GOOG", "IBM", "MSFT")
    over_last, over_mean = np.mean(
        [_score(simulated.history(simulated.sample_bars(name)), 1) for name in names], axis=0
    )
    assert over_last > 0.12
    assert over_mean > 0.03


@pytest.mark.parametrize("horizon", [1, 5])
def test_in_shuffled_sessions_there_is_no_skill_over_the_mean(horizon: RangeHorizon) -> None:
    for bars in (simulated.random_walk(1300, seed=5), simulated.volatility_clusters(1300, seed=5)):
        histories = [shuffle_sessions(simulated.history(bars), seed) for seed in range(12)]
        over_mean = [_score(history, horizon)[1] for history in histories]
        assert np.mean(over_mean) < 0.02


def test_shuffled_sessions_are_the_same_sessions() -> None:
    history = simulated.history(simulated.sample_bars("FB"))
    shuffled = shuffle_sessions(history, 1)
    spans = [np.log(one.high / one.low)[1:] for one in (history, shuffled)]
    assert np.sort(spans[0]) == pytest.approx(np.sort(spans[1]))
    assert spans[0] != pytest.approx(spans[1])
    assert shuffled.close[-1] == pytest.approx(history.close[-1])


def _score(history: History, horizon: RangeHorizon) -> tuple[float, float]:
    record = score_ranges(run_ranges(history, horizon, 250), horizon)
    return record.skill.skill or 0.0, record.skill_over_mean.skill or 0.0


@pytest.mark.parametrize("price", [1.0, 3.75])
def test_a_range_that_equals_an_end_but_for_rounding_is_inside_the_band(price: float) -> None:
    pegged = simulated.pegged(800, seed=1)
    prices = {name: (pegged[name] - 1 + price).round(4) for name in ("open", "high", "low", "close")}
    run = run_ranges(simulated.history(pegged.assign(**prices)), 1, 250)
    lower, upper = run.scored.lower - 1e-14, run.scored.upper + 1e-14
    assert score_ranges(run, 1).coverage == np.mean((lower <= run.actual) & (run.actual <= upper)) > 0.9
