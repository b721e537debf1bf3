"""Converts catalogue entries to MongoDB documents and back. Logs documents that it ignores."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import structlog
from pydantic import TypeAdapter, ValidationError

from services.data.records import NEWEST_REJECTED, CatalogueEntry
from shared.market.calendar_names import NAMES
from shared.schemas.arrow import BarColumns

_ENTRY = TypeAdapter(CatalogueEntry)
CATALOGUE = "bellwether_catalogue"  # lower case: never a symbol
ABOUT_BARS = {"listing.calendar": True, "findings.code": True, "findings.sessions": True}
log = structlog.get_logger()


def to_document(entry: CatalogueEntry) -> dict[str, Any]:
    """Convert the entry to a document; dates are ISO text, as in the bars, and times are BSON dates."""
    fields: dict[str, Any] = _ENTRY.dump_python(entry)
    fields["findings"] = [finding | {"sessions": list(map(str, finding["sessions"]))} for finding in fields["findings"]]
    fields["sources"] = list(map(_write_dates, fields["sources"]))
    return {"_id": fields.pop("symbol")} | _write_dates(fields)


def from_document(document: Mapping[str, Any]) -> CatalogueEntry | None:
    """Parse an entry; None if the document was not written by us; it is treated as missing."""
    fields = {name: value for name, value in document.items() if name != "_id"} | {"symbol": document.get("_id")}
    try:
        fields["sources"] = list(map(_mark_utc, fields.get("sources", [])))
        return _ENTRY.validate_python(_mark_utc(fields))
    except (ValidationError, TypeError, AttributeError):
        log.warning("catalogue_entry_ignored", symbol=str(document.get("_id"))[:20])
        return None


def _write_dates(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: str(value) if type(value) is date else value for name, value in fields.items()}


def _mark_utc(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Mark the time of a load as UTC, because MongoDB returns it without a time zone."""
    loaded_at = fields.get("loaded_at")
    if isinstance(loaded_at, datetime) and loaded_at.tzinfo is None:
        return dict(fields) | {"loaded_at": loaded_at.replace(tzinfo=UTC)}
    return dict(fields)


def complete_bars(bars: BarColumns, document: Mapping[str, Any]) -> BarColumns:
    """Add to bars, at least one, what their entry, or ABOUT_BARS of it, says of them; unreadable parts are left out."""
    listing, findings = document.get("listing"), document.get("findings")
    calendar = listing.get("calendar") if isinstance(listing, Mapping) else None
    calendar = calendar if isinstance(calendar, str) and calendar in NAMES else None
    return replace(bars, calendar=calendar, newest_rejected=_parse_rejected(findings, bars.sessions[-1].item()))


def _parse_rejected(findings: object, last_session: date) -> date | None:
    for finding in findings if isinstance(findings, list) else []:
        try:
            if (
                finding["code"] == NEWEST_REJECTED
                and (session := date.fromisoformat(finding["sessions"][0])) > last_session
            ):
                return session
        except (LookupError, TypeError, ValueError):
            continue
    return None
