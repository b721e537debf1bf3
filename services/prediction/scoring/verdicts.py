"""Verdicts: whether a model is better than persistence, in numbers and in one plain sentence."""

from collections.abc import Mapping

import numpy as np

from services.prediction.scoring import scores, significance
from services.prediction.scoring.significance import CONFIDENCE
from services.prediction.types import Array
from shared.schemas.forecasts import ModelName, SkillEstimate


def estimate_skill(name: ModelName, errors: Array, persistence_errors: Array, horizon: int) -> SkillEstimate:
    """Estimate the skill of a model, with its confidence interval and its verdict.

    Args:
        name: The model.
        errors: Its absolute errors, shape `(n_windows,)`, ascending by time.
        persistence_errors: The absolute errors of persistence on the same sessions.
        horizon: Sessions ahead.
    """
    skill = scores.skill(float(np.mean(errors)), float(np.mean(persistence_errors)))
    interval = significance.skill_interval(errors, persistence_errors, horizon)
    if name == "persistence":
        skill, interval = (None if skill is None else 0.0), None
    lower, upper = interval or (None, None)
    is_better = lower is not None and lower > 0
    verdict = _verdict(name, skill, interval)
    return SkillEstimate(skill=skill, lower=lower, upper=upper, is_better=is_better, verdict=verdict)


def select_best(estimates: Mapping[ModelName, SkillEstimate], p_values: Mapping[ModelName, float]) -> ModelName:
    """Select the model with the highest skill among those better than persistence, or persistence if there are none.

    The best of several may look good by chance, so each must pass at 5 % divided by their number (Bonferroni). Among
    equals the last one listed wins, since the baselines come last.
    """
    significance_level = (1 - CONFIDENCE) / max(1, len(p_values))
    better = [
        name
        for name, estimate in estimates.items()
        if estimate.is_better and p_values.get(name, 1.0) < significance_level
    ]
    return max(reversed(better), key=lambda name: round(estimates[name].skill or 0.0, 9), default="persistence")


def summarise(estimates: Mapping[ModelName, SkillEstimate], best: ModelName) -> str:
    """Write the verdict on all models together."""
    if best != "persistence":
        return f"{display_name(best)}: {estimates[best].verdict}"
    models = {
        name: estimate for name, estimate in estimates.items() if name != "persistence" and estimate.skill is not None
    }
    if not models:
        return estimates["persistence"].verdict
    leader = max(models, key=lambda name: models[name].skill or 0.0)
    estimate = models[leader]
    if len(models) == 1:
        return estimate.verdict
    if estimate.skill is None or estimate.lower is None or estimate.upper is None:
        return "Too few windows to say whether any model is better than assuming no change."
    numbers = _format_skill(estimate.skill, estimate.lower, estimate.upper)
    by_chance = ", which the best of so many may show by chance" if estimate.is_better else ""
    name = display_name(leader, is_first=False)
    return f"No better than assuming no change: {name}, the best of {len(models)}, has {numbers}{by_chance}."


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


def _verdict(name: ModelName, skill: float | None, interval: tuple[float, float] | None) -> str:
    if skill is None:
        return "There was nothing to beat: the closes did not change, so assuming no change made no error."
    if name == "persistence":
        return (
            "This is the baseline, no change: every coming close equals the last one. The models are compared with it."
        )
    if interval is None:
        return f"Too few windows to say whether it is better than assuming no change: skill {_format_number(skill)}."
    lower, upper = interval
    numbers = _format_skill(skill, lower, upper)
    if lower > 0:
        return f"Better than assuming no change: {numbers}."
    if upper < 0:
        return f"No better than assuming no change, but worse: {numbers}."
    return f"No better than assuming no change: {numbers}."


def _format_skill(skill: float, lower: float, upper: float) -> str:
    digits = 3 if upper - lower < 0.02 else 2
    skill_text, *ends = (_format_number(value, digits) for value in (skill, lower, upper))
    return f"skill {skill_text}, 95 % CI {' to '.join(ends)}"


def _format_number(value: float, digits: int = 2) -> str:
    """Format with a typographic minus sign, and without a negative zero.

    Example:
        >>> _format_number(-0.021)
        '−0.02'
    """
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−")  # + 0.0 turns -0.0 into 0.0
