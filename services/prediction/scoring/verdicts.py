"""Whether a model is better than doing nothing, in numbers and in one plain sentence."""

from collections.abc import Mapping

import numpy as np

from services.prediction.scoring import scores, significance
from services.prediction.scoring.significance import CONFIDENCE
from services.prediction.types import Array
from shared.schemas.forecasts import ModelName, SkillEstimate


def estimate_skill(name: ModelName, errors: Array, persistence_errors: Array, horizon: int) -> SkillEstimate:
    """Return the skill of a model with its confidence interval and the sentence.

    Args:
        name: The model.
        errors: Its absolute errors, shape `(n_windows,)`, ascending by time.
        persistence_errors: Those of persistence on the same sessions.
        horizon: Sessions ahead.
    """
    skill = scores.skill(float(np.mean(errors)), float(np.mean(persistence_errors)))
    interval = significance.skill_interval(errors, persistence_errors, horizon)
    if name == "persistence":
        skill, interval = (None if skill is None else 0.0), None
    lower, upper = interval or (None, None)
    is_better = lower is not None and lower > 0
    verdict = _verdict(name, skill, interval, horizon)
    return SkillEstimate(skill=skill, lower=lower, upper=upper, is_better=is_better, verdict=verdict)


def select_best(estimates: Mapping[ModelName, SkillEstimate], p_values: Mapping[ModelName, float]) -> ModelName:
    """Return the model with the highest skill of those that are better than persistence, or persistence if none is.

    The best of several looks good by chance: each has to pass at 5 % divided by their number (Bonferroni). Of equals it
    is the one that is listed last, as the baselines are.
    """
    significance_level = (1 - CONFIDENCE) / max(1, len(p_values))
    better = [
        name
        for name, estimate in estimates.items()
        if estimate.is_better and p_values.get(name, 1.0) < significance_level
    ]
    return max(reversed(better), key=lambda name: round(estimates[name].skill or 0.0, 9), default="persistence")


def summarise(estimates: Mapping[ModelName, SkillEstimate], best: ModelName, horizon: int) -> str:
    """Return the verdict on all models together."""
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
        return f"Too few windows to say whether any model is better than {_baseline(horizon)}."
    numbers = _numbers(estimate.skill, estimate.lower, estimate.upper)
    by_chance = ", which the best of so many may show by chance" if estimate.is_better else ""
    name = display_name(leader, is_first=False)
    return f"No better than {_baseline(horizon)}: {name}, the best of {len(models)}, has {numbers}{by_chance}."


def state_reason(estimates: Mapping[ModelName, SkillEstimate], best: ModelName, horizon: int) -> str:
    """Return why `auto` chooses the best: the models' own record on this symbol."""
    n_models = len(estimates) - 1
    if best == "persistence":
        return f"None of {n_models} others has beaten doing nothing {_distance(horizon)} beyond chance."
    return f"Of {n_models} models it has beaten doing nothing {_distance(horizon)} by the most, and beyond chance."


def display_name(name: ModelName, *, is_first: bool = True) -> str:
    """Return the name as a person writes it."""
    words = name.replace("_", " ")
    return words[0].upper() + words[1:] if is_first else words


def _verdict(name: ModelName, skill: float | None, interval: tuple[float, float] | None, horizon: int) -> str:
    if skill is None:
        return "There was nothing to beat: the closes did not change, and doing nothing made no error."
    if name == "persistence":
        return f"This is doing nothing: {_baseline(horizon)}. The models are compared with it."
    if interval is None:
        return f"Too few windows to say whether it is better than {_baseline(horizon)}: skill {_number(skill)}."
    lower, upper = interval
    numbers = _numbers(skill, lower, upper)
    if lower > 0:
        return f"Better than {_baseline(horizon)}: {numbers}."
    if upper < 0:
        return f"No better than {_baseline(horizon)}, but worse: {numbers}."
    return f"No better than {_baseline(horizon)}: {numbers}."


def _baseline(horizon: int) -> str:
    if horizon == 1:
        return "assuming tomorrow equals today"
    return f"assuming that the close in {horizon} sessions equals today's"


def _distance(horizon: int) -> str:
    return "one session ahead" if horizon == 1 else f"{horizon} sessions ahead"


def _numbers(skill: float, lower: float, upper: float) -> str:
    digits = 3 if upper - lower < 0.02 else 2
    return f"skill {_number(skill, digits)}, 95 % CI {_number(lower, digits)} to {_number(upper, digits)}"


def _number(value: float, digits: int = 2) -> str:
    """Return as many decimals with a real minus sign, and no minus nought.

    Example:
        >>> _number(-0.021)
        '−0.02'
    """
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−")  # + 0.0 makes nought of minus nought
