"""Converts ledger entries to MongoDB documents and back. Logs documents that it ignores.

The key is the document's `_id`, so that MongoDB itself refuses the second of two equal forecasts without another
index. A key begins with its symbol and a space, which no symbol contains.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import structlog
from pydantic import ValidationError

from services.data.records import IssuedEntry
from shared.schemas.ledger import LedgerEntry

log = structlog.get_logger()


def to_document(entry: LedgerEntry, given_at: datetime) -> dict[str, Any]:
    """Convert the entry to a document; dates and times are ISO text."""
    issued = IssuedEntry(**entry.model_dump(), given_at=given_at)
    return {"_id": issued.key} | issued.model_dump(mode="json")


def build_key_filter(symbol: str) -> dict[str, str]:
    """Build the condition on `_id` that matches exactly the entries of this symbol."""
    return {"$gt": f"{symbol} ", "$lt": f"{symbol}!"}  # "!" is the character after the space


def from_document(document: Mapping[str, Any]) -> IssuedEntry | None:
    """Parse an entry; None if the document was not written by us; it is treated as missing."""
    try:
        entry = IssuedEntry.model_validate(document)
    except ValidationError:
        entry = None
    if entry is None or entry.key != document.get("_id"):
        log.warning("ledger_entry_ignored", key=str(document.get("_id"))[:80])
        return None
    return entry
