"""The wire models of stocks: what is known about a symbol besides its bars, and pages of a search."""

from datetime import date, datetime

from pydantic import BaseModel, Field

from shared.schemas.loads import Finding


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
