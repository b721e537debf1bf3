from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import bson
import pytest
from hypothesis import given as example_of
from hypothesis import strategies as st

from services.data.mongo.ledger_documents import build_key_filter, from_document, to_document
from shared.schemas.bars import is_symbol
from tests.support.data.ledgers import AT, make_issued_entry, make_ledger_entry

SYMBOLS = st.from_regex(r"[A-Z0-9.\-^=]{1,15}", fullmatch=True).filter(is_symbol)


def _store(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document as MongoDB returns it."""
    return bson.decode(bson.encode(document))


def test_an_entry_survives_the_way_to_a_document_and_back() -> None:
    assert from_document(_store(to_document(make_ledger_entry(), AT))) == make_issued_entry()


def test_a_document_has_its_key_and_text_that_a_person_can_read() -> None:
    document = to_document(make_ledger_entry(), AT)
    assert document["_id"] == "AAPL 2024-01-03 1 ridge 90 as-they-are"
    assert (document["session"], document["given_at"]) == ("2024-01-04", "2024-01-03T22:05:06.789012Z")


def test_a_time_is_the_same_in_every_time_zone() -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=9)))
    given = from_document(to_document(make_ledger_entry(), elsewhere))
    assert given is not None
    assert given.given_at == AT


@pytest.mark.parametrize(
    "change",
    [
        {"_id": 7},
        {"_id": None},
        {"_id": "AAPL 2024-01-03 1 ridge 80 as-they-are"},
        {"model": "crystal_ball"},
        {"point": None},
        {"point": float("inf")},
        {"last_close": 0.0},
        {"session": "soon"},
        {"sessions_ahead": 21},
        {"given_at": datetime(2024, 1, 3)},  # without a time zone
        {"given_at": bson.ObjectId()},
    ],
)
def test_a_document_that_is_not_ours_is_not_an_entry(change: dict[str, Any]) -> None:
    assert from_document(_store(to_document(make_ledger_entry(), AT) | change)) is None


def test_fields_of_a_later_version_are_ignored() -> None:
    assert from_document(to_document(make_ledger_entry(), AT) | {"later": {}}) == make_issued_entry()


@example_of(SYMBOLS, SYMBOLS)
def test_the_keys_of_a_symbol_are_those_of_its_entries_and_no_others(symbol: str, other: str) -> None:
    condition = build_key_filter(symbol)
    for name in (symbol, other):
        key = make_ledger_entry(symbol=name).key.encode()  # MongoDB compares bytes
        assert (condition["$gt"].encode() < key < condition["$lt"].encode()) == (name == symbol)


def test_a_time_that_is_given_is_one_of_utc() -> None:
    given = from_document(to_document(make_ledger_entry(), datetime(2024, 1, 3, 1, tzinfo=UTC)))
    assert given is not None
    assert given.given_at.utcoffset() == timedelta(0)
