"""Compute the minimal document changes that turn stored bars into new ones. Pure.

Fields of other tools stay, and so does a value that already parses to the new number.
"""

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from services.data.mongo.bar_documents import (
    DATE,
    FIELDS,
    Document,
    NewDocuments,
    parse_number,
    parse_sessions,
    to_documents,
    to_new_documents,
)
from shared.schemas.arrow import BarFrame


@dataclass(frozen=True)
class Changes:
    """Documents to insert, update operators by `_id`, and the `_id`s of documents to delete."""

    inserts: NewDocuments
    updates: list[tuple[Any, dict[str, Any]]]
    deletes: list[Any]

    @property
    def are_empty(self) -> bool:
        """Say whether nothing changes."""
        return not (self.inserts or self.updates or self.deletes)


def compute_changes(documents: list[dict[str, Any]], frame: BarFrame) -> Changes:
    """Compute the changes that turn `documents` into the bars of `frame`.

    Documents that `build_frame` skips stay if `frame` counts any as skipped; otherwise they are deleted.
    """
    if not documents:
        return Changes(to_new_documents(frame), [], [])
    fresh = {str(new[DATE]): new for new in to_documents(frame)}
    sessions = np.datetime_as_string(parse_sessions(documents)).tolist()
    current = {session: document for session, document in zip(sessions, documents, strict=True) if session != "NaT"}
    deletes = [
        document["_id"]
        for session, document in zip(sessions, documents, strict=True)
        if not (session in fresh if current.get(session) is document else frame.skipped)
    ]
    updates = [
        (document["_id"], update)
        for session, document in current.items()
        if session in fresh and (update := _build_update(document, fresh[session]))
    ]
    as_dates = any(isinstance(document.get(DATE), datetime) for document in documents)
    inserts = [_match_date_type(new, as_dates) for session, new in fresh.items() if session not in current]
    return Changes(inserts, updates, deletes)


def _build_update(document: Document, new: Document) -> dict[str, Any]:
    differing = [name for name in FIELDS.values() if not _reads_as(document.get(name), new.get(name))]
    changed = {name: new[name] for name in differing if name in new}
    removed = {name: "" for name in differing if name not in new}
    return ({"$set": changed} if changed else {}) | ({"$unset": removed} if removed else {})


def _reads_as(stored: object, number: float | None) -> bool:
    if type(stored) is float and stored == number:
        return True  # what our own loads write
    stored_number = parse_number(stored)
    return math.isnan(stored_number) if number is None else stored_number == number


def _match_date_type(new: dict[str, Any], as_dates: bool) -> dict[str, Any]:
    """Write the date with the type that the collection's other documents have."""
    return new | {DATE: datetime.fromisoformat(new[DATE])} if as_dates else new
