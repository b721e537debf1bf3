"""Plain records: rows of a source, stored bars, and entries of the catalogue and the ledger."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated

import pandas as pd
from pydantic import AwareDatetime, BeforeValidator

from shared.market.calendar_names import NAMES
from shared.schemas.arrow import BarFrame
from shared.schemas.ledger import LedgerEntry
from shared.schemas.loads import Finding
from shared.schemas.stocks import SourceRange, Stock
from shared.schemas.text import CleanText


@dataclass(frozen=True)
class RawBars:
    """One symbol's rows from a source, not yet checked.

    Attributes:
        symbol: The symbol.
        rows: Columns `session` (datetime64[s], NaT if unreadable), the NUMBERS of `shared.schemas.arrow` (float64,
            NaN if missing or not a number) and `row` (its number in the source, from 1), in any order; and `problem`
            (int8, a position in `ROW_PROBLEMS`) if the source knows why a row is not a bar.
        name: The company's name as the source writes it, if it has one.
        notes: What was assumed when reading the source, and which parts were not read, one sentence each.
        listing: The symbol's listing by the source, if it has one; known fields stay.
    """

    symbol: str
    rows: pd.DataFrame
    name: str | None = None
    notes: tuple[str, ...] = ()
    listing: "Listing | None" = None


NO_TEXT = "This is neither text nor another format that is read."


@dataclass(frozen=True)
class SkippedPart:
    """A part of a source that was not read, such as a file of an archive: what, with ": " at its end or "", and why."""

    what: str
    reason: str

    @property
    def may_hold_bars(self) -> bool:
        """Return whether it is more than a blank file or one about something else."""
        others = ("The file has no rows.", "Missing columns: date, open, high, low, close.", NO_TEXT)
        return not self.reason.startswith(others)

    def __str__(self) -> str:
        """Return a line for the report."""
        return f"{self.what}{self.reason}"


# Why a row is not a bar, if only its source can tell; the sentences are in `services.data.bars.checks`.
ROW_PROBLEMS = ("", "too_many_cells", "too_few_cells", "no_symbol", "unreadable_price", "other_series")


KnownCalendar = Annotated[str | None, BeforeValidator(lambda code: code if code in NAMES else None)]


@dataclass(frozen=True)
class Listing:
    """How a symbol is listed; None where that is not known.

    Attributes:
        sector: The company's sector, in the source's own words.
        currency: The currency of the prices, such as USD; GBp for pence.
        calendar: Code of the exchange whose sessions the symbol has, such as XNYS, or 24/7.
        time_zone: The exchange's time zone, such as America/New_York.
    """

    sector: CleanText | None = None
    currency: CleanText | None = None
    calendar: KnownCalendar = None
    time_zone: str | None = None


NEWEST_REJECTED = "newest_row_rejected"  # the code of a finding
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
    listing: Listing = Listing()
    sources: list[SourceRange] = field(default_factory=list)

    @property
    def newest_rejected(self) -> date | None:
        """Return the session of a row that is newer than every bar and was not stored."""
        sessions = (each.sessions[0] for each in self.findings if each.code == NEWEST_REJECTED and each.sessions)
        return next((session for session in sessions if session > self.last_session), None)

    def to_stock(self, calendar: str | None, time_zone: str | None, sessions_behind: int | None) -> Stock:
        """Return the wire model of the symbol.

        Args:
            calendar: The calendar that is used for the symbol, its own or the default.
            time_zone: The time zone of that calendar; the symbol's own is preferred.
            sessions_behind: Sessions of that calendar since the last bar.
        """
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
            sector=self.listing.sector,
            currency=self.listing.currency,
            calendar=calendar,
            time_zone=self.listing.time_zone or time_zone,
            sessions_behind=sessions_behind,
            sources=self.sources,
        )


@dataclass(frozen=True)
class LastSession:
    """The session of a symbol's last bar, and the symbol's own calendar if it has one."""

    session: date
    calendar: str | None


@dataclass(frozen=True)
class StoredSymbol:
    """One symbol's bars and catalogue entry, as stored."""

    frame: BarFrame
    entry: CatalogueEntry | None


class IssuedEntry(LedgerEntry):
    """One forecast as the ledger stores it, with the time when it was issued."""

    given_at: AwareDatetime
