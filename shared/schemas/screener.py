"""Wire model of the screener: one row for each symbol of a run, as columns."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from shared.schemas.forecasts import Horizon, ModelName
from shared.schemas.runs import Universe
from shared.schemas.wire import Outcome, Wire, digits_to_int

ScreenerFormat = Literal["json", "csv", "parquet", "arrow"]
ScreenerLevel = Literal[50, 80, 90, 95]
SPARK_SESSIONS = 30
SPARK_TOP = 15  # steps from the lowest close to the highest: a line in a table has hardly more pixels
PERIOD_OF_PERCENTILE = 250  # sessions: the symbol's own year


class ScreenerQuery(BaseModel):
    """Selects the answer of the last complete run, as query parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    horizon: Horizon = 1
    level: Annotated[
        ScreenerLevel,
        BeforeValidator(digits_to_int),
        Field(description="Level of the interval in `width`, in percent."),
    ] = 90
    format: ScreenerFormat | None = Field(None, description="By default what `Accept` asks for, else JSON.")


class ScreenerColumns(Wire):
    """Parallel columns, ascending by symbol. Changes are percent of the earlier close, widths of the last one."""

    symbol: list[str]
    name: list[str | None]
    sector: list[str | None]
    last_session: list[date]
    close: list[float]
    change_1: list[float | None] = Field(description="Change over the last session.")
    change_5: list[float | None]
    change_20: list[float | None]
    sessions_since_jump: list[int | None] = Field(
        description="How many sessions before the last one prices jumped as at a split, or over a long gap: changes "
        "over more sessions hold that jump. Null if not in the last 20."
    )
    spark: list[list[int]] = Field(
        description=f"The last {SPARK_SESSIONS} closes, oldest first, as 0 (the lowest) to {SPARK_TOP} (the highest)."
    )
    expected_range: list[float | None] = Field(
        description="Distance between low and high of the next session, or of the next five, in percent of the low. "
        "Null at other horizons, and for bars without a high and a low."
    )
    range_percentile: list[int | None] = Field(description="Percentile among all symbols, 0 to 100.")
    range_percentile_own: list[int | None] = Field(
        description="Percentile among the symbol's own expected ranges in its last year."
    )
    width: list[float] = Field(
        description="Width of the interval of persistence at the level, by its own errors at this horizon. Where that "
        "of fewer sessions is wider, a forecast's is as wide as that."
    )
    width_percentile: list[int]
    width_percentile_own: list[int] = Field(description="Percentile among the symbol's own widths in its last year.")
    verdict: list[Outcome] = Field(description="On the best model, by the rule that allows for the best of five.")
    model: list[ModelName] = Field(description="The model with the most significant skill.")
    skill: list[float | None] = Field(description="Skill of that model. Do not sort by it: the top ones are lucky.")
    lower: list[float | None]
    upper: list[float | None]
    p_value: list[float | None] = Field(description="Chance that the best model does so well without skill.")
    q_value: list[float | None] = Field(description="Share of false discoveries among the symbols up to this one.")
    better_twice: list[bool] = Field(description="Whether that model was better in both halves of the sessions.")
    coverage: list[float] = Field(description="Share of closes inside the interval of persistence.")
    interval_score: list[float | None] = Field(description="Mean interval score, in mean moves; lower is better.")
    score_of_plain_band: list[float | None]
    n_findings: list[int] = Field(description="Number of findings about the bars.")
    sessions_behind: list[int | None] = Field(description="Sessions that are over and have no bar yet.")
    revision: list[str] = Field(description="Revision of the bars that the row was computed from.")
    is_current: list[bool | None] = Field(
        description="Whether the bars still have this revision; false if the symbol was deleted. Null if only another "
        "tool has written them."
    )


class Screener(Wire):
    """All symbols of the last complete run."""

    universe: Universe
    sentence: str = Field(description="How much of it luck explains; the same sentence as in the leaderboard.")
    columns: ScreenerColumns
