"""A model fitted for one horizon, with its record: what a forecast needs, and what can be kept."""

from dataclasses import dataclass
from typing import Protocol

from sklearn.base import RegressorMixin

from shared.schemas.forecasts import ModelName, SkillEstimate
from shared.schemas.wire import Wire


class ModelKey(Wire):
    """What determines a fitted model and its record, beside the versions of what computes them."""

    symbol: str
    revision: str
    adjusted: bool
    model: ModelName
    parameters: dict[str, float | int | str]
    feature_names: list[str]
    horizon: int
    level: int


class Record(Wire):
    """How the model did in a walk-forward over the last sessions before it was fitted.

    Attributes:
        reach: Half width of the next interval, in units of the volatility ahead.
        coverage: Share of the scored windows whose close lay in the interval.
        mae: Mean absolute error, in price units.
        mae_of_persistence: The same of persistence on the same sessions.
        skill: The skill with its confidence interval.
        p_value: Of the Diebold-Mariano test against persistence; None where there is nothing to test.
        windows: Scored windows.
    """

    reach: float
    coverage: float
    mae: float
    mae_of_persistence: float
    skill: SkillEstimate
    p_value: float | None
    windows: int


@dataclass(frozen=True)
class Trained:
    """The fitted estimator and its record."""

    estimator: RegressorMixin
    record: Record


class ModelStore(Protocol):
    """Where fitted models are kept, so that a restart does not fit them anew. It only saves time: nothing raises."""

    def get(self, key: ModelKey) -> Trained | None:
        """Return the model that was kept under this key by this version of everything that computes."""
        ...

    def put(self, key: ModelKey, trained: Trained) -> None:
        """Keep the model."""
        ...
