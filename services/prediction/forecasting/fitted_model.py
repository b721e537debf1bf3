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
    level: int


class TrackRecord(Wire):
    """Scores of the model in a walk-forward over the last sessions before it was fitted.

    Attributes:
        half_width: Half width of the next interval, in units of the volatility ahead.
        coverage: Share of the scored windows whose close lies in the interval.
        mae: Mean absolute error, in price units.
        persistence_mae: Mean absolute error of persistence on the same sessions.
        skill: The skill with its confidence interval.
        p_value: P-value of the Diebold-Mariano test against persistence; None if the test is undefined.
        windows: Number of scored windows.
    """

    half_width: float
    coverage: float
    mae: float
    persistence_mae: float
    skill: SkillEstimate
    p_value: float | None
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
