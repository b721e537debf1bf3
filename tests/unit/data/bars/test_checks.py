from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.data.bars.checks import PART_ROWS, REJECTION_DETAILS, find_rejections
from services.data.records import ROW_PROBLEMS
from shared.schemas.loads import Rejection
from tests.support.data.bars import make_bars, to_raw

TODAY = date(2024, 6, 1)


def _codes(bars: pd.DataFrame, today: date = TODAY) -> list[tuple[int, str]]:
    return [(rejection.row, rejection.code) for rejection in find_rejections(to_raw("AAPL", bars).rows, today).listed]


def test_good_bars_have_no_rejection() -> None:
    assert _codes(make_bars([10, 11, 12])) == []


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("session", pd.NaT, "no_session"),
        ("session", pd.Timestamp(2024, 6, 2), "future_session"),
        ("open", np.nan, "missing_price"),
        ("close", np.inf, "infinite_price"),
        ("close", -np.inf, "infinite_price"),
        ("high", 1.1e12, "price_too_high"),
        ("low", 0.0, "price_not_positive"),
        ("close", -1.0, "price_not_positive"),
        ("high", 10.5, "high_too_low"),
        ("low", 11.5, "low_too_high"),
        ("volume", -1.0, "bad_volume"),
        ("volume", np.inf, "bad_volume"),
        ("adj_close", 0.0, "bad_adjusted_close"),
        ("adj_close", np.inf, "bad_adjusted_close"),
    ],
)
@pytest.mark.scenario("D6")
def test_an_invalid_row_is_rejected_with_its_number(column: str, value: float | pd.Timestamp, code: str) -> None:
    bars = make_bars([10, 11, 12])
    bars.loc[1, column] = value
    assert _codes(bars) == [(2, code)]


def test_bars_are_rejected_when_high_is_below_low() -> None:
    bars = make_bars([10])
    bars.loc[0, ["high", "low"]] = [9.0, 11.0]
    assert _codes(bars) == [(1, "high_too_low")]


def test_today_is_not_the_future() -> None:
    assert _codes(make_bars([10], first_session=TODAY)) == []


@pytest.mark.scenario("D6")
def test_the_last_good_row_of_a_session_is_kept() -> None:
    bars = pd.concat([make_bars([10]), make_bars([11]), make_bars([12])], ignore_index=True)
    bars.loc[2, "high"] = 1.0
    assert _codes(bars) == [(1, "duplicate_session"), (3, "high_too_low")]


def test_two_rows_of_a_session_with_prices_far_apart_are_both_rejected() -> None:
    bars = pd.concat([make_bars([9.33]), make_bars([108]), make_bars([9.33])], ignore_index=True)
    assert _codes(bars) == [(1, "conflicting_session"), (2, "conflicting_session"), (3, "conflicting_session")]


def test_prices_that_are_equal_but_for_rounding_are_equal() -> None:
    bars = make_bars([7.578763484954834])
    bars.loc[0, "high"] = 7.578763484954833
    assert _codes(bars) == []
    bars.loc[0, "high"] = 7.5787
    assert _codes(bars) == [(1, "high_too_low")]


@pytest.mark.parametrize("problem", ROW_PROBLEMS[1:])
def test_a_row_is_rejected_for_the_reason_that_its_source_knows(problem: str) -> None:
    rows = to_raw("AAPL", make_bars([10, 11])).rows.assign(problem=np.array([0, ROW_PROBLEMS.index(problem)], np.int8))
    rows.loc[1, "session"], rows.loc[1, "close"] = pd.NaT, np.nan
    [rejection] = find_rejections(rows, TODAY).listed
    assert (rejection.row, rejection.code, rejection.detail) == (2, problem, REJECTION_DETAILS[problem])


def test_the_newest_rejected_row_is_found_among_all() -> None:
    bars = make_bars([10] * 300, first_session=date(2020, 1, 1))
    bars.loc[:250, "close"] = np.nan
    bars.loc[299, "session"] = pd.Timestamp(TODAY) + pd.Timedelta(days=9)
    newest = find_rejections(to_raw("AAPL", bars).rows, TODAY).newest
    assert newest is not None
    assert (newest.row, newest.code) == (251, "missing_price")


@pytest.mark.parametrize("column", ["volume", "adj_close"])
def test_a_volume_or_adjusted_close_may_be_unknown(column: str) -> None:
    bars = make_bars([10, 11])
    bars[column] = np.nan
    assert _codes(bars) == []


