"""Exported bars load back as the same bars, to the bit."""

import string
from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import get_args

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.data.files.export import ExportFormat, to_csv, to_parquet, to_xlsx, write_bars
from services.data.files.source import FileBarSource
from shared.schemas.arrow import NUMBERS, BarFrame, encode
from shared.schemas.bars import is_symbol
from tests.support.data.bars import make_frame

pytestmark = pytest.mark.no_cover  # thousands of cases: counting lines makes them take a third longer
# Texts that a reader or a spreadsheet may convert to something else.
ODD_SYMBOLS = ["NA", "NAN", "NULL", "TRUE", "-INF", "1E5", "007", "-1", "=F", "--", "^GSPC", "BRK.B", "2024-01-02"]
SYMBOLS = st.sampled_from(ODD_SYMBOLS) | st.text(
    string.ascii_uppercase + string.digits + ".-^=", min_size=1, max_size=15
).filter(is_symbol)
FLOATS = st.floats(allow_infinity=False) | st.sampled_from([5e-324, 2.2e-308, 1e300, -0.0, 0.1, 1e16, 1e21, 1 / 3])
SESSIONS = st.dates(date(1800, 1, 1), date(2100, 12, 31))


@st.composite
def _frames(draw: st.DrawFn) -> BarFrame:
    sessions = sorted(draw(st.sets(SESSIONS, min_size=1, max_size=8)))
    columns = {name: draw(st.lists(FLOATS, min_size=len(sessions), max_size=len(sessions))) for name in NUMBERS}
    bars = pd.DataFrame({"session": np.array(sessions, dtype="datetime64[s]"), **columns})
    return BarFrame(draw(SYMBOLS), bars.astype(dict.fromkeys(NUMBERS, "float64")))


def _load(payload: bytes, symbol: str | None = None) -> list[BarFrame]:
    return [
        BarFrame(raw.symbol, raw.rows[["session", *NUMBERS]])
        for raw in FileBarSource(BytesIO(payload), symbol=symbol).frames()
    ]


def _check_same(frames: Sequence[BarFrame], expected: Sequence[BarFrame]) -> None:
    assert [frame.symbol for frame in frames] == [frame.symbol for frame in expected]
    for frame, expected_frame in zip(frames, expected, strict=True):
        pd.testing.assert_frame_equal(frame.bars, expected_frame.bars, check_exact=True)
        negative = np.signbit(frame.bars[list(NUMBERS)]) == np.signbit(expected_frame.bars[list(NUMBERS)])
        assert (negative | expected_frame.bars[list(NUMBERS)].isna()).all(axis=None)


@settings(max_examples=30, deadline=None)
@given(_frames())
def test_one_symbol_loads_back_to_the_bit(frame: BarFrame) -> None:
    for payload in (to_csv(frame), to_parquet(frame), to_xlsx(frame), encode(frame.columns(), frame.revision)):
        _check_same(_load(payload, frame.symbol), [frame])


@pytest.mark.parametrize("form", get_args(ExportFormat))
@settings(max_examples=30, deadline=None)
@given(frames=st.lists(_frames(), min_size=1, max_size=4, unique_by=lambda frame: frame.symbol))
def test_many_symbols_load_back_to_the_bit(form: ExportFormat, frames: list[BarFrame]) -> None:
    sink = BytesIO()
    write_bars(frames, sink, form)
    _check_same(_load(sink.getvalue()), frames)


@pytest.mark.parametrize("form", get_args(ExportFormat))
@pytest.mark.parametrize("symbol", ODD_SYMBOLS)
def test_a_symbol_that_looks_like_something_else_is_still_that_symbol(form: ExportFormat, symbol: str) -> None:
    sink = BytesIO()
    write_bars([make_frame(symbol)], sink, form)
    _check_same(_load(sink.getvalue()), [make_frame(symbol)])


def test_good_bars_keep_their_revision() -> None:
    frame = make_frame("AAPL", [10.1, 0.1 + 0.2, 9.3])
    assert [frame.revision for frame in _load(to_csv(frame))] == [frame.revision]


@pytest.mark.parametrize("name", ["Apple Inc.", 'Wells, "Fargo" & Co.', "Nestlé S.A.", "=cmd|' /C calc'!A0", "@Home"])
def test_a_name_is_read_back(name: str) -> None:
    payload = to_csv(make_frame("AAPL"), name=name)
    assert [raw.name for raw in FileBarSource(BytesIO(payload)).frames()] == [name]
