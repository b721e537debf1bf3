import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import bson
import numpy as np
import pandas as pd
import pytest
from bson import Decimal128
from bson.datetime_ms import DatetimeMS
from bson.raw_bson import RawBSONDocument
from hypothesis import given, settings
from hypothesis import strategies as st

from services.data.mongo.bar_documents import (
    FIELDS,
    PART_BYTES,
    bars_from_bson,
    build_frame,
    to_documents,
    to_new_documents,
)
from shared.schemas.arrow import BarFrame
from tests.support.data.bars import make_bars, make_frame


def _sessions(documents: list[dict[str, Any]]) -> list[str]:
    return list(build_frame("AAPL", documents).bars["session"].dt.strftime("%Y-%m-%d"))


def test_documents_are_sorted_by_session() -> None:
    assert _sessions([{"Date": "2024-01-03"}, {"Date": "2024-01-02"}, {"Date": "1969-12-31"}]) == [
        "1969-12-31",
        "2024-01-02",
        "2024-01-03",
    ]


@pytest.mark.parametrize(
    "date",
    [
        "2024-01-02",
        "2024-01-02T00:00:00Z",
        "2024-01-02 16:00:00",
        "20240102",
        datetime(2024, 1, 2),
        datetime(2024, 1, 2, tzinfo=UTC),
        datetime(2024, 1, 2, 1, tzinfo=timezone(timedelta(hours=1))),
    ],
)
def test_a_date_is_read_as_text_or_as_a_date(date: object) -> None:
    assert _sessions([{"Date": date}]) == ["2024-01-02"]


@pytest.mark.parametrize(
    "date", [None, "", "soon", "02/01/2024", "2024-02-30", "0000-01-01", DatetimeMS(2**60), 20240102, {}, []]
)
def test_a_document_without_a_readable_date_is_skipped_and_counted(date: object) -> None:
    frame = build_frame("AAPL", [{"Date": date}, {"Open": 1}, {"Date": "2024-01-02"}])
    assert (len(frame.bars), frame.skipped) == (1, 2)


def test_of_two_documents_with_one_session_the_later_counts() -> None:
    frame = build_frame("AAPL", [{"Date": "2024-01-02", "Close": 1}, {"Date": datetime(2024, 1, 2), "Close": 2}])
    assert frame.bars["close"].tolist() == [2]
    assert frame.skipped == 1


def test_many_documents_of_different_layouts_are_read_in_parts() -> None:
    days = np.datetime_as_string(np.arange("1900-01-01", "1992-01-01", dtype="datetime64[D]")).tolist()
    documents = [{"Date": day, "Close": float(n), "note": "x" * (n % 50)} for n, day in enumerate(days)]
    raw = b"".join(map(bson.encode, documents))
    assert len(raw) > 2 * PART_BYTES
    frame = bars_from_bson("AAPL", raw).frame()
    pd.testing.assert_frame_equal(frame.bars, build_frame("AAPL", documents).bars)


@pytest.mark.parametrize("value", [None, True, "", "n/a", "nan", "inf", float("inf"), [1], {"$gt": 0}])
def test_a_number_that_cannot_be_read_is_missing(value: object) -> None:
    frame = build_frame("AAPL", [{"Date": "2024-01-02", "Close": value}])
    assert math.isnan(frame.bars["close"][0])
    assert math.isnan(frame.bars["volume"][0])


@pytest.mark.parametrize("value", [2, 2.0, "2", " 2.0 ", Decimal128("2.0")])
def test_a_number_is_read_however_it_is_written(value: object) -> None:
    assert build_frame("AAPL", [{"Date": "2024-01-02", "Close": value}]).bars["close"].tolist() == [2.0]


def test_a_year_that_python_does_not_know_is_skipped_among_dates_that_are_well_written() -> None:
    frame = build_frame("AAPL", [{"Date": "0000-01-01"}, {"Date": "2024-01-02"}])
    assert (len(frame.bars), frame.skipped) == (1, 1)


