"""A model fitted for one horizon, with its track record, and the port that stores it."""

from dataclasses import dataclass
from typing import Protocol

from sklearn.base import RegressorMixin

from shared.schemas.forecasts import ModelName, SkillEstimate
from shared.schemas.wire import Wire


class ModelKey(Wire):
    """Everything that determines a fitted model and its track record, besides the versions of code and libraries."""

    symbol: str
    revision: str
    adjusted: bool
    model: ModelName
    parameters: dict[str, float | int | str]
    feature_names: list[str]
    horizon: int
    levels: list[int]


class LevelRecord(Wire):
    """How the intervals of one level did in the walk-forward.

    Attributes:
        level: Nominal coverage, in percent.
        half_width: Half width of the next interval, in units of the volatility ahead.
        coverage: Share of the scored windows whose close lies in the interval.
        coverage_standard_error: How far it may be off by chance.
        score: Mean interval score, in price units.
        plain_score: That of the plain normal band.
    """

    level: int
    half_width: float
    coverage: float
    coverage_standard_error: float
    score: float
    plain_score: float


class TrackRecord(Wire):
    """Scores of the model in a walk-forward over the last sessions before it was fitted.

    Attributes:
        levels: The intervals, one entry for each level.
        mae: Mean absolute error, in price units.
        persistence_mae: Mean absolute error of persistence on the same sessions.
        skill: The skill with its confidence interval.
        windows: Number of scored windows.
    """

    levels: list[LevelRecord]
    mae: float
    persistence_mae: float
    skill: SkillEstimate
    windows: int


@dataclass(frozen=True)
class FittedModel:
    """The fitted estimator and its track record."""

    estimator: RegressorMixin
    track_record: TrackRecord


class ModelStore(Protocol):
    """Stores fitted models across restarts. It only saves time, so its methods never raise."""

    def get(self, key: ModelKey) -> FittedModel | None:
        """Return the model stored under this key by the same versions of code and libraries, or None."""
        ...

    def put(self, key: ModelKey, model: FittedModel) -> None:
        """Store the model."""
        ...
