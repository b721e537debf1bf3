"""The table equals what the driver's decoder returns for the same bytes."""

import struct
from datetime import datetime
from typing import Any

import bson
import numpy as np
import pytest
from bson import Decimal128, Int64, ObjectId
from hypothesis import given, settings
from hypothesis import strategies as st

from services.data.mongo.bson_columns import columns_from_bson, documents_from_columns

KINDS: dict[str, st.SearchStrategy[Any]] = {
    "float": st.floats(allow_nan=False),
    "int": st.integers(-(2**31), 2**31 - 1),
    "long": st.integers(-(2**63), 2**63 - 1).map(Int64),
    "bool": st.booleans(),
    "null": st.none(),
    "id": st.binary(min_size=12, max_size=12).map(ObjectId),
    "date": st.datetimes(datetime(1800, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(microsecond=0)),
    "text": st.text("ab0-é", min_size=3, max_size=3).filter(lambda text: "é" not in text),
    "empty": st.just(""),
}
LAYOUTS = st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=6)


def _raw(documents: list[dict[str, Any]]) -> bytes:
    return b"".join(map(bson.encode, documents))


def _as_decoded(value: Any) -> Any:
    """Convert a cell of the table to the driver's type."""
    if isinstance(value, np.datetime64):
        return value.astype(datetime)
    if isinstance(value, np.void):
        return ObjectId(value.tobytes()) if value.dtype.itemsize else None
    return value.decode() if isinstance(value, bytes) else value.item()


@settings(derandomize=True, max_examples=200, deadline=None)
@given(data=st.data(), layout=LAYOUTS, n=st.integers(1, 5))
def test_every_cell_is_what_the_driver_decodes(data: st.DataObject, layout: list[str], n: int) -> None:
    documents = [{f"f{i}": data.draw(KINDS[kind]) for i, kind in enumerate(layout)} for _ in range(n)]
    raw = _raw(documents)
    columns = columns_from_bson(raw)
    assert columns is not None
    rows = [dict(zip(columns, map(_as_decoded, row), strict=True)) for row in zip(*columns.values(), strict=True)]
    assert rows == bson.decode_all(raw)


@pytest.mark.parametrize(
    "documents",
    [
        [{"a": 1.0}, {"b": 1.0}],
        [{"a": 1.0}, {"a": Int64(1)}],
        [{"a": 1.0}, {"a": 1.0, "b": 1}],
        [{"a": "xx"}, {"a": "xxx"}],
        [{"a": 1.0, "b": 2.0}, {"b": 2.0, "a": 1.0}],
        [{"a": {"b": 1}}],
        [{"a": [1]}],
        [{"a": Decimal128("1")}],
    ],
)
def test_other_layouts_are_for_the_driver(documents: list[dict[str, Any]]) -> None:
    assert columns_from_bson(_raw(documents)) is None


def test_a_name_that_is_there_twice_is_for_the_driver() -> None:
    element = b"\x10a\x00\x01\x00\x00\x00"
    assert columns_from_bson(struct.pack("<i", 5 + 2 * len(element)) + 2 * element + b"\0") is None


def test_documents_without_fields_are_a_table_without_columns() -> None:
    assert columns_from_bson(_raw([{}, {}])) == {}


@settings(derandomize=True, max_examples=200, deadline=None)
@given(data=st.data(), layout=st.lists(st.sampled_from(["float", "text"]), min_size=1), n=st.integers(1, 5))
def test_what_is_written_is_what_the_driver_writes(data: st.DataObject, layout: list[str], n: int) -> None:
    documents = [{f"f{i}": data.draw(KINDS[kind]) for i, kind in enumerate(layout)} for _ in range(n)]
    columns = columns_from_bson(_raw(documents))
    assert columns is not None
    written = documents_from_columns(columns)
    assert bson.decode_all(b"".join(document.raw for document in written)) == documents


@settings(derandomize=True, max_examples=300, deadline=None)
@given(noise=st.binary(max_size=60), at=st.integers(0, 80))
def test_bytes_that_are_not_documents_are_refused_and_never_an_error(noise: bytes, at: int) -> None:
    good = _raw([{"a": 1.5, "d": "2024-01-02"}] * 2)
    for raw in (noise, good[:at], good[:at] + noise + good[at:]):
        columns = columns_from_bson(raw)
        assert columns is None or raw == good or len(raw) % struct.unpack_from("<i", raw)[0] == 0
