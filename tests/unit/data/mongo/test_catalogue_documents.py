from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import bson
import pytest

from services.data.mongo.catalogue_documents import from_document, to_document
from services.data.records import Listing
from shared.schemas.stocks import SourceRange
from tests.support.data.bars import make_entry, make_frame
from tests.support.data.behaviours import FINDING

ENTRY = replace(make_entry(make_frame(), name="Apple Inc."), findings=[FINDING])


def _store(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document as MongoDB returns it."""
    return bson.decode(bson.encode(document))


def test_an_entry_survives_the_way_to_a_document_and_back() -> None:
    assert from_document(_store(to_document(ENTRY))) == ENTRY


def test_an_entry_that_knows_little_survives_too() -> None:
    entry = replace(ENTRY, name=None, source=None, loaded_at=None, findings=[], first_session=date(1896, 5, 26))
    assert from_document(_store(to_document(entry))) == entry


def test_the_symbol_is_the_key_and_dates_are_text_as_in_the_bars() -> None:
    document = to_document(ENTRY)
    assert (document["_id"], document["first_session"]) == ("AAPL", "2024-01-01")
    assert "symbol" not in document


def test_a_time_is_one_of_utc_whether_or_not_the_driver_says_so() -> None:
    for loaded_at in (datetime(2024, 1, 1, 12), datetime(2024, 1, 1, 12, tzinfo=UTC)):
        entry = from_document(to_document(ENTRY) | {"loaded_at": loaded_at})
        assert entry is not None
        assert entry.loaded_at == datetime(2024, 1, 1, 12, tzinfo=UTC)


def test_fields_of_a_later_version_are_ignored() -> None:
    assert from_document(to_document(ENTRY) | {"rewrite": bson.ObjectId(), "later": {}}) == ENTRY


@pytest.mark.parametrize(
    "change",
    [
        {"_id": 7},
        {"n_bars": "many"},
        {"loaded_at": "today"},
        {"loaded_at": 5j},
        {"first_session": None},
        {"findings": 1},
    ],
)
def test_a_document_that_is_not_ours_is_not_an_entry(change: dict[str, Any]) -> None:
    assert from_document(to_document(ENTRY) | change) is None


def test_a_document_with_a_key_alone_is_not_an_entry() -> None:
    assert from_document({"_id": "AAPL"}) is None


def test_a_name_that_another_tool_wrote_is_cleaned() -> None:
    entry = from_document(to_document(ENTRY) | {"name": "Apple\u202e\n Inc.", "source": "x\0"})
    assert entry is not None
    assert (entry.name, entry.source) == ("Apple Inc.", "x")


def test_the_listing_and_the_sources_survive_the_conversion_too() -> None:
    sources = [
        SourceRange(source=None, first_session=date(2024, 1, 1), last_session=date(2024, 1, 2), bars=2, loaded_at=None),
        SourceRange(
            source="a.csv",
            first_session=date(2024, 1, 3),
            last_session=date(2024, 1, 3),
            bars=1,
            loaded_at=datetime(2024, 6, 1, 12, tzinfo=UTC),
        ),
    ]
    listing = Listing(sector="Technology", currency="USD", calendar="XLON", time_zone="Europe/London")
    entry = replace(ENTRY, sources=sources, listing=listing)
    assert from_document(_store(to_document(entry))) == entry
    assert to_document(entry)["sources"][1]["first_session"] == "2024-01-03"


@pytest.mark.parametrize("sources", [5, [5], [{"source": "a"}], None])
def test_an_entry_with_invalid_sources_is_ignored(sources: object) -> None:
    assert from_document(_store(to_document(ENTRY)) | {"sources": sources}) is None
