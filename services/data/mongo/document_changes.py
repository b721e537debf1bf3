"""What has to be written so that a symbol's documents hold other bars. Pure.

As little as possible: fields that are not ours stay, and so does a value that reads as the number it should be.
"""

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from services.data.mongo.bar_documents import DATE, FIELDS, Document, documents_of, number_of, sessions_of
from shared.schemas.arrow import BarFrame


@dataclass(frozen=True)
class Changes:
    """Documents to insert, update operators by `_id`, and the `_id`s of documents to delete."""

    inserts: list[dict[str, Any]]
    updates: list[tuple[Any, dict[str, Any]]]
    deletes: list[Any]


def changes_of(documents: list[dict[str, Any]], frame: BarFrame) -> Changes:
    """Return what turns `documents` into the bars of `frame`.

    Documents that `frame_of` skips stay if `frame` counts any as skipped, else they go.
    """
    fresh = {str(new[DATE]): new for new in documents_of(frame)}
    if not documents:
        return Changes(list(fresh.values()), [], [])
    sessions = np.datetime_as_string(sessions_of(documents)).tolist()
    current = {session: document for session, document in zip(sessions, documents, strict=True) if session != "NaT"}
    deletes = [
        document["_id"]
        for session, document in zip(sessions, documents, strict=True)
        if not (session in fresh if current.get(session) is document else frame.skipped)
    ]
    updates = [
        (document["_id"], update)
        for session, document in current.items()
        if session in fresh and (update := _update(document, fresh[session]))
    ]
    as_dates = any(isinstance(document.get(DATE), datetime) for document in documents)
    inserts = [_dated(new, as_dates) for session, new in fresh.items() if session not in current]
    return Changes(inserts, updates, deletes)


def _update(document: Document, new: Document) -> dict[str, Any]:
    differ = [name for name in FIELDS.values() if not _reads_as(document.get(name), new.get(name))]
    changed = {name: new[name] for name in differ if name in new}
    gone = {name: "" for name in differ if name not in new}
    return ({"$set": changed} if changed else {}) | ({"$unset": gone} if gone else {})


def _reads_as(stored: object, number: float | None) -> bool:
    if type(stored) is float and stored == number:
        return True  # what our own loads write
    read = number_of(stored)
    return math.isnan(read) if number is None else read == number


def _dated(new: dict[str, Any], as_dates: bool) -> dict[str, Any]:
    """Write the date the way the collection's other documents have it."""
    return new | {DATE: datetime.fromisoformat(new[DATE])} if as_dates else new
