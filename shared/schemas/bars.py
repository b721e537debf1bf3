"""The wire models of daily bars: what a symbol may be called and what one session's bar holds.

Free of pandas, so that a deployable that only passes bars on stays small. `shared.schemas.arrow` has the columnar form.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

BarsFormat = Literal["json", "csv", "parquet", "arrow"]
SYMBOL_PATTERN = r"^[A-Z0-9.\-^=]{1,15}$"


def _upper(value: object) -> object:
    return value.strip().upper() if isinstance(value, str) and value.isascii() else value  # "ß".upper() is "SS"


def _not_reserved(value: str) -> str:
    if value.startswith((".", "SYSTEM.")) or value.endswith(".") or ".." in value:
        raise ValueError("this name is reserved by the store or has a stray dot")
    return value


Symbol = Annotated[
    str,
    BeforeValidator(_upper),
    StringConstraints(pattern=SYMBOL_PATTERN),
    AfterValidator(_not_reserved),
    Field(description="Exchange ticker; case does not matter.", examples=["AAPL"]),
]


def is_symbol(name: str) -> bool:
    """Say whether `name`, as it stands, is a symbol (upper case, no reserved name)."""
    try:
        return re.fullmatch(SYMBOL_PATTERN, name) is not None and _not_reserved(name) == name
    except ValueError:
        return False


class Bar(BaseModel):
    """One session of one symbol. A price that the store does not have is null."""

    model_config = ConfigDict(frozen=True)

    session: date
    open: float | None
    high: float | None
    low: float | None
    close: float | None
    volume: float | None = None
    adj_close: float | None = None


class SymbolBars(BaseModel):
    """All bars of one symbol, ascending by session, each session once."""

    symbol: str
    revision: str = Field(description="Opaque version of these bars; it changes when any bar does.")
    skipped: int = Field(description="Stored rows that were left out: no readable date, or the date of another.")
    bars: list[Bar]


class BarsQuery(BaseModel):
    """Which of a symbol's bars are wanted, and in which form; as query parameters."""

    start: date | None = Field(None, description="First session.", examples=["2013-01-02"])
    end: date | None = Field(None, description="Last session, included.", examples=["2013-03-01"])
    format: BarsFormat = "json"
    adjusted: bool = Field(False, description="Scale open, high, low and close by adjusted close / close.")

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if self.start is not None and self.end is not None and self.start > self.end:
            raise ValueError("start is after end")
        return self

    @property
    def is_unchanged(self) -> bool:
        """Say whether it asks for all bars as they are stored, in whichever form."""
        return self.start is None and self.end is None and not self.adjusted


@dataclass(frozen=True)
class EncodedBars:
    """One symbol's bars as an Arrow IPC stream, the form sent between services and stored in the cache.

    Attributes:
        revision: The version of the bars.
        arrow: What `shared.schemas.arrow.encode` wrote and `decode` reads.
    """

    revision: str
    arrow: bytes
