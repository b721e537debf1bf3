"""A model fitted for one horizon, with its track record: what a forecast needs, and what can be kept."""

from dataclasses import dataclass
from typing import Protocol

from sklearn.base import RegressorMixin

from shared.schemas.forecasts import ModelName, SkillEstimate
from shared.schemas.wire import Wire


class ModelKey(Wire):
    """What determines a fitted model and its track record, beside the versions of what computes them."""

    symbol: str
    revision: str
    adjusted: bool
    model: ModelName
    parameters: dict[str, float | int | str]
    feature_names: list[str]
    horizon: int
    level: int


class TrackRecord(Wire):
    """How the model did in a walk-forward over the last sessions before it was fitted.

    Attributes:
        half_width: Half width of the next interval, in units of the volatility ahead.
        coverage: Share of the scored windows whose close lay in the interval.
        mae: Mean absolute error, in price units.
        persistence_mae: The same of persistence on the same sessions.
        skill: The skill with its confidence interval.
        p_value: Of the Diebold-Mariano test against persistence; None where there is nothing to test.
        windows: Scored windows.
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
    """Where fitted models are kept, so that a restart does not fit them anew. It only saves time: nothing raises."""

    def get(self, key: ModelKey) -> FittedModel | None:
        """Return the model that was kept under this key by this version of everything that computes."""
        ...

    def put(self, key: ModelKey, model: FittedModel) -> None:
        """Keep the model."""
        ...
