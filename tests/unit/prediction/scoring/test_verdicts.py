"""The verdicts, word by word: none may suggest a skill that is not there."""

import numpy as np
import pytest

from services.prediction.scoring import verdicts
from services.prediction.types import Array
from shared.schemas.forecasts import ModelName, SkillEstimate

RANDOM = np.random.default_rng(20261125)
PERSISTENCE_ERRORS: Array = RANDOM.exponential(size=250)
OTHER: Array = RANDOM.exponential(size=250)


def _verdict(
    errors: Array, horizon: int = 1, name: ModelName = "ridge", persistence_errors: Array = PERSISTENCE_ERRORS
) -> str:
    return verdicts.estimate_skill(name, errors, persistence_errors, horizon).verdict


def _estimate(skill: float | None, lower: float | None = None, upper: float | None = None) -> SkillEstimate:
    is_better = lower is not None and lower > 0
    return SkillEstimate(skill=skill, lower=lower, upper=upper, is_better=is_better, verdict=f"skill {skill}")


def _estimates(**models: SkillEstimate) -> dict[ModelName, SkillEstimate]:
    return {**models, "persistence": _estimate(0.0)}  # type: ignore[dict-item]  # keys are model names


def test_better() -> None:
    assert _verdict(0.8 * PERSISTENCE_ERRORS + 0.1 * OTHER) == (
        "Better than assuming no change: skill 0.08, 95 % CI 0.06 to 0.10."
    )


def test_no_better() -> None:
    assert _verdict(0.9 * PERSISTENCE_ERRORS + 0.1 * OTHER) == (
        "No better than assuming no change: skill −0.02, 95 % CI −0.04 to 0.00."
    )


def test_worse() -> None:
    assert _verdict(1.1 * PERSISTENCE_ERRORS + 0.1 * OTHER) == (
        "No better than assuming no change, but worse: skill −0.22, 95 % CI −0.24 to −0.20."
    )


def test_three_decimals_where_the_interval_is_tight() -> None:
    assert _verdict(0.99 * PERSISTENCE_ERRORS + 0.01 * OTHER) == (
        "No better than assuming no change: skill −0.002, 95 % CI −0.004 to 0.000."
    )


def test_no_number_is_a_negative_zero() -> None:
    assert _verdict(PERSISTENCE_ERRORS * (1 + 1e-9)) == (
        "No better than assuming no change, but worse: skill 0.000, 95 % CI 0.000 to 0.000."
    )


@pytest.mark.parametrize("horizon", [1, 2, 5, 20])
def test_the_verdict_does_not_name_the_horizon(horizon: int) -> None:
    assert _verdict(0.5 * PERSISTENCE_ERRORS, horizon).startswith(
        "Better than assuming no change: skill 0.500, 95 % CI "
    )
    worse = _verdict(1.5 * PERSISTENCE_ERRORS, horizon)
    assert worse.startswith("No better than assuming no change, but worse: skill −0.500, ")


def test_persistence_is_not_compared_with_itself() -> None:
    estimate = verdicts.estimate_skill("persistence", PERSISTENCE_ERRORS, PERSISTENCE_ERRORS, 1)
    assert (estimate.skill, estimate.lower, estimate.upper, estimate.is_better) == (0.0, None, None, False)
    assert estimate.verdict == (
        "This is the baseline, no change: every coming close equals the last one. The models are compared with it."
    )


@pytest.mark.parametrize("name", ["ridge", "persistence"])
def test_nothing_to_beat(name: ModelName) -> None:
    estimate = verdicts.estimate_skill(name, np.zeros(50), np.zeros(50), 1)
    assert (estimate.skill, estimate.lower, estimate.upper, estimate.is_better) == (None, None, None, False)
    assert (
        estimate.verdict == "There was nothing to beat: the closes did not change, so assuming no change made no error."
    )


def test_too_few_windows() -> None:
    estimate = verdicts.estimate_skill("drift", 0.5 * PERSISTENCE_ERRORS[:20], PERSISTENCE_ERRORS[:20], 20)
    assert (estimate.skill, estimate.lower, estimate.upper, estimate.is_better) == (0.5, None, None, False)
    assert estimate.verdict == ("Too few windows to say whether it is better than assuming no change: skill 0.50.")


def test_the_fields_hold_the_numbers_of_the_verdict() -> None:
    estimate = verdicts.estimate_skill("ridge", 0.8 * PERSISTENCE_ERRORS + 0.1 * OTHER, PERSISTENCE_ERRORS, 1)
    assert estimate.is_better
    assert (estimate.skill, estimate.lower, estimate.upper) == pytest.approx((0.08, 0.06, 0.10), abs=0.005)


