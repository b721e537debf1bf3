"""Catalogue entries as MongoDB documents, and back. Pure."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import structlog
from pydantic import TypeAdapter, ValidationError

from services.data.records import CatalogueEntry

_ENTRY = TypeAdapter(CatalogueEntry)
log = structlog.get_logger()


def to_document(entry: CatalogueEntry) -> dict[str, Any]:
    """Return the entry as a document; dates are ISO text, as in the bars, and `loaded_at` is a BSON date."""
    fields: dict[str, Any] = _ENTRY.dump_python(entry)
    fields["findings"] = [finding | {"sessions": list(map(str, finding["sessions"]))} for finding in fields["findings"]]
    dates = {name: str(value) for name, value in fields.items() if type(value) is date}
    return {"_id": fields.pop("symbol")} | fields | dates


def from_document(document: Mapping[str, Any]) -> CatalogueEntry | None:
    """Return the entry of a document; None if it is not one of ours, which is as good as none at all."""
    fields = {name: value for name, value in document.items() if name != "_id"} | {"symbol": document.get("_id")}
    loaded_at = fields.get("loaded_at")
    if isinstance(loaded_at, datetime) and loaded_at.tzinfo is None:
        fields["loaded_at"] = loaded_at.replace(tzinfo=UTC)  # MongoDB keeps UTC without saying so
    try:
        return _ENTRY.validate_python(fields)
    except ValidationError:
        log.warning("catalogue_entry_ignored", symbol=str(document.get("_id"))[:20])
        return None
