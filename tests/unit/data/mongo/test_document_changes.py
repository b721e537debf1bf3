from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.data.bars.merge import merge_bars
from services.data.mongo.bar_documents import FIELDS, build_frame
from services.data.mongo.document_changes import Changes, compute_changes
from shared.schemas.arrow import BarFrame
from shared.schemas.loads import Mode
from tests.support.data.bars import make_bars, make_frame

FIRST = {"_id": 1, "Date": "2024-01-01", "Open": 10.0, "High": 11.0, "Low": 9.0, "Close": 10.0}


def _apply(documents: list[dict[str, Any]], changes: Changes) -> list[dict[str, Any]]:
    """Return the documents that MongoDB would have after the changes."""
    kept = [dict(document) for document in documents if document["_id"] not in changes.deletes]
    by_id = {document["_id"]: document for document in kept}
    for key, update in changes.updates:
        by_id[key].update(update.get("$set", {}))
        for name in update.get("$unset", {}):
            del by_id[key][name]
    return kept + [dict(document) for document in changes.inserts]


def _without_rest(closes: list[float]) -> BarFrame:
    bars = make_bars(closes)
    bars[["volume", "adj_close"]] = float("nan")
    return BarFrame("AAPL", bars)


def test_the_first_bars_of_a_symbol_are_inserted() -> None:
    changes = compute_changes([], _without_rest([10]))
    assert [dict(new) for new in changes.inserts] == [{name: value for name, value in FIRST.items() if name != "_id"}]
    assert changes.updates == changes.deletes == []


def test_bars_that_are_there_are_not_written_again() -> None:
    assert compute_changes([FIRST], _without_rest([10])) == Changes([], [], [])


@pytest.mark.parametrize("value", [10, "10", "10.00"])
def test_a_value_of_another_type_that_reads_as_the_number_stays(value: object) -> None:
    assert compute_changes([FIRST | {"Open": value, "Volume": "n/a"}], _without_rest([10])) == Changes([], [], [])


@pytest.mark.parametrize("value", [11.0, "11", True, None, "n/a"])
def test_a_number_that_differs_is_set_alone(value: object) -> None:
    assert compute_changes([FIRST | {"Close": value}], _without_rest([10])).updates == [(1, {"$set": {"Close": 10.0}})]


def test_a_boolean_is_not_a_number() -> None:
    document = FIRST | {"Open": True, "High": 2.0, "Low": 0.0, "Close": 1.0}
    assert compute_changes([document], _without_rest([1])).updates == [(1, {"$set": {"Open": 1.0}})]


def test_a_number_that_is_not_known_any_more_is_taken_away() -> None:
    assert compute_changes([FIRST | {"Volume": 5}], _without_rest([10])).updates == [(1, {"$unset": {"Volume": ""}})]


def test_new_dates_are_written_as_the_others_are() -> None:
    changes = compute_changes([FIRST | {"Date": datetime(2024, 1, 1)}], _without_rest([10, 10]))
    assert [new["Date"] for new in changes.inserts] == [datetime(2024, 1, 2)]


def test_documents_that_are_not_bars_stay_while_they_are_counted_and_go_otherwise() -> None:
    documents = [FIRST | {"_id": 0}, FIRST, {"_id": 2, "Date": "soon"}]
    frame = _without_rest([10])
    assert compute_changes(documents, BarFrame("AAPL", frame.bars, skipped=2)).deletes == []
    assert compute_changes(documents, frame).deletes == [0, 2]


DATE = st.integers(0, 5).map(lambda day: datetime(2024, 1, 1) + timedelta(days=day))
WRITTEN = st.one_of(DATE, DATE.map(lambda day: day.strftime("%Y-%m-%d")), st.sampled_from(["soon", None]))
NUMBER = st.one_of(st.floats(1, 3), st.integers(1, 3), st.sampled_from(["2", "n/a", True, float("nan"), None]))
DOCUMENT = st.fixed_dictionaries({"Date": WRITTEN}, optional=dict.fromkeys(FIELDS.values(), NUMBER))


@given(st.lists(DOCUMENT, max_size=8), st.integers(1, 6), st.sampled_from(["upsert", "replace"]))
def test_after_the_changes_the_documents_read_as_the_bars(
    written: list[dict[str, Any]], n_bars: int, mode: Mode
) -> None:
    documents = [document | {"_id": number} for number, document in enumerate(written)]
    after = merge_bars(build_frame("AAPL", documents), make_frame(closes=[2.0] * n_bars), mode).frame
    result = build_frame("AAPL", _apply(documents, compute_changes(documents, after)))
    pd.testing.assert_frame_equal(result.bars, after.bars)
    assert result.revision == after.revision