def test_the_best_has_the_highest_skill_among_the_significantly_better() -> None:
    estimates = _estimates(
        ridge=_estimate(0.10, 0.05, 0.15),
        drift=_estimate(0.20, 0.10, 0.30),
        linear_regression=_estimate(0.40, -0.10, 0.90),
    )
    p_values: dict[ModelName, float] = {"ridge": 0.001, "drift": 0.002, "linear_regression": 0.001}
    assert verdicts.select_best(estimates, p_values) == "drift"


@pytest.mark.parametrize(("p_value", "best"), [(0.0099, "ridge"), (0.0101, "persistence"), (0.04, "persistence")])
def test_one_of_five_must_pass_at_one_percent(p_value: float, best: ModelName) -> None:
    others: list[ModelName] = ["linear_regression", "gradient_boosting", "drift", "moving_average"]
    estimates = _estimates(ridge=_estimate(0.1, 0.01, 0.2), **dict.fromkeys(others, _estimate(-0.1, -0.2, 0.0)))
    p_values = {**dict.fromkeys(others, 0.5), "ridge": p_value}
    assert verdicts.select_best(estimates, p_values) == best


def test_a_single_model_must_pass_at_five_percent() -> None:
    estimates = _estimates(ridge=_estimate(0.1, 0.01, 0.2))
    assert verdicts.select_best(estimates, {"ridge": 0.049}) == "ridge"
    assert verdicts.select_best(estimates, {"ridge": 0.051}) == "persistence"


def test_among_equals_the_simplest_is_the_best() -> None:
    """On closes that grow evenly every trained model errs by rounding only, and one of them a little less."""
    estimates = _estimates(
        linear_regression=_estimate(1 - 1e-14, 0.9, 1),
        gradient_boosting=_estimate(1, 1, 1),
        drift=_estimate(1 - 2e-14, 1, 1),
    )
    assert verdicts.select_best(estimates, dict.fromkeys(estimates, 0.0)) == "drift"


def test_a_model_without_a_test_is_not_selected() -> None:
    assert verdicts.select_best(_estimates(ridge=_estimate(0.5, 0.5, 0.5)), {}) == "persistence"


def test_persistence_is_best_if_there_is_nothing_to_beat() -> None:
    assert verdicts.select_best(_estimates(ridge=_estimate(None)), {}) == "persistence"


def test_the_summary_names_the_best() -> None:
    estimates = _estimates(linear_regression=_estimate(0.2, 0.1, 0.3), ridge=_estimate(0.1, 0.05, 0.15))
    assert verdicts.summarise(estimates, "linear_regression") == "Linear regression: skill 0.2"


def test_the_summary_says_that_none_is_better_and_how_good_the_best_was() -> None:
    estimates = _estimates(gradient_boosting=_estimate(0.01, -0.02, 0.04), drift=_estimate(-0.1, -0.2, 0.0))
    assert verdicts.summarise(estimates, "persistence") == (
        "No better than assuming no change: gradient boosting, the best of 2, has skill 0.01, 95 % CI −0.02 to 0.04."
    )


def test_the_summary_says_that_the_best_of_many_looks_better_by_chance() -> None:
    estimates = _estimates(ridge=_estimate(0.05, 0.01, 0.09), drift=_estimate(-0.1, -0.2, 0.0))
    assert verdicts.summarise(estimates, "persistence") == (
        "No better than assuming no change: ridge, the best of 2, has skill 0.05, "
        "95 % CI 0.01 to 0.09, which the best of so many may show by chance."
    )


def test_the_summary_of_one_is_its_verdict() -> None:
    assert verdicts.summarise(_estimates(ridge=_estimate(-0.05, -0.1, 0.01)), "persistence") == "skill -0.05"


def test_the_summary_of_none_is_that_of_doing_nothing() -> None:
    assert verdicts.summarise(_estimates(), "persistence") == "skill 0.0"
    assert verdicts.summarise(_estimates(ridge=_estimate(None)), "persistence") == "skill 0.0"


def test_without_an_interval_the_summary_leaves_it_open() -> None:
    estimates = _estimates(ridge=_estimate(0.3), drift=_estimate(0.1))
    assert verdicts.summarise(estimates, "persistence") == (
        "Too few windows to say whether any model is better than assuming no change."
    )


def test_why_auto_chooses_the_best() -> None:
    estimates = _estimates(ridge=_estimate(0.2, 0.1, 0.3), drift=_estimate(0.1, 0.05, 0.15))
    assert verdicts.state_reason(estimates, "ridge", 1) == (
        "Of 2 models it has beaten assuming no change one session ahead by the most, and beyond chance."
    )
    assert verdicts.state_reason(estimates, "persistence", 5) == (
        "None of the other 2 models has beaten assuming no change 5 sessions ahead beyond chance."
    )


def test_display_names_are_plain_words() -> None:
    assert verdicts.display_name("linear_regression") == "Linear regression"
    assert verdicts.display_name("moving_average", is_first=False) == "moving average"
