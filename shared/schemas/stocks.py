"""Wire models of stocks: what is known about a symbol besides its bars, and pages of a search."""

from datetime import date, datetime

from pydantic import BaseModel, Field

from shared.schemas.loads import Finding


class StockSummary(BaseModel):
    """One line of a search. Null fields are known only after a request for the symbol itself."""

    symbol: str
    name: str | None = Field(examples=["Apple Inc."])
    first_session: date | None = None
    last_session: date | None = None
    bars: int | None = None


class StockPage(BaseModel):
    """One page of a search, best first."""

    stocks: list[StockSummary]
    next_cursor: str | None = Field(description="Pass it as `cursor` to get the next page; null on the last.")


class Stock(BaseModel):
    """All that is known about one symbol besides its bars."""

    symbol: str
    name: str | None = Field(examples=["Apple Inc."])
    first_session: date
    last_session: date
    bars: int
    revision: str
    source: str | None = Field(description="Source of the bars; null if another tool wrote them.")
    loaded_at: datetime | None = Field(description="Time of the last load; null if another tool wrote the bars.")
    has_adjusted_prices: bool = Field(description="Whether `adjusted=true` is possible.")
    findings: list[Finding]
