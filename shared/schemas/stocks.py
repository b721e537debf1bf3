"""Wire models of stocks: what is known about a symbol besides its bars, and pages of a search."""

import re
from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from shared.schemas.loads import Finding
from shared.schemas.text import MAX_NAME, VisibleText


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


class SourceRange(BaseModel):
    """Consecutive bars of one source."""

    model_config = ConfigDict(frozen=True)

    source: str | None = Field(description="Where they are from; null if another tool wrote them.")
    first_session: date
    last_session: date
    bars: int
    loaded_at: datetime | None = Field(description="Time of the last load of them; null if another tool wrote them.")


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
    has_adjusted_prices: bool = Field(
        description="Whether `adjusted=true` is possible: whether the newest bar has an adjusted close."
    )
    findings: list[Finding]
    sector: str | None = Field(None, examples=["Technology"])
    currency: str | None = Field(None, description="Currency of the prices.", examples=["USD"])
    calendar: str | None = Field(
        None,
        description="Exchange calendar that dates the forecasts: the symbol's own, or the default; null for weekdays.",
        examples=["XNYS"],
    )
    time_zone: str | None = Field(None, description="Time zone of the exchange.", examples=["America/New_York"])
    sessions_behind: int | None = Field(
        None, description="Sessions of the calendar that are over and have no bar yet.", examples=[0]
    )
    sources: list[SourceRange] = Field(
        default_factory=list, description="Which source gave which sessions, ascending; they join without a gap."
    )


_MAX_CODE = 40


def _require_letters(code: str | None) -> str | None:
    if code is not None and not re.fullmatch("[A-Za-z]{3,5}", code):
        raise ValueError("use a code of three to five letters, for example USD")
    return code


class StockPatch(BaseModel):
    """What to change about a symbol; a field that is left out stays, and null removes it."""

    model_config = ConfigDict(extra="forbid")

    name: VisibleText | None = Field(None, min_length=1, max_length=MAX_NAME, examples=["Apple Inc."])
    sector: VisibleText | None = Field(None, min_length=1, max_length=MAX_NAME, examples=["Technology"])
    currency: Annotated[str | None, AfterValidator(_require_letters)] = Field(
        None, description="Currency of the prices; GBp for pence.", examples=["USD"]
    )
    calendar: str | None = Field(
        None,
        min_length=1,
        max_length=_MAX_CODE,
        description="Code of an exchange calendar; 24/7 for every day. Null: concluded from the bars, or the default.",
        examples=["XNYS"],
    )
    time_zone: str | None = Field(None, min_length=1, max_length=_MAX_CODE, examples=["America/New_York"])