def test_a_rejection_has_the_row_of_the_source_the_session_and_a_sentence() -> None:
    rows = to_raw("AAPL", make_bars([10, 11], first_session=date(1969, 12, 31))).rows.assign(row=[7, 3])
    rows.loc[0, "open"] = np.nan
    assert find_rejections(rows, TODAY).listed == [
        Rejection(
            row=7,
            code="missing_price",
            detail="Open, high, low or close is missing.",
            session=date(1969, 12, 31),
        )
    ]


def test_a_rejection_of_an_unreadable_date_has_no_session() -> None:
    bars = make_bars([10])
    bars.loc[0, "session"] = pd.NaT
    assert find_rejections(to_raw("AAPL", bars).rows, TODAY).listed[0].session is None


def test_rows_of_a_large_file_are_all_counted_and_a_hundred_are_listed() -> None:
    n_rows = 3 * PART_ROWS  # checked in several parts
    closes = np.full(n_rows, 10.0)
    closes[[PART_ROWS, PART_ROWS + 1, -1]] = np.nan
    bars = make_bars([10]).loc[[0] * n_rows].assign(close=closes)
    rejections = find_rejections(to_raw("AAPL", bars).rows, TODAY)
    assert rejections.n_by_code == {"duplicate_session": n_rows - 4, "missing_price": 3}
    assert [reason.count for reason in rejections.counts] == [n_rows - 4, 3]
    assert (rejections.n_rows, len(rejections.listed), rejections.listed[-1].row) == (n_rows - 1, 100, 100)
    assert np.flatnonzero(~rejections.mask).tolist() == [n_rows - 2]  # the last good row


def test_every_code_has_a_sentence_for_people() -> None:
    assert all(sentence.endswith(".") for sentence in REJECTION_DETAILS.values())


PRICE = st.one_of(st.floats(-1, 50), st.just(float("nan")), st.just(float("inf")))
ROW = st.tuples(st.integers(0, 5), PRICE, PRICE, PRICE, PRICE)


@given(st.lists(ROW, max_size=12))
@pytest.mark.scenario("D6")
def test_the_remaining_rows_keep_every_invariant(rows: list[tuple[int, float, float, float, float]]) -> None:
    bars = make_bars([1.0] * len(rows))
    bars["session"] += pd.to_timedelta([day * 31 for day, *_ in rows], unit="D").astype("timedelta64[s]")
    bars[["open", "high", "low", "close"]] = [prices for _, *prices in rows] or np.empty((0, 4))
    rejected = find_rejections(to_raw("AAPL", bars).rows, TODAY)
    assert [rejection.row - 1 for rejection in rejected.listed] == np.flatnonzero(rejected.mask).tolist()
    left = bars[~rejected.mask]
    prices = left[["open", "high", "low", "close"]]
    assert (prices > 0).all(axis=None)
    assert np.isfinite(prices.to_numpy()).all()
    assert (left["high"] == prices.max(axis=1)).all()
    assert (left["low"] == prices.min(axis=1)).all()
    assert left["session"].is_unique
    assert (left["session"] <= pd.Timestamp(TODAY)).all()


def test_many_sessions_with_two_closes_are_of_two_instruments_however_near() -> None:
    bars = make_bars([100.0 + day for day in range(30)])
    near = bars.assign(**{name: bars[name] * 1.05 for name in ("open", "high", "low", "close")})
    both = pd.concat([bars, near], ignore_index=True)
    assert find_rejections(to_raw("AAPL", both).rows, TODAY).n_by_code == {"conflicting_session": 60}
    near.loc[7, ["open", "high", "low", "close"]] = bars.loc[7, ["open", "high", "low", "close"]]
    both = pd.concat([bars, near], ignore_index=True)
    assert find_rejections(to_raw("AAPL", both).rows, TODAY).n_by_code == {"conflicting_session": 60}
    few = pd.concat([bars, near[:5]], ignore_index=True)
    assert find_rejections(to_raw("AAPL", few).rows, TODAY).n_by_code == {"duplicate_session": 5}
    same = pd.concat([bars, bars], ignore_index=True)
    assert find_rejections(to_raw("AAPL", same).rows, TODAY).n_by_code == {"duplicate_session": 30}
