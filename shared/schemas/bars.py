"""Wire models of daily bars: symbols, bars and queries for them.

Free of pandas, to keep the gateway small, which only forwards bars. `shared.schemas.arrow` has the columnar form.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

BarsFormat = Literal["json", "csv", "parquet", "arrow", "xlsx"]
SYMBOL_PATTERN = r"^[A-Z0-9.\-^=&]{1,15}$"
_SEPARATORS = str.maketrans("/_", "--")  # a slash would split a URL's path; an underscore marks our own collections


def normalise_symbol(text: str) -> str:
    """Write a symbol of a file or a search as it is stored: upper case, and "-" for "/" and "_".

    >>> normalise_symbol(" btc/usdt "), normalise_symbol("BRK_B"), normalise_symbol("M&M.NS")
    ('BTC-USDT', 'BRK-B', 'M&M.NS')
    """
    text = text.strip().translate(_SEPARATORS)
    return text.upper() if text.isascii() else text  # "ß".upper() is "SS"


def _upper(value: object) -> object:
    return value.strip().upper() if isinstance(value, str) and value.isascii() else value


def _not_reserved(value: str) -> str:
    if value.startswith((".", "SYSTEM.")) or value.endswith(".") or ".." in value:
        raise ValueError("use another name: this one is reserved by the store or has a misplaced dot")
    return value


Symbol = Annotated[
    str,
    BeforeValidator(_upper),
    StringConstraints(pattern=SYMBOL_PATTERN),
    AfterValidator(_not_reserved),
    Field(description="Exchange ticker, in any case.", examples=["AAPL"]),
]


def is_symbol(name: str) -> bool:
    """Say whether `name` is a valid symbol: upper case and not reserved."""
    try:
        return re.fullmatch(SYMBOL_PATTERN, name) is not None and _not_reserved(name) == name
    except ValueError:
        return False


class Bar(BaseModel):
    """One session of one symbol. Unknown prices are null."""

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
    revision: str = Field(description="Opaque version of these bars, which changes when any bar does.")
    skipped: int = Field(description="Stored rows that were left out: no readable date, or a duplicate date.")
    bars: list[Bar]


class BarsQuery(BaseModel):
    """Selects a symbol's bars and their form, as query parameters."""

    model_config = ConfigDict(extra="forbid")

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
        """Say whether it selects all bars unadjusted."""
        return self.start is None and self.end is None and not self.adjusted


@dataclass(frozen=True)
class EncodedBars:
    """One symbol's bars as an Arrow IPC stream, the form sent between services and stored in the cache.

    Attributes:
        revision: The version of the bars.
        arrow: What `shared.schemas.arrow.encode` wrote and `decode` reads.
        is_stale: Whether they are from before the store went away, so that newer ones may exist.
    """

    revision: str
    arrow: bytes
    is_stale: bool = False
