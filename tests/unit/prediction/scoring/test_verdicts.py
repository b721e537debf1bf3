"""The verdicts, word by word: none may suggest a skill that is not there."""

import numpy as np
import pytest

from services.prediction.scoring import verdicts
from services.prediction.types import Array
from shared.schemas.forecasts import ModelName, SkillEstimate
from shared.statistics.skill import judge

RANDOM = np.random.default_rng(20261125)
PERSISTENCE_ERRORS: Array = RANDOM.exponential(size=250)
OTHER: Array = RANDOM.exponential(size=250)


def _verdict(
    errors: Array, horizon: int = 1, name: ModelName = "ridge", persistence_errors: Array = PERSISTENCE_ERRORS
) -> str:
    return verdicts.estimate_skill(name, errors, persistence_errors, horizon).verdict


def _estimate(skill: float | None, lower: float | None = None, upper: float | None = None) -> SkillEstimate:
    outcome = None if skill is None else judge(upper, lower)
    return SkillEstimate(
        skill=skill,
        lower=lower,
        upper=upper,
        outcome=outcome,
        lower_of_several=lower,
        is_better=outcome == "better",
        verdict=f"skill {skill}.",
    )


def _estimates(**models: SkillEstimate) -> dict[ModelName, SkillEstimate]:
    return {**models, "persistence": _estimate(0.0)}  # type: ignore[dict-item]  # keys are model names


LAST = "in the last 250 test sessions:"


def test_better() -> None:
    assert _verdict(0.8 * PERSISTENCE_ERRORS + 0.1 * OTHER) == (
        f"Better than assuming no change {LAST} skill 0.08, 95 % CI 0.07 to 0.10."
    )


def test_no_better() -> None:
    verdict = _verdict(0.89 * PERSISTENCE_ERRORS + 0.1 * OTHER)
    assert verdict.startswith(f"No better than assuming no change {LAST} skill −0.01, 95 % CI −0.02 to 0.0")


def test_worse() -> None:
    verdict = _verdict(1.1 * PERSISTENCE_ERRORS + 0.1 * OTHER)
    assert verdict.startswith(f"No better than assuming no change, but worse, {LAST} skill −0.22, 95 % CI −0.2")


def test_too_early_where_the_interval_holds_zero_and_a_skill_of_use() -> None:
    verdict = _verdict(0.2 * PERSISTENCE_ERRORS + 0.65 * OTHER, horizon=20)
    assert verdict.startswith(f"Too early to tell whether it is better than assuming no change {LAST} skill 0.")
    assert verdict.endswith("; these are only 12 independent periods of 20.")


def test_a_wrong_price_that_decides_everything_shows_no_skill() -> None:
    persistence_errors = PERSISTENCE_ERRORS.copy()
    persistence_errors[100:102] = 1000.0
    errors = np.where(np.arange(250) == 101, 300.0, persistence_errors)
    assert _verdict(errors, persistence_errors=persistence_errors) == (
        "A few sessions make most of the errors, so it is too early to say whether it is better than assuming no "
        "change: skill 0.31."
    )


def test_one_session_ahead_every_session_is_a_period_of_its_own() -> None:
    assert "independent" not in _verdict(0.2 * PERSISTENCE_ERRORS + 0.65 * OTHER)


@pytest.mark.parametrize("horizon", [1, 5, 20])
def test_the_outcome_follows_the_interval_and_that_of_the_best_of_five(horizon: int) -> None:
    for seed in range(200):
        random = np.random.default_rng(seed)
        errors = PERSISTENCE_ERRORS * random.uniform(0.7, 1.2) + random.uniform(0, 0.5) * random.normal(size=250)
        estimate = verdicts.estimate_skill("ridge", np.abs(errors), PERSISTENCE_ERRORS, horizon)
        assert estimate.skill is not None
        assert estimate.lower is not None
        assert estimate.upper is not None
        of_several = estimate.lower_of_several
        assert of_several is not None
        assert of_several < estimate.lower
        expected = "better" if of_several > 0 else "no_better" if estimate.upper < 0.05 else "too_early"
        assert estimate.outcome == expected
        assert estimate.is_better == (expected == "better")
        start = {"better": "Better ", "no_better": "No better ", "too_early": "Too early to tell "}[expected]
        assert estimate.verdict.startswith(start)


def test_as_many_decimals_as_show_where_a_tight_interval_lies() -> None:
    verdict = _verdict(0.99 * PERSISTENCE_ERRORS + 0.01 * OTHER)
    assert verdict.endswith(f"{LAST} skill −0.0016, 95 % CI −0.0033 to −0.0002.")


def test_no_number_is_a_negative_zero() -> None:
    assert _verdict(PERSISTENCE_ERRORS * (1 + 1e-9)) == (
        f"No better than assuming no change, but worse, {LAST} skill 0.0000, 95 % CI 0.0000 to 0.0000."
    )


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
    assert (estimate.skill, estimate.lower, estimate.upper) == pytest.approx((0.08, 0.07, 0.10), abs=0.005)


def test_the_best_has_the_highest_skill_among_the_significantly_better() -> None:
    estimates = _estimates(
        ridge=_estimate(0.10, 0.05, 0.15),
        drift=_estimate(0.20, 0.10, 0.30),
        linear_regression=_estimate(0.40, -0.10, 0.90),
    )
    assert verdicts.select_best(estimates) == "drift"


def test_among_equals_the_simplest_is_the_best() -> None:
    """On closes that grow evenly every trained model errs by rounding only, and one of them a little less."""
    estimates = _estimates(
        linear_regression=_estimate(1 - 1e-14, 0.9, 1),
        gradient_boosting=_estimate(1, 1, 1),
        drift=_estimate(1 - 2e-14, 1, 1),
    )
    assert verdicts.select_best(estimates) == "drift"


def test_a_model_without_an_interval_is_not_selected() -> None:
    assert verdicts.select_best(_estimates(ridge=_estimate(0.5))) == "persistence"


def test_persistence_is_best_if_there_is_nothing_to_beat() -> None:
    assert verdicts.select_best(_estimates(ridge=_estimate(None))) == "persistence"


def test_the_summary_names_the_best() -> None:
    estimates = _estimates(linear_regression=_estimate(0.2, 0.1, 0.3), ridge=_estimate(0.1, 0.05, 0.15))
    assert verdicts.summarise(estimates) == "Linear regression: skill 0.2."


def test_if_none_is_better_the_summary_is_the_verdict_on_the_best() -> None:
    estimates = _estimates(gradient_boosting=_estimate(0.01, -0.02, 0.04), drift=_estimate(-0.1, -0.2, 0.0))
    assert verdicts.summarise(estimates) == "skill 0.01 (gradient boosting, the best of 2)."


def test_the_summary_of_one_is_its_verdict() -> None:
    assert verdicts.summarise(_estimates(ridge=_estimate(-0.05, -0.1, 0.01))) == "skill -0.05."


def test_the_summary_without_models_is_that_of_persistence() -> None:
    assert verdicts.summarise(_estimates()) == "skill 0.0."
    assert verdicts.summarise(_estimates(ridge=_estimate(None))) == "skill 0.0."


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
