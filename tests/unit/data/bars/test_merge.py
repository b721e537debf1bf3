import math
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.data.bars.merge import merge_bars
from shared.schemas.arrow import BarFrame
from shared.schemas.loads import Mode
from tests.support.data.bars import make_bars, make_frame


def _frame(closes: list[float], first_day: int = 1, skipped: int = 0) -> BarFrame:
    return BarFrame("AAPL", make_bars(closes, first_session=date(2024, 1, first_day)), skipped)


@pytest.mark.parametrize("mode", ["upsert", "replace"])
def test_the_first_bars_are_all_inserted(mode: Mode) -> None:
    result = merge_bars(None, _frame([1, 2]), mode)
    assert (result.inserted, result.updated, result.unchanged, result.removed) == (2, 0, 0, 0)
    assert result.frame.revision == _frame([1, 2]).revision


def test_an_upsert_corrects_and_adds_and_keeps_the_rest_in_order() -> None:
    result = merge_bars(_frame([5, 5, 5]), _frame([5, 6, 7], first_day=2), "upsert")
    assert result.frame.bars["close"].tolist() == [5, 5, 6, 7]
    assert result.frame.bars["session"].is_monotonic_increasing
    assert (result.inserted, result.updated, result.unchanged, result.removed) == (1, 1, 1, 0)


def test_a_replacement_keeps_nothing_else_and_counts_what_is_gone() -> None:
    result = merge_bars(_frame([5, 5, 5], skipped=4), _frame([5, 6], first_day=3), "replace")
    assert result.frame.bars["close"].tolist() == [5, 6]
    assert (result.inserted, result.updated, result.unchanged, result.removed) == (1, 0, 1, 2)
    assert result.frame.skipped == 0


def test_an_upsert_keeps_a_volume_that_the_new_bar_does_not_know() -> None:
    new = _frame([5, 6])
    new.bars["volume"] = math.nan
    result = merge_bars(_frame([5, 5]), new, "upsert")
    assert result.frame.bars["volume"].tolist() == _frame([5, 5]).bars["volume"].tolist()
    assert (result.updated, result.unchanged) == (1, 1)
    assert merge_bars(_frame([5, 5]), new, "replace").frame.bars["volume"].isna().all()


def test_an_upsert_keeps_an_adjusted_close_only_of_the_same_close() -> None:
    new = _frame([5, 6])
    new.bars["adj_close"] = math.nan
    kept = merge_bars(_frame([5, 5]), new, "upsert").frame.bars["adj_close"]
    assert kept[0] == 5
    assert math.isnan(kept[1])


def test_to_keep_is_to_add_only_sessions_that_are_not_stored() -> None:
    result = merge_bars(_frame([5, 5, 5]), _frame([7, 7, 7], first_day=3), "keep")
    assert result.frame.bars["close"].tolist() == [5, 5, 5, 7, 7]
    assert (result.inserted, result.updated, result.unchanged, result.removed) == (2, 0, 0, 0)
    assert [str(day) for day in result.given] == ["2024-01-04", "2024-01-05"]


def test_the_sessions_that_a_load_gave_are_those_it_inserted_or_changed() -> None:
    given = merge_bars(_frame([5, 5, 5]), _frame([5, 6, 7], first_day=2), "force").given
    assert [str(day) for day in given] == ["2024-01-03", "2024-01-04"]


def test_what_is_unknown_before_and_after_is_unchanged() -> None:
    frame = _frame([5, 6])
    frame.bars["volume"] = math.nan
    assert merge_bars(frame, frame, "upsert").unchanged == 2


def test_rows_that_cannot_be_read_are_still_counted_after_an_upsert() -> None:
    assert merge_bars(_frame([5], skipped=2), _frame([6]), "upsert").frame.skipped == 2
    empty = BarFrame("AAPL", make_frame().bars.iloc[:0], skipped=3)
    assert merge_bars(empty, _frame([6]), "upsert").frame.skipped == 3
    assert merge_bars(empty, _frame([6]), "replace").frame.skipped == 0


@given(
    st.dictionaries(st.integers(1, 9), st.floats(1, 9), min_size=1),
    st.dictionaries(st.integers(1, 9), st.floats(1, 9), min_size=1),
    st.sampled_from(["upsert", "replace", "force"]),
)
def test_a_merge_equals_that_of_dictionaries(old: dict[int, float], new: dict[int, float], mode: Mode) -> None:
    def frame(closes: dict[int, float]) -> BarFrame:
        bars = make_bars(closes[day] for day in sorted(closes))
        return BarFrame("AAPL", bars.assign(session=pd.to_datetime([f"2024-01-{day:02}" for day in sorted(closes)])))

    result = merge_bars(frame(old), frame(new), mode)
    expected = {**old, **new} if mode != "replace" else new
    bars = result.frame.bars
    assert dict(zip(bars["session"].dt.day, bars["close"], strict=True)) == expected
    assert bars["session"].is_monotonic_increasing
    assert result.inserted == len(new.keys() - old.keys())
    assert result.updated + result.unchanged == len(new.keys() & old.keys())
    assert result.removed == (len(old.keys() - new.keys()) if mode == "replace" else 0)
