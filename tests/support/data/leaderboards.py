"""Leaderboards, and universes of runs, like those in the examples of the API."""

from typing import Any

from gateway.examples.screener import LEADERBOARD
from shared.schemas.forecasts import ModelName
from shared.schemas.leaderboard import ByChance, Leaderboard, RankedModel
from shared.schemas.runs import Universe

_EXAMPLE = Leaderboard.model_validate(LEADERBOARD)


def make_universe(**fields: Any) -> Universe:
    """Build the universe of a run at a horizon of one session."""
    return _EXAMPLE.universe.model_copy(update=fields)


def make_leaderboard(**fields: Any) -> Leaderboard:
    """Build a leaderboard of two models, on which nothing is named."""
    return _EXAMPLE.model_copy(update=fields)


def make_ranked(name: ModelName, skill: float, luck: ByChance | None, **fields: Any) -> RankedModel:
    """Build the rank of a model; that of persistence has no luck and no interval."""
    own = {} if luck is None else {"lower": skill - 0.01, "upper": skill + 0.01, "win_rate": 0.45}
    return _EXAMPLE.models[0].model_copy(update={"name": name, "skill": skill, "by_chance": luck} | own | fields)
