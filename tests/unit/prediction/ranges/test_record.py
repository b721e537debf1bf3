import math

import numpy as np
import pytest

from services.prediction.ranges.record import describe, qlike, score_ranges
from services.prediction.ranges.walk_forward import run_ranges
from shared.schemas.ranges import RangeRecord, RangeScore, RangeSkill
from shared.schemas.wire import Outcome
from tests.support.prediction import simulated


def _record(over_last: Outcome, over_mean: Outcome, skill: float | None = 0.21) -> RangeRecord:
    scores = [RangeScore(name="log_har", mae=1.0, qlike=0.4)]
    estimates = {
        "skill": RangeSkill(skill=skill, lower=0.1, upper=0.3, verdict=over_last),
        "skill_over_mean": RangeSkill(skill=0.11, lower=0.1, upper=0.3, verdict=over_mean),
    }
    return RangeRecord(windows=250, level=80, coverage=0.79, scores=scores, **estimates)


@pytest.mark.parametrize(
    ("record", "says"),
    [
        (
            _record("better", "better"),
            "as tested, 21 % closer than “as yesterday” and 11 % closer than the average of a year.",
        ),
        (
            _record("better", "too_early"),
            "as tested, 21 % closer than “as yesterday”, but not surely closer than the average of a year.",
        ),
        (
            _record("better", "no_better"),
            "as tested, 21 % closer than “as yesterday”, but no closer than the average of a year.",
        ),
        (_record("no_better", "no_better"), "as tested, no closer than “as yesterday”."),
        (_record("too_early", "better"), "too early to tell whether this is closer than “as yesterday”."),
        (_record("no_better", "no_better", None), "there is nothing to beat: “as yesterday” made no error."),
    ],
)
def test_one_sentence_says_band_and_record(record: RangeRecord, says: str) -> None:
    assert describe(1.24, 2.86, record, 1) == f"Typical day ahead: 1.2 to 2.9 % between low and high; {says}"


@pytest.mark.parametrize(
    ("lower", "upper", "says"),
    [
        (0.0109, 0.0327, "0.01 to 0.03 %"),
        (0.0, 0.021, "0.00 to 0.02 %"),
        (0.002, 0.006, "0.002 to 0.006 %"),
        (0.04, 0.61, "0.04 to 0.61 %"),
    ],
)
def test_the_narrow_band_of_a_currency_or_of_treasury_bills_is_not_written_as_zero(
    lower: float, upper: float, says: str
) -> None:
    assert describe(lower, upper, _record("no_better", "no_better"), 1).startswith(f"Typical day ahead: {says} between")


def test_a_small_gain_that_is_sure_is_not_written_as_zero() -> None:
    record = _record("better", "better", 0.004)
    assert "as tested, 0.4 % closer than “as yesterday” and 11 % closer" in describe(1, 2, record, 1)


def test_a_range_that_is_always_the_same_leaves_nothing_to_beat_but_rounding() -> None:
    bars = simulated.random_walk(400, seed=1)
    bars = bars.assign(open=bars["close"], high=bars["close"] * 1.01, low=bars["close"] * 0.99)
    record = score_ranges(run_ranges(simulated.history(bars), 1, 250), 1)
    assert (record.skill.skill, record.skill_over_mean.skill) == (None, None)
    assert "there is nothing to beat" in describe(1.7, 2.1, record, 1)


def test_five_sessions_are_compared_with_the_last_five() -> None:
    sentence = describe(3, 7, _record("better", "better"), 5)
    assert sentence.startswith("Typical five days ahead: 3.0 to 7.0 %")
    assert "as the last five days" in sentence


def test_qlike_is_computed_as_by_hand_and_zero_for_a_perfect_forecast() -> None:
    actual = np.array([0.02, 0.0])
    variance = np.array([0.0004, 1e-6])
    ratios = [0.02**2 / (4 * math.log(2)) / 0.0004, 1e-7 / 1e-6]
    assert qlike(actual, variance) == pytest.approx(sum(ratio - math.log(ratio) - 1 for ratio in ratios) / 2)
    assert qlike(actual[:1], actual[:1] ** 2 / (4 * math.log(2))) == pytest.approx(0.0)


def test_scores_are_those_of_a_loop_over_the_run() -> None:
    run = run_ranges(simulated.history(simulated.volatility_clusters(600, seed=2)), 5, 250)
    record = score_ranges(run, 5)
    errors = [abs(a - b) for a, b in zip(run.scored.expected, run.actual, strict=True)]
    last_errors = [abs(a - b) for a, b in zip(run.scored.as_last_time, run.actual, strict=True)]
    assert record.windows == 250
    assert record.skill.skill == pytest.approx(1 - sum(errors) / sum(last_errors), abs=1e-9)
    assert record.scores[0].mae == pytest.approx(100 * sum(errors) / 250, abs=1e-9)
    rows = zip(run.scored.lower, run.actual, run.scored.upper, strict=True)
    assert record.coverage == sum(lower <= actual <= upper for lower, actual, upper in rows) / 250


def test_constant_prices_have_no_range_and_no_skill() -> None:
    bars = simulated.random_walk(200, seed=0)
    bars[["open", "high", "low", "close"]] = 10.0
    record = score_ranges(run_ranges(simulated.history(bars), 1, 250), 1)
    assert (record.skill.skill, record.skill.verdict, record.coverage) == (None, "too_early", 1.0)
