import json
import math
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.schemas.arrow import NUMBERS, PRICES, SCHEMA, BarFrame, InvalidArrow, decode, encode
from tests.support.data.bars import make_bars, make_frame

NUMBER = st.one_of(st.floats(width=64, allow_infinity=False), st.just(math.nan))
DAYS = st.lists(st.dates(date(1, 1, 1), date(9999, 12, 31)), unique=True, max_size=20).map(sorted)


@given(DAYS, st.data())
def test_bars_survive_the_way_to_arrow_and_back(days: list[date], data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.tuples(*[NUMBER] * len(NUMBERS)), min_size=len(days), max_size=len(days)))
    bars = pd.DataFrame(np.array(rows, dtype=np.float64).reshape(-1, len(NUMBERS)), columns=list(NUMBERS))
    bars.insert(0, "session", np.array(days, dtype="datetime64[s]"))
    frame = BarFrame("BRK.B", bars, skipped=3)
    found = decode(encode(frame.columns(), frame.revision)).frame()
    pd.testing.assert_frame_equal(found.bars, frame.bars, check_dtype=False)
    assert (found.symbol, found.skipped, found.revision) == ("BRK.B", 3, frame.revision)


def test_decoded_bars_have_the_types_of_bars() -> None:
    found = decode(encode(make_frame().columns(), "r")).frame().bars
    assert list(found.columns) == SCHEMA.names
    assert found["session"].dtype.kind == "M"
    assert {found[name].dtype for name in NUMBERS} == {np.dtype("float64")}


def test_equal_bars_have_equal_revisions_whatever_their_bytes() -> None:
    bars = make_bars([1, 2])
    bars["volume"] = [0.0, np.nan]
    other = bars.copy()
    other["volume"] = [-0.0, -np.float64("nan")]
    other["session"] = other["session"].astype("datetime64[ms]")
    assert other["volume"].to_numpy().tobytes() != bars["volume"].to_numpy().tobytes()
    assert BarFrame("AAPL", other).revision == BarFrame("AAPL", bars).revision


@pytest.mark.parametrize("name", NUMBERS)
def test_any_number_that_differs_makes_another_revision(name: str) -> None:
    bars = make_bars([1, 2])
    bars.loc[1, name] = np.nextafter(bars[name][1], 9)
    assert BarFrame("AAPL", bars).revision != make_frame(closes=[1, 2]).revision


def test_symbol_session_skipped_rows_and_length_make_another_revision() -> None:
    frames = [
        make_frame(closes=[1, 2]),
        make_frame("MSFT", [1, 2]),
        make_frame(closes=[1, 2], skipped=1),
        make_frame(closes=[1]),
        BarFrame("AAPL", make_bars([1, 2], first_session=date(2024, 1, 2))),
    ]
    assert len({frame.revision for frame in frames}) == len(frames)
    assert all(len(frame.revision) == 16 for frame in frames)


@pytest.mark.parametrize("cut", [0, 1, 8, 100, 300, -20])
def test_a_stream_that_is_cut_short_is_invalid(cut: int) -> None:
    with pytest.raises(InvalidArrow):
        decode(encode(make_frame().columns(), "r")[:cut])


@pytest.mark.parametrize(
    "about", ["", "[]", "{}", "7", '{"version": 1}', '{"version": 2, "symbol": "A", "skipped": 0}']
)
def test_metadata_that_is_not_ours_is_invalid(about: str) -> None:
    with pytest.raises(InvalidArrow):
        decode(_stream(SCHEMA.with_metadata({"bellwether": about})))


def test_a_stream_of_something_else_is_invalid() -> None:
    about = json.dumps({"version": 1, "symbol": "A", "skipped": 0})
    for schema in (pa.schema([("session", pa.date32())]), SCHEMA.remove(0)):
        with pytest.raises(InvalidArrow):
            decode(_stream(schema.with_metadata({"bellwether": about})))
    with pytest.raises(InvalidArrow):
        decode(_stream(SCHEMA))


def _stream(schema: pa.Schema) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as writer:
        writer.write_table(schema.empty_table())
    return bytes(sink.getvalue())


def test_adjusted_prices_are_scaled_by_adjusted_close_over_close() -> None:
    bars = make_bars([10, 20])
    bars["adj_close"] = [5.0, 20.0]
    adjusted = BarFrame("AAPL", bars).adjusted().bars
    assert adjusted[list(PRICES)].to_numpy().tolist() == [[5, 5.5, 4.5, 5], [10, 21, 9, 20]]
    assert adjusted["volume"].equals(bars["volume"])


@pytest.mark.parametrize(("close", "adjusted"), [(10.0, math.nan), (0.0, 5.0), (0.0, 0.0), (math.nan, 5.0)])
def test_a_price_that_cannot_be_adjusted_is_unknown(close: float, adjusted: float) -> None:
    bars = make_bars([10])
    bars["close"], bars["adj_close"] = close, adjusted
    assert BarFrame("AAPL", bars).adjusted().bars[list(PRICES)].isna().all(axis=None)


def test_bars_have_adjusted_prices_when_the_newest_has() -> None:
    frame = make_frame()
    newest = frame.bars.index[-1]
    assert frame.has_adjusted_prices
    frame.bars.loc[: newest - 1, "adj_close"] = math.nan
    assert frame.has_adjusted_prices
    frame.bars["adj_close"] = 1.0
    frame.bars.loc[newest, "adj_close"] = math.nan
    assert not frame.has_adjusted_prices


@pytest.mark.parametrize(
    ("start", "end", "closes"),
    [
        (None, None, [10, 11, 12]),
        (date(2024, 1, 2), None, [11, 12]),
        (None, date(2024, 1, 2), [10, 11]),
        (date(2024, 1, 2), date(2024, 1, 2), [11]),
        (date(2024, 1, 4), None, []),
        (date(2024, 1, 3), date(2024, 1, 1), []),
        (date(1, 1, 1), date(9999, 12, 31), [10, 11, 12]),
    ],
)
def test_a_range_includes_both_its_ends(start: date | None, end: date | None, closes: list[float]) -> None:
    assert make_frame().between(start, end).bars["close"].tolist() == closes
