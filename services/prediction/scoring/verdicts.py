"""Whether a model is better than doing nothing, in numbers and in one plain sentence."""

from collections.abc import Mapping

import numpy as np

from services.prediction.scoring import scores, significance
from services.prediction.scoring.significance import CONFIDENCE
from services.prediction.types import Array
from shared.schemas.forecasts import ModelName, SkillEstimate


def skill_estimate(name: ModelName, errors: Array, of_persistence: Array, horizon: int) -> SkillEstimate:
    """Return the skill of a model with its confidence interval and the sentence.

    Args:
        name: The model.
        errors: Its absolute errors, shape `(n_windows,)`, ascending by time.
        of_persistence: Those of persistence on the same sessions.
        horizon: Sessions ahead.
    """
    skill = scores.skill(float(np.mean(errors)), float(np.mean(of_persistence)))
    found = significance.skill_interval(errors, of_persistence, horizon)
    if name == "persistence":
        skill, found = (None if skill is None else 0.0), None
    lower, upper = found or (None, None)
    is_better = lower is not None and lower > 0
    said = _verdict(name, skill, found, horizon)
    return SkillEstimate(skill=skill, lower=lower, upper=upper, is_better=is_better, verdict=said)


def best_of(estimates: Mapping[ModelName, SkillEstimate], p_values: Mapping[ModelName, float]) -> ModelName:
    """Return the model with the highest skill of those that are better than persistence, or persistence if none is.

    The best of several looks good by chance: each has to pass at 5 % divided by their number (Bonferroni). Of equals it
    is the one that is listed last, as the baselines are.
    """
    at_most = (1 - CONFIDENCE) / max(1, len(p_values))
    better = [name for name, found in estimates.items() if found.is_better and p_values.get(name, 1.0) < at_most]
    return max(reversed(better), key=lambda name: round(estimates[name].skill or 0.0, 9), default="persistence")


def summary(estimates: Mapping[ModelName, SkillEstimate], best: ModelName, horizon: int) -> str:
    """Return the verdict on all models together."""
    if best != "persistence":
        return f"{called(best)}: {estimates[best].verdict}"
    models = {name: found for name, found in estimates.items() if name != "persistence" and found.skill is not None}
    if not models:
        return estimates["persistence"].verdict
    first = max(models, key=lambda name: models[name].skill or 0.0)
    found = models[first]
    if len(models) == 1:
        return found.verdict
    if found.skill is None or found.lower is None or found.upper is None:
        return f"Too few windows to say whether any model is better than {_nothing(horizon)}."
    numbers = _numbers(found.skill, found.lower, found.upper)
    by_chance = ", which the best of so many may show by chance" if found.is_better else ""
    name = called(first, is_first=False)
    return f"No better than {_nothing(horizon)}: {name}, the best of {len(models)}, has {numbers}{by_chance}."


def reason(estimates: Mapping[ModelName, SkillEstimate], best: ModelName, horizon: int) -> str:
    """Return why `auto` chooses the best: the models' own record on this symbol."""
    n_models = len(estimates) - 1
    if best == "persistence":
        return f"None of {n_models} others has beaten doing nothing {_distance(horizon)} beyond chance."
    return f"Of {n_models} models it has beaten doing nothing {_distance(horizon)} by the most, and beyond chance."


def called(name: ModelName, *, is_first: bool = True) -> str:
    """Return the name as a person writes it."""
    words = name.replace("_", " ")
    return words[0].upper() + words[1:] if is_first else words


def _verdict(name: ModelName, skill: float | None, interval: tuple[float, float] | None, horizon: int) -> str:
    if skill is None:
        return "There was nothing to beat: the closes did not change, and doing nothing made no error."
    if name == "persistence":
        return f"This is doing nothing: {_nothing(horizon)}. The models are compared with it."
    if interval is None:
        return f"Too few windows to say whether it is better than {_nothing(horizon)}: skill {_number(skill)}."
    lower, upper = interval
    numbers = _numbers(skill, lower, upper)
    if lower > 0:
        return f"Better than {_nothing(horizon)}: {numbers}."
    if upper < 0:
        return f"No better than {_nothing(horizon)}, but worse: {numbers}."
    return f"No better than {_nothing(horizon)}: {numbers}."


def _nothing(horizon: int) -> str:
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
