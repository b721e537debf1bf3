"""Entries of the ledger as MongoDB documents, and back. Pure.

The key is the document's `_id`, so that of two writers of one forecast MongoDB itself refuses the second, without an
index that somebody would have to make. A key begins with its symbol and a space, which no symbol has.
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
    """Return the entry as a document; dates and times are ISO text."""
    issued = IssuedEntry(**entry.model_dump(), given_at=given_at)
    return {"_id": issued.key} | issued.model_dump(mode="json")


def build_key_filter(symbol: str) -> dict[str, str]:
    """Return the condition on `_id` that the entries of this symbol meet, and no others."""
    return {"$gt": f"{symbol} ", "$lt": f"{symbol}!"}  # "!" is the character after the space


def from_document(document: Mapping[str, Any]) -> IssuedEntry | None:
    """Return the entry of a document; None if it is not one of ours, which is as good as none at all."""
    try:
        entry = IssuedEntry.model_validate(document)
    except ValidationError:
        entry = None
    if entry is None or entry.key != document.get("_id"):
        log.warning("ledger_entry_ignored", key=str(document.get("_id"))[:80])
        return None
    return entry
