"""Entries of the ledger as MongoDB documents, and back. Pure.

The key is the document's `_id`, so that of two writers of one forecast MongoDB itself refuses the second, without an
index that somebody would have to make. A key begins with its symbol and a space, which no symbol has.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import structlog
from pydantic import ValidationError

from services.data.records import GivenEntry
from shared.schemas.ledger import LedgerEntry

log = structlog.get_logger()


def document_of(entry: LedgerEntry, given_at: datetime) -> dict[str, Any]:
    """Return the entry as a document; dates and times are ISO text."""
    given = GivenEntry(**entry.model_dump(), given_at=given_at)
    return {"_id": given.key} | given.model_dump(mode="json")


def keys_of(symbol: str) -> dict[str, str]:
    """Return the condition on `_id` that the entries of this symbol meet, and no others."""
    return {"$gt": f"{symbol} ", "$lt": f"{symbol}!"}  # "!" is the character after the space


def given_of(document: Mapping[str, Any]) -> GivenEntry | None:
    """Return the entry of a document; None if it is not one of ours, which is as good as none at all."""
    try:
        given = GivenEntry.model_validate(document)
    except ValidationError:
        given = None
    if given is None or given.key != document.get("_id"):
        log.warning("ledger_entry_ignored", key=str(document.get("_id"))[:80])
        return None
    return given
