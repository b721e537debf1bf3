"""Verdicts: whether a model is better than persistence, in numbers and in one plain sentence."""

from collections.abc import Mapping

import numpy as np

from services.prediction.scoring import scores
from services.prediction.scoring.significance import count_periods
from services.prediction.types import Array
from shared.schemas.forecasts import ModelName, SkillEstimate
from shared.schemas.wire import Outcome
from shared.statistics.skill import MIN_PERIODS, N_COMPARED, SkillInterval, judge, skill_interval


def estimate_skill(name: ModelName, errors: Array, persistence_errors: Array, horizon: int) -> SkillEstimate:
    """Estimate the skill of a model, with its confidence interval and its verdict.

    Args:
        name: The model.
        errors: Its absolute errors, shape `(n_windows,)`, ascending by time.
        persistence_errors: The absolute errors of persistence on the same sessions.
        horizon: Sessions ahead.
    """
    skill = scores.skill(float(np.mean(errors)), float(np.mean(persistence_errors)))
    interval = skill_interval(errors, persistence_errors, count_periods(len(errors), horizon))
    if name == "persistence":
        skill, interval = (None if skill is None else 0.0), None
    lower, upper, lower_of_several = interval or (None, None, None)
    outcome = None if skill is None or name == "persistence" else judge(upper, lower_of_several)
    return SkillEstimate(
        skill=skill,
        lower=lower,
        upper=upper,
        outcome=outcome,
        lower_of_several=lower_of_several,
        is_better=outcome == "better",
        verdict=_verdict(name, skill, interval, outcome, len(errors), horizon),
    )


def select_best(estimates: Mapping[ModelName, SkillEstimate]) -> ModelName:
    """Select the model with the highest skill among those better than persistence, or persistence if there are none.

    Among equals the last one listed wins, since the baselines come last.
    """
    better = [name for name, estimate in estimates.items() if estimate.is_better]
    return max(reversed(better), key=lambda name: round(estimates[name].skill or 0.0, 9), default="persistence")


def summarise(estimates: Mapping[ModelName, SkillEstimate]) -> str:
    """Write the verdict on all models together: that on the best of them."""
    best = select_best(estimates)
    if best != "persistence":
        return f"{display_name(best)}: {estimates[best].verdict}"
    models = {
        name: estimate for name, estimate in estimates.items() if name != "persistence" and estimate.skill is not None
    }
    if not models:
        return estimates["persistence"].verdict
    leader = max(models, key=lambda name: models[name].skill or 0.0)
    if len(models) == 1:
        return models[leader].verdict
    return f"{models[leader].verdict[:-1]} ({display_name(leader, is_first=False)}, the best of {len(models)})."


def state_reason(estimates: Mapping[ModelName, SkillEstimate], best: ModelName, horizon: int) -> str:
    """Write why `auto` selects the best model, from the models' track records on this symbol."""
    n_models = len(estimates) - 1
    ahead = "one session ahead" if horizon == 1 else f"{horizon} sessions ahead"
    if best == "persistence":
        return f"None of the other {n_models} models has beaten assuming no change {ahead} beyond chance."
    return f"Of {n_models} models it has beaten assuming no change {ahead} by the most, and beyond chance."


def display_name(name: ModelName, *, is_first: bool = True) -> str:
    """Format a model name for people, capitalised if it comes first in a sentence."""
    words = name.replace("_", " ")
    return words[0].upper() + words[1:] if is_first else words


def _verdict(
    name: ModelName,
    skill: float | None,
    interval: SkillInterval | None,
    outcome: Outcome | None,
    n_windows: int,
    horizon: int,
) -> str:
    if skill is None:
        return "There was nothing to beat: the closes did not change, so assuming no change made no error."
    if name == "persistence":
        return (
            "This is the baseline, no change: every coming close equals the last one. The models are compared with it."
        )
    n_periods = count_periods(n_windows, horizon)
    if interval is None:
        few_sessions = "A few sessions make most of the errors, so it is too early to say"
        start = "Too few windows to say" if n_periods < MIN_PERIODS else few_sessions
        return f"{start} whether it is better than assuming no change: skill {_format_number(skill)}."
    lower, upper, _ = interval
    numbers = f"in the last {n_windows} test sessions: {_format_skill(skill, lower, upper)}"
    if outcome == "better":
        return f"Better than assuming no change {numbers}."
    if outcome == "no_better":
        worse = ", but worse," if upper < 0 else ""
        return f"No better than assuming no change{worse} {numbers}."
    periods = "" if horizon == 1 else f"; these are only {n_periods} independent periods of {horizon}"
    by_chance = f"; the best of {N_COMPARED} may look as good by chance" if lower > 0 else ""
    return f"Too early to tell whether it is better than assuming no change {numbers}{by_chance}{periods}."


def _format_skill(skill: float, lower: float, upper: float) -> str:
    digits = _count_digits(lower, upper)
    skill_text, *ends = (_format_number(value, digits) for value in (skill, lower, upper))
    return f"skill {skill_text}, 95 % CI {' to '.join(ends)}"


def _count_digits(lower: float, upper: float) -> int:
    """Return how many digits show that the ends differ, and on which side of zero each lies; at most four.

    Example:
        >>> _count_digits(-0.07, 0.04), _count_digits(-0.0003, 0.0048)
        (2, 4)
    """
    for digits in (2, 3):
        unit = 10.0**-digits
        if upper - lower >= 2 * unit and all(end == 0 or abs(end) >= unit / 2 for end in (lower, upper)):
            return digits
    return 4


def _format_number(value: float, digits: int = 2) -> str:
    """Format with a typographic minus sign, and without a negative zero.

    Example:
        >>> _format_number(-0.021)
        '−0.02'
    """
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−")  # + 0.0 turns -0.0 into 0.0
