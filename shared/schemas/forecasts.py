"""The wire models of forecasts: features known at the end of one session, closes of the sessions after it.

Prices are in the units of the bars, skill is a share, levels are percent.
"""

from datetime import date
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator

from shared.schemas.wire import Data, Warning, Wire

ModelName = Literal["linear_regression", "ridge", "gradient_boosting", "persistence", "drift", "moving_average"]
MODEL_NAMES: tuple[ModelName, ...] = get_args(ModelName)
MAX_HORIZON = 20
Horizon = Annotated[int, Field(ge=1, le=MAX_HORIZON, description="Sessions ahead, 1 is the next.")]
Level = Annotated[int, Field(ge=50, le=99, description="Nominal coverage of the prediction intervals, in percent.")]
AsOf = Annotated[
    date | None,
    Field(description="The last session that may be known; without one, the last there is. Later bars are not read."),
]
Adjusted = Annotated[bool, Field(description="Scale prices by adjusted close / close first.")]


class ForecastQuery(BaseModel):
    """What to forecast, as query parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    horizon: Horizon = 5
    model: ModelName | Literal["auto"] = Field(
        "auto", description="A name of `/api/models`, or auto: the one that has beaten doing nothing, if any has."
    )
    level: Level = 90
    as_of: AsOf = None
    adjusted: Adjusted = False


class EvaluationQuery(BaseModel):
    """What to evaluate, as query parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    models: list[ModelName] = Field(
        list(MODEL_NAMES), description="Names of `/api/models`, repeated or with commas. Persistence is always added."
    )
    horizon: Horizon = 1
    windows: int = Field(250, ge=20, le=1000, description="Refits, each tested on one session; fewer if bars are few.")
    window: Literal["expanding", "sliding"] = Field(
        "expanding", description="Train on all sessions before each cutoff, or on the last 504 (two years) of them."
    )
    level: Level = 90
    as_of: AsOf = None
    adjusted: Adjusted = False

    @field_validator("models", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, list) and all(isinstance(part, str) for part in value):
            return [name.strip() for part in value for name in part.split(",")]
        return value

    @field_validator("models")
    @classmethod
    def _in_order(cls, value: list[ModelName]) -> list[ModelName]:
        return [name for name in MODEL_NAMES if name in value or name == "persistence"]


class ModelInfo(Wire):
    """A model that can be asked for."""

    name: ModelName
    kind: Literal["model", "baseline"]
    description: str = Field(description="One plain sentence.")
    parameters: dict[str, float | int | str] = Field(description="What is fixed beforehand; nothing is tuned.")
    feature_names: list[str] = Field(description="What it knows of the past, in this order.")
    refit_every: int = Field(description="Windows between two refits in an evaluation; costly models skip some.")


class FeatureInfo(Wire):
    """One feature: a number known at the end of a session."""

    name: str
    description: str


class Models(Wire):
    """Every model that can be asked for, and every feature that they may know."""

    models: list[ModelInfo]
    features: list[FeatureInfo]


class Provenance(Wire):
    """What else determines the answer: the same request on the same revision gives the same bytes."""

    bellwether: str = Field(description="The version, and a digest of the code that computes.")
    libraries: dict[str, str] = Field(description="Versions of what computes.")
    seed: int


class SkillEstimate(Wire):
    """How much better than persistence, on the same sessions, and how sure that is."""

    skill: float | None = Field(
        description="1 − MAE / MAE of persistence on the same sessions; zero or less is no better than doing nothing. "
        "Null when persistence makes no error."
    )
    lower: float | None = Field(description="Lower end of the 95 % confidence interval of the skill.")
    upper: float | None = Field(description="Upper end of it.")
    is_better: bool = Field(description="Whether the whole confidence interval lies above zero.")
    verdict: str = Field(description="The same in one plain sentence.")


class ForecastStep(Wire):
    """What is said of one session, with the record of the same model at the same distance."""

    sessions_ahead: int
    session: date
    point: float
    lower: float = Field(description="Lower end of the prediction interval.")
    upper: float
    coverage: float | None = Field(
        description="Share of the test sessions whose close lay inside the interval that was then given."
    )
    mae: float = Field(description="Mean absolute error on the test sessions, in price units.")
    mae_of_persistence: float = Field(description="The same of assuming that nothing changes.")
    skill: SkillEstimate
    windows: int = Field(description="Test sessions that these numbers rest on.")


class Candidate(Wire):
    """One model that `auto` could have chosen."""

    name: ModelName
    skill: SkillEstimate


class Choice(Wire):
    """Which model speaks, and why."""

    asked_for: ModelName | Literal["auto"]
    reason: str
    candidates: list[Candidate] = Field(description="With their records at the horizon; empty if a model was named.")


class Importance(Wire):
    """What one feature does to the forecast at the horizon."""

    feature: str
    value: float
    coefficient: float | None = Field(
        description="In the feature's own unit: log return of the close per unit of the feature. Linear models only."
    )


class Explanation(Wire):
    """What the model goes by, features with the largest effect first."""

    method: Literal["coefficients", "permutation_importance", "none"]
    unit: str = Field(description="What the values are, in words.")
    detail: str = Field(description="One sentence on how to read it.")
    importances: list[Importance]


class Forecast(Wire):
    """Closes of the next sessions, each with an interval, and the record of the model beside doing nothing."""

    stock_symbol: str
    task: Literal["forecast"] = "forecast"
    as_of: date = Field(description="The last session that was known.")
    horizon: int
    level: int = Field(description="Nominal coverage of the intervals, in percent.")
    verdict: str = Field(description="On the model at the horizon, in one plain sentence.")
    skill: SkillEstimate = Field(description="Of the model at the horizon, over its test sessions.")
    warnings: list[Warning]
    last_close: float = Field(description="The close of `as_of`, which persistence says of every session.")
    steps: list[ForecastStep] = Field(description="Ascending by session, one for each session up to the horizon.")
    model: ModelInfo
    choice: Choice
    explanation: Explanation
    data: Data
    provenance: Provenance
