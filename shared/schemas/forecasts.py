"""Wire models of forecasts: from features known at the end of one session to the closes of later sessions.

Prices are in the units of the bars, skill is a share, levels are percent.
"""

from datetime import date
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator

from shared.schemas.ranges import ExpectedRange
from shared.schemas.wire import Data, Outcome, Provenance, Warning, Wire

ModelName = Literal["linear_regression", "ridge", "gradient_boosting", "persistence", "drift", "moving_average"]
ModelChoice = Literal[ModelName, "auto"]
MODEL_NAMES: tuple[ModelName, ...] = get_args(ModelName)
MAX_HORIZON = 20
Horizon = Annotated[int, Field(ge=1, le=MAX_HORIZON, description="Sessions ahead; 1 is the next.")]
Level = Annotated[int, Field(ge=50, le=99, description="Nominal coverage of the prediction intervals, in percent.")]
AsOf = Annotated[
    date | None,
    Field(description="The last session that the forecast may use, by default the latest. Later bars are not read."),
]
Adjusted = Annotated[bool, Field(description="Scale prices by adjusted close / close first.")]


def _split_commas(value: object) -> object:
    """Split values that are separated by commas, so that a list can be one query parameter."""
    if isinstance(value, str | int):
        value = [value]
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return [name.strip() for part in value for name in part.split(",")]
    return value


class ForecastQuery(BaseModel):
    """Selects a forecast, as query parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    horizon: Horizon = 5
    model: ModelChoice = Field(
        "auto", description="A name from `/api/models`, or auto: the model that has beaten no change, if any has."
    )
    level: list[Level] = Field(
        [90],
        min_length=1,
        max_length=5,
        description="Nominal coverage of the prediction intervals, in percent, from 50 to 99. Several, repeated or "
        "separated by commas, give one interval for each; `lower`, `upper` and `coverage` are those of the first.",
    )
    as_of: AsOf = None
    adjusted: Adjusted = False

    _split = field_validator("level", mode="before")(_split_commas)

    @field_validator("level")
    @classmethod
    def _once_each(cls, value: list[int]) -> list[int]:
        return list(dict.fromkeys(value))


class EvaluationQuery(BaseModel):
    """Selects an evaluation, as query parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    models: list[ModelName] = Field(
        list(MODEL_NAMES),
        description="Names from `/api/models`, repeated or separated by commas. Persistence is always added.",
    )
    horizon: Horizon = 1
    windows: int = Field(
        250, ge=20, le=1000, description="Refits, each tested on one session; fewer if there are too few bars."
    )
    window: Literal["expanding", "sliding"] = Field(
        "expanding", description="Train on all sessions before each cutoff, or on the last 504 (two years) of them."
    )
    level: Level = 90
    as_of: AsOf = None
    adjusted: Adjusted = False

    _split = field_validator("models", mode="before")(_split_commas)

    @field_validator("models")
    @classmethod
    def _in_order(cls, value: list[ModelName]) -> list[ModelName]:
        return [name for name in MODEL_NAMES if name in value or name == "persistence"]


class ModelInfo(Wire):
    """A model that can be requested."""

    name: ModelName
    kind: Literal["model", "baseline"]
    description: str = Field(description="One plain sentence.")
    parameters: dict[str, float | int | str] = Field(description="Fixed parameters; nothing is tuned.")
    feature_names: list[str] = Field(description="Its features, in this order.")
    refit_every: int = Field(
        description="Windows between two refits in an evaluation; costly models are not refitted in each."
    )


class FeatureInfo(Wire):
    """One feature: a number known at the end of a session."""

    name: str
    description: str


class Models(Wire):
    """All models that can be requested, and all features that they may use."""

    models: list[ModelInfo]
    features: list[FeatureInfo]


