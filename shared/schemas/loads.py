"""Wire models of loads: the query, the report, rejected rows, and findings about the bars."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.schemas.text import MAX_NAME, VisibleText

Mode = Literal["upsert", "replace"]
DateFormat = Literal["iso", "dmy", "mdy", "ymd", "epoch"]
MAX_LISTED_ROWS = 100  # whatever the file: a report of 300,000 rows took 32 MB


class Rejection(BaseModel):
    """One row that was not stored, with the first check that it failed."""

    model_config = ConfigDict(frozen=True)

    row: int = Field(description="Number of the row in the source, from 1, without the header.")
    code: str = Field(examples=["high_too_low"])
    detail: str = Field(examples=["The high is below the open, low or close."])
    session: date | None = Field(default=None, description="The row's session, if it can be read.")


class RejectionCount(BaseModel):
    """How many rows failed one check first."""

    model_config = ConfigDict(frozen=True)

    code: str = Field(examples=["high_too_low"])
    detail: str = Field(examples=["The high is below the open, low or close."])
    count: int = Field(description="Number of rows.", examples=[1])


class Finding(BaseModel):
    """Something about a symbol's bars that a person should know; the bars are served anyway."""

    model_config = ConfigDict(frozen=True)

    code: str = Field(examples=["missing_sessions"])
    detail: str = Field(examples=["2 sessions of XNYS have no bar."])
    count: int = Field(description="Number of occurrences.", examples=[2])
    sessions: list[date] = Field(description="The first ten, ascending.", max_length=10)


class LoadReport(BaseModel):
    """The outcome for one symbol's rows. A symbol without a valid row is not stored."""

    symbol: str
    mode: Mode
    dry_run: bool = Field(description="Whether this only reports what a load would do.")
    inserted: int = Field(description="New sessions.")
    updated: int = Field(description="Sessions with changed numbers.")
    unchanged: int = Field(description="Sessions that were stored with the same numbers.")
    removed: int = Field(description="Sessions that were removed, which only `replace` does.")
    rejected: list[Rejection] = Field(
        description="The first hundred rows that were not stored, ascending by row.", max_length=MAX_LISTED_ROWS
    )
    n_rejected: int = Field(description="Rows that were not stored, whether `rejected` lists them or not.")
    rejected_by_code: list[RejectionCount] = Field(description="All of these rows by reason, most frequent first.")
    findings: list[Finding]
    n_bars: int = Field(description="Bars of the symbol after the load.")
    revision: str | None = Field(description="Revision of the bars after the load; null if there are none.")


class LoadQuery(BaseModel):
    """How to load a body of bars, as query parameters."""

    mode: Mode = Field(
        "upsert", description="Whether bars of other sessions are kept (`upsert`) or removed (`replace`)."
    )
    strict: bool = Field(False, description="Whether one invalid row rejects the whole file.")
    dry_run: bool = Field(False, description="Whether to report only and write nothing.")
    date_format: DateFormat | None = Field(None, description="How dates are written, if the file is ambiguous.")
    name: VisibleText | None = Field(
        None, description="The company's name, for searches.", min_length=1, max_length=MAX_NAME
    )
