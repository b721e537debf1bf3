"""The wire models of loads: how to load, what became of the rows, and findings about the bars."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Mode = Literal["upsert", "replace"]
DateFormat = Literal["iso", "dmy", "mdy", "ymd", "epoch"]


class Rejection(BaseModel):
    """One row that is not stored, by the first check that it fails."""

    model_config = ConfigDict(frozen=True)

    row: int = Field(description="Counts from 1, in the order of the source; a header is not counted.")
    code: str = Field(examples=["high_too_low"])
    detail: str = Field(examples=["The high is below the open, low or close."])
    session: date | None = Field(default=None, description="The row's session, where it can be read.")


class Finding(BaseModel):
    """Something about a symbol's bars that a person should know; the bars are served all the same."""

    model_config = ConfigDict(frozen=True)

    code: str = Field(examples=["missing_sessions"])
    detail: str = Field(examples=["2 sessions of XNYS have no bar."])
    count: int = Field(description="How often.", examples=[2])
    sessions: list[date] = Field(description="The first ten of them, ascending.", max_length=10)


class LoadReport(BaseModel):
    """What became of one symbol's rows. Nothing is stored of a symbol that has no good row."""

    symbol: str
    mode: Mode
    dry_run: bool = Field(description="Whether this only says what a load would do.")
    inserted: int = Field(description="Sessions that are new.")
    updated: int = Field(description="Sessions whose numbers changed.")
    unchanged: int = Field(description="Sessions that were there with the same numbers.")
    removed: int = Field(description="Sessions that are gone; only `replace` removes.")
    rejected: list[Rejection] = Field(description="Every row that is not stored, ascending by row.")
    findings: list[Finding]
    n_bars: int = Field(description="Bars of the symbol after the load.")
    revision: str | None = Field(description="Version of the bars after the load; null if there are none.")


class LoadQuery(BaseModel):
    """How a body of bars is to be loaded, as query parameters."""

    mode: Mode = Field("upsert", description="Whether bars of other sessions stay (`upsert`) or go (`replace`).")
    strict: bool = Field(False, description="Whether one bad row rejects them all.")
    dry_run: bool = Field(False, description="Whether to report and write nothing.")
    date_format: DateFormat | None = Field(None, description="How dates are written, where the file leaves it open.")
    name: str | None = Field(None, description="The company's name, for the search.", min_length=1, max_length=200)
