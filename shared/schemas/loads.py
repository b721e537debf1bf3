"""The wire models of what a data service says about bars: reports of loads, findings, descriptions, search pages."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Mode = Literal["upsert", "replace"]


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


class StockSummary(BaseModel):
    """One line of a search. What is null is not known before somebody asks for the symbol itself."""

    symbol: str
    name: str | None = Field(examples=["Apple Inc."])
    first_session: date | None = None
    last_session: date | None = None
    bars: int | None = None


class StockPage(BaseModel):
    """One page of a search, best first."""

    stocks: list[StockSummary]
    next_cursor: str | None = Field(description="Give it as `cursor` for the page after this one; null on the last.")


class Stock(BaseModel):
    """All that is known about one symbol but its bars."""

    symbol: str
    name: str | None = Field(examples=["Apple Inc."])
    first_session: date
    last_session: date
    bars: int
    revision: str
    source: str | None = Field(description="Where the bars came from; null if another tool wrote them.")
    loaded_at: datetime | None = Field(description="When they were last loaded; null if another tool wrote them.")
    has_adjusted_prices: bool = Field(description="Whether `adjusted=true` can be asked for.")
    findings: list[Finding]
