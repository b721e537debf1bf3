"""Wire models of the expected range: the distance between the lowest low and the highest high of the sessions ahead."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from shared.schemas.wire import Data, Outcome, Provenance, Warning, Wire, digits_to_int

RangeHorizon = Literal[1, 5]


class RangeQuery(BaseModel):
    """Selects a range, as query parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    horizon: Annotated[
        RangeHorizon,
        BeforeValidator(digits_to_int),
        Field(description="The next session, or the next five. Further ahead, its forecast is hardly worth anything."),
    ] = 1
    as_of: date | None = Field(
        None, description="The last session that the forecast may use, by default the latest. Later bars are not read."
    )
    adjusted: bool = Field(False, description="Scale prices by adjusted close / close first.")


class RangeSize(Wire):
    """A distance between low and high."""

    percent: float = Field(description="100 · (high / low − 1).")
    price: float = Field(description="high − low in price units, if the last close lies in the (geometric) middle.")


class RangeSkill(Wire):
    """Skill of the range forecast against one baseline on the same sessions, with its uncertainty."""

    skill: float | None = Field(
        description="1 − MAE / MAE of the baseline; zero or less is no better. Null if the baseline makes no error."
    )
    lower: float | None = Field(description="Lower end of the 95 % confidence interval of the skill.")
    upper: float | None = Field(description="Upper end.")
    verdict: Outcome = Field(
        description="better if the whole confidence interval lies above zero, no_better if it ends below 0.05, else "
        "too_early: the test sessions cannot tell."
    )


class RangeScore(Wire):
    """Errors of one way to forecast the range over the test sessions."""

    name: Literal["log_har", "as_last_time", "mean"]
    mae: float = Field(description="Mean absolute error of 100 · ln(high / low).")
    qlike: float = Field(
        description="Mean of actual / forecast − ln(actual / forecast) − 1 of Parkinson's variance, ln(high / low)² / "
        "(4 ln 2), of which at least 1e-7 is assumed; lower is better (Patton 2011)."
    )


class RangeRecord(Wire):
    """How the forecasts of the range did in a walk-forward over the last sessions."""

    windows: int = Field(description="Test sessions that these numbers are based on.")
    level: int = Field(description="Nominal coverage of the band, in percent.")
    coverage: float = Field(description="Share of the test sessions whose range lay inside the band.")
    scores: list[RangeScore] = Field(description="Of the forecast and of both baselines.")
    skill: RangeSkill = Field(description="Against as_last_time: the range of the last session, or of the last five.")
    skill_over_mean: RangeSkill = Field(description="Against the mean of such ranges over the last 250 sessions.")


class ExpectedRange(Wire):
    """How far the highest high will lie above the lowest low in the sessions ahead."""

    horizon: RangeHorizon
    sessions: list[date] = Field(description="The sessions, ascending.")
    sentence: str = Field(description="The band and the track record in one plain sentence.")
    expected: RangeSize = Field(description="As many ranges lie below it as above.")
    lower: RangeSize = Field(description="Lower end of the band.")
    upper: RangeSize
    as_last_time: RangeSize = Field(description="Baseline: the range of the last session, or of the last five.")
    mean: RangeSize = Field(description="Baseline: the mean of such ranges over the last 250 sessions.")
    record: RangeRecord


class RangeWindows(Wire):
    """The test sessions of the walk-forward, ascending; ranges as 100 · (high / low − 1)."""

    cutoff: list[date] = Field(description="The last session that each forecast uses.")
    session: list[date] = Field(description="The last session of each range.")
    actual: list[float]
    expected: list[float]
    lower: list[float]
    upper: list[float]
    as_last_time: list[float]
    mean: list[float]


class RangeForecast(Wire):
    """The range of the next session or of the next five, with its track record against both baselines."""

    stock_symbol: str
    task: Literal["range"] = "range"
    as_of: date = Field(description="The last session that the forecast is based on.")
    last_close: float
    range: ExpectedRange
    windows: RangeWindows
    warnings: list[Warning]
    data: Data
    provenance: Provenance
