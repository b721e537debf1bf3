"""Plain records: rows of a source, stored bars, and entries of the catalogue and the ledger."""

from dataclasses import dataclass, field
from datetime import date, datetime

import pandas as pd
from pydantic import AwareDatetime

from shared.schemas.arrow import BarFrame
from shared.schemas.ledger import LedgerEntry
from shared.schemas.loads import Finding
from shared.schemas.stocks import Stock
from shared.schemas.text import CleanText


@dataclass(frozen=True)
class RawBars:
    """One symbol's rows from a source, not yet checked.

    Attributes:
        symbol: The symbol.
        rows: Columns `session` (datetime64[s], NaT if unreadable), the NUMBERS of `shared.schemas.arrow` (float64,
            NaN if missing or not a number) and `row` (its number in the source, from 1), in any order.
        name: The company's name as the source writes it, if it has one.
    """

    symbol: str
    rows: pd.DataFrame
    name: str | None = None


SAMPLE = "sample"  # the source of the sample bars; they end in 2013


@dataclass(frozen=True)
class CatalogueEntry:
    """A symbol's metadata, written by our loads; valid only for the bars of `revision`."""

    symbol: str
    name: CleanText | None
    revision: str
    n_bars: int
    first_session: date
    last_session: date
    source: CleanText | None
    loaded_at: datetime | None
    has_adjusted_prices: bool
    findings: list[Finding] = field(default_factory=list)

    def to_stock(self) -> Stock:
        """Return the wire model of the symbol."""
        return Stock(
            symbol=self.symbol,
            name=self.name,
            first_session=self.first_session,
            last_session=self.last_session,
            bars=self.n_bars,
            revision=self.revision,
            source=self.source,
            loaded_at=self.loaded_at,
            has_adjusted_prices=self.has_adjusted_prices,
            findings=self.findings,
        )


@dataclass(frozen=True)
class StoredSymbol:
    """One symbol's bars and catalogue entry, as stored."""

    frame: BarFrame
    entry: CatalogueEntry | None


class IssuedEntry(LedgerEntry):
    """One forecast as the ledger stores it, with the time when it was issued."""

    given_at: AwareDatetime