def test_no_documents_are_an_empty_frame_of_the_same_columns() -> None:
    empty, single = build_frame("AAPL", []), build_frame("AAPL", [{"Date": "2024-01-02"}])
    assert empty.bars.empty
    assert empty.bars.dtypes.to_dict() == single.bars.dtypes.to_dict() == make_frame().bars.dtypes.to_dict()


@given(st.lists(st.floats(0.01, 1e6), min_size=1, max_size=20))
def test_bars_survive_the_way_to_documents_and_back(closes: list[float]) -> None:
    frame = make_frame(closes=closes)
    result = build_frame("AAPL", to_documents(frame))
    pd.testing.assert_frame_equal(result.bars, frame.bars)
    assert result.revision == frame.revision


def test_a_number_that_is_not_known_is_left_out_of_the_document() -> None:
    frame = make_frame(closes=[1])
    frame.bars["volume"] = math.nan
    assert to_documents(frame) == [
        {"Date": "2024-01-01", "Open": 1.0, "High": 2.0, "Low": 0.0, "Close": 1.0, "Adj Close": 1.0}
    ]


@settings(derandomize=True, deadline=None)
@given(st.lists(st.tuples(*[st.one_of(st.floats(0.01, 1e12), st.just(math.nan))] * 3), max_size=6), st.integers(0, 7))
def test_new_documents_are_those_of_the_bars_whatever_is_not_known(rows: list[tuple[float, ...]], known: int) -> None:
    bars = make_bars([row[0] for row in rows])
    for n, name in enumerate(("close", "volume", "adj_close")):
        bars[name] = [row[n] if known >> n & 1 else math.nan for row in rows]
    frame = BarFrame("AAPL", bars.astype(dict.fromkeys(FIELDS, float)))
    assert [dict(document) for document in to_new_documents(frame)] == to_documents(frame)


def test_new_documents_with_the_same_fields_are_encoded_already() -> None:
    frame = make_frame(closes=[1, 2])
    frame.bars["adj_close"] = math.nan  # of none
    assert {type(document) for document in to_new_documents(frame)} == {RawBSONDocument}


LAYOUT = {"Date": "2024-01-02", "Open": 1.5, "High": 2, "Low": 1, "Close": float("inf"), "Volume": None, "Name": "AAPL"}


def _read_equal(documents: list[dict[str, Any]]) -> bool:
    raw = b"".join(map(bson.encode, documents))
    fast, slow = bars_from_bson("AAPL", raw).frame(), build_frame("AAPL", bson.decode_all(raw))
    return fast.revision == slow.revision and fast.skipped == slow.skipped


DATES = st.one_of(
    st.dates().map(str),
    st.datetimes(),
    st.text("0123456789-", min_size=10, max_size=10),
    st.sampled_from(["2024-02-30", "2023-02-29", "2024-13-01", "2024-00-10", "0000-01-01", "2024-01-00", "soon......"]),
)


@settings(derandomize=True, deadline=None)
@given(st.lists(DATES, min_size=1, max_size=8), st.sampled_from(["Date", "date"]))
def test_documents_of_one_layout_are_read_as_others_are(dates: list[object], field: str) -> None:
    assert _read_equal([LAYOUT | {field: date} for date in dates])


@pytest.mark.parametrize("value", [7, 7.5, True, None, "7.5", "x", Decimal128("7.5"), [7], {"a": 7}, float("nan")])
def test_a_field_of_any_kind_is_read_alike_in_all_documents_and_in_one(value: object) -> None:
    second = LAYOUT | {"Date": "2024-01-03"}
    assert _read_equal([LAYOUT | {"Close": value}, second | {"Close": value}])
    assert _read_equal([LAYOUT, second | {"Close": value}])


def test_text_that_is_not_utf8_does_not_fail() -> None:
    raw = bson.encode({"Date": "2024-01-02", "Close": "12345"}).replace(b"12345", b"\xff\xfe345")
    assert len(bars_from_bson("AAPL", raw).frame().bars) == 1
