"""Changes what is known about a symbol besides its bars: name, sector, currency, calendar, time zone. Pure."""

import dataclasses
from difflib import get_close_matches
from zoneinfo import available_timezones

from services.data.bars.description import complete_listing, describe_bars
from services.data.bars.findings import keep_rejected_newest
from services.data.records import Listing, StoredSymbol
from shared.errors import InvalidRequest, SymbolNotFound
from shared.market.calendar_names import NAMES
from shared.schemas.stocks import StockPatch


def apply_patch(symbol: str, stored: StoredSymbol | None, patch: StockPatch, default: str | None) -> StoredSymbol:
    """Return the symbol with the fields of the patch and unchanged bars.

    Args:
        symbol: The symbol.
        stored: Its stored bars and entry.
        patch: A field that is not set stays; None removes it.
        default: The calendar of symbols that have none of their own.

    Raises:
        SymbolNotFound: Nothing is stored.
    """
    if stored is None:
        raise SymbolNotFound(f"The store has no symbol {symbol}. Load bars of it first.")
    changes = patch.model_dump(exclude_unset=True)
    known = stored.entry
    name = changes.pop("name", known.name if known else None)
    listing = dataclasses.replace(known.listing if known else Listing(), **changes)
    listing = complete_listing(stored.frame, None, listing)  # without a calendar, the bars may show one
    frame = dataclasses.replace(stored.frame, calendar=listing.calendar)
    entry = dataclasses.replace(describe_bars(frame, name, default), listing=listing)
    newest = keep_rejected_newest(entry.last_session, known.findings if known else [])
    entry = dataclasses.replace(entry, findings=[*newest, *entry.findings])
    if known is not None and known.revision == stored.frame.revision:  # the entry is of these bars
        entry = dataclasses.replace(entry, source=known.source, loaded_at=known.loaded_at, sources=known.sources)
    return StoredSymbol(frame, entry)


def check_patch(patch: StockPatch) -> None:
    """Check that calendar and time zone exist.

    Raises:
        InvalidRequest: One does not; `errors` lists all.
    """
    errors = []
    if patch.calendar is not None and patch.calendar not in NAMES:
        errors.append(("/body/calendar", f"use the code of an exchange{_suggest(patch.calendar, NAMES)}"))
    if patch.time_zone is not None and patch.time_zone not in (zones := available_timezones()):
        errors.append(("/body/time_zone", f"use the name of a time zone{_suggest(patch.time_zone, zones)}"))
    if errors:
        raise InvalidRequest("{}: {}".format(*errors[0]), errors=errors)


def _suggest(text: str, known: frozenset[str] | set[str]) -> str:
    close = get_close_matches(text.upper(), known, n=1) or get_close_matches(text, known, n=1)
    return f", for example {close[0]}" if close else ", for example XNYS or 24/7" if "XNYS" in known else ""