class SkillEstimate(Wire):
    """Skill against persistence on the same sessions, with its uncertainty."""

    skill: float | None = Field(
        description="1 − MAE / MAE of persistence on the same sessions; zero or less is no better than no change. "
        "Null if persistence makes no error."
    )
    lower: float | None = Field(
        description="Lower end of the 95 % confidence interval of the skill (Fieller). Null if the windows are too "
        "few, or a few sessions make most of the errors."
    )
    upper: float | None = Field(description="Upper end.")
    outcome: Outcome | None = Field(
        description="`better`: the interval that allows for the number of models lies above zero as a whole; "
        "`no_better`: otherwise, the upper end of the 95 % interval is below 0.05; `too_early` to tell: neither. "
        "Null for persistence itself, and if there is nothing to beat."
    )
    lower_of_several: float | None = Field(
        description="Lower end of the 99 % confidence interval: 95 % for the best of the five models, which may look "
        "good by chance (Bonferroni). It decides whether a model was better, whichever models were requested."
    )
    is_better: bool = Field(description="Whether the outcome is `better`.")
    verdict: str = Field(description="The same in one sentence, on the past test sessions.")


class StepInterval(Wire):
    """The prediction interval of one session at one level, with its track record."""

    level: int = Field(description="Nominal coverage, in percent.")
    lower: float = Field(description="Lower end of the prediction interval.")
    upper: float
    coverage: float = Field(
        description="Share of the test sessions whose close lay inside the interval predicted for it."
    )
    coverage_standard_error: float = Field(
        description="How far the coverage may be off by chance: its standard error, as a share."
    )
    score: float = Field(
        description="Mean interval score (Winkler 1972) on the test sessions, in price units; lower is better: the "
        "width, plus 2 / (1 − level) times the distance of a close outside."
    )
    score_of_plain_band: float = Field(
        description="The same for the band that needs no model: no change, give or take the normal quantile times the "
        "standard deviation of the last 250 returns."
    )


class ForecastStep(Wire):
    """The forecast of one session, with the track record of the same model that many sessions ahead."""

    sessions_ahead: int
    session: date
    point: float
    lower: float = Field(description="Lower end of the prediction interval of the first level.")
    upper: float
    coverage: float | None = Field(
        description="Share of the test sessions whose close lay inside the interval predicted for it."
    )
    intervals: list[StepInterval] = Field(
        description="One for each level, in the order of the request. An interval holds for its own session: that the "
        "closes of all sessions stay inside their intervals is less likely than the level."
    )
    mae: float = Field(description="Mean absolute error on the test sessions, in price units.")
    mae_of_persistence: float = Field(description="Mean absolute error of persistence.")
    skill: SkillEstimate
    windows: int = Field(description="Test sessions that these numbers are based on.")


class Candidate(Wire):
    """A model that `auto` could have selected."""

    name: ModelName
    skill: SkillEstimate


class Choice(Wire):
    """Which model was selected, and why."""

    asked_for: ModelChoice
    reason: str
    candidates: list[Candidate] = Field(
        description="The models with their skill at the horizon; empty if a model was requested by name."
    )


class Importance(Wire):
    """The effect of one feature on the forecast at the horizon."""

    feature: str
    value: float
    coefficient: float | None = Field(
        description="In the feature's own unit: log return of the close per unit of the feature. Linear models only."
    )


class Explanation(Wire):
    """Feature importances of the model, largest first."""

    method: Literal["coefficients", "permutation_importance", "none"]
    unit: str = Field(description="The unit of the values, in words.")
    detail: str = Field(description="One sentence on how to read it.")
    importances: list[Importance]


class Forecast(Wire):
    """Closes of the next sessions with prediction intervals, and the model's track record against persistence."""

    stock_symbol: str
    task: Literal["forecast"] = "forecast"
    as_of: date = Field(description="The last session that the forecast is based on.")
    horizon: int
    level: int = Field(description="Nominal coverage of the intervals, in percent: the first of the requested ones.")
    verdict: str = Field(description="On the model at the horizon, in one sentence.")
    skill: SkillEstimate = Field(description="Of the model at the horizon, over its test sessions.")
    warnings: list[Warning]
    last_close: float = Field(description="The close of `as_of`, which persistence predicts for every session.")
    steps: list[ForecastStep] = Field(
        description="One for each session up to the horizon, ascending. Half widths, as log returns, never shrink "
        "along them."
    )
    expected_ranges: list[ExpectedRange] = Field(
        description="The distance between low and high of the next session and of the next five, which can be forecast."
    )
    model: ModelInfo
    choice: Choice
    explanation: Explanation
    data: Data
    provenance: Provenance
