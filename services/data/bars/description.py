"""Describes a symbol's bars as an entry of the catalogue. Pure."""

import dataclasses
from datetime import datetime

from services.data.bars.findings import collect_findings
from services.data.bars.merge import MergeResult
from services.data.bars.provenance import merge_sources
from services.data.records import CatalogueEntry, Listing, StoredSymbol
from shared.market.exchange_sessions import choose_calendar, conclude_calendar, exchange_sessions
from shared.schemas.arrow import BarFrame
from shared.schemas.loads import Finding
from shared.schemas.stocks import SourceRange
from shared.schemas.text import clean_text


def revision_and_findings(frame: BarFrame, calendar: str | None) -> tuple[str, list[Finding]]:
    """Compute the revision and the findings of the bars, at least one; `calendar` is the default."""
    chosen = choose_calendar(frame.calendar, frame.bars["session"].to_numpy("datetime64[D]"), calendar)
    return frame.revision, collect_findings(frame, chosen or "", exchange_sessions(chosen) if chosen else None)


def describe_bars(frame: BarFrame, name: str | None, calendar: str | None) -> CatalogueEntry:
    """Build a catalogue entry from the bars, at least one, without `source` and `loaded_at`.

    `calendar` is the exchange of symbols that have none of their own.
    """
    revision, findings = revision_and_findings(frame, calendar)
    sessions = frame.bars["session"]
    return CatalogueEntry(
        symbol=frame.symbol,
        name=name,
        revision=revision,
        n_bars=len(sessions),
        first_session=sessions.iloc[0].date(),
        last_session=sessions.iloc[-1].date(),
        source=None,
        loaded_at=None,
        has_adjusted_prices=frame.has_adjusted_prices,
        findings=findings,
        listing=Listing(calendar=frame.calendar),
        sources=[
            SourceRange(
                source=None,
                first_session=sessions.iloc[0].date(),
                last_session=sessions.iloc[-1].date(),
                bars=len(sessions),
                loaded_at=None,
            )
        ],
    )


def complete_listing(frame: BarFrame, known: CatalogueEntry | None, given: Listing | None = None) -> Listing:
    """Return the known listing, completed by the given one; if neither has a calendar, the bars may show one."""
    listing = known.listing if known else Listing()
    if given is not None:
        missing = {name: value for name, value in dataclasses.asdict(given).items() if getattr(listing, name) is None}
        listing = dataclasses.replace(listing, **missing)
    if listing.calendar:
        return listing
    return dataclasses.replace(listing, calendar=conclude_calendar(frame.bars["session"].to_numpy("datetime64[D]")))


@dataclasses.dataclass(frozen=True)
class Origin:
    """The source and time of a load, and the exchange of symbols that have no calendar of their own."""

    source: str
    loaded_at: datetime
    calendar: str | None


def describe_load(
    result: MergeResult,
    stored: StoredSymbol | None,
    origin: Origin,
    name: str | None = None,
    listing: Listing | None = None,
) -> StoredSymbol:
    """Build what a load stores.

    Args:
        result: The bars after the load.
        stored: What was stored before it.
        origin: The load.
        name: The company's name, if the source has one.
        listing: The symbol's listing by the source, if it has one; it completes the known one.
    """
    known = stored.entry if stored else None
    listing = complete_listing(result.frame, known, listing)
    frame = dataclasses.replace(result.frame, calendar=listing.calendar)
    source = clean_text(origin.source)
    is_current = stored and known and known.revision == stored.frame.revision  # otherwise another tool wrote since
    sources = merge_sources(
        known.sources if known and is_current else [],
        frame.bars["session"].to_numpy("datetime64[D]"),
        result.given,
        source,
        origin.loaded_at,
    )
    entry = describe_bars(
        frame, (clean_text(name) if name else None) or (known.name if known else None), origin.calendar
    )
    entry = dataclasses.replace(entry, listing=listing, source=source, loaded_at=origin.loaded_at, sources=sources)
    return StoredSymbol(frame, entry)
