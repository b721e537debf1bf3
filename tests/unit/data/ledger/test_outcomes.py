import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.data.ledger.outcomes import Outcome, add_known_closes, find_outcomes
from services.data.records import IssuedEntry
from shared.schemas.arrow import BarFrame
from shared.schemas.ledger import OutcomeState
from tests.support.data.bars import make_bars, make_frame
from tests.support.data.ledgers import AT, DAY, make_issued_entry

DAYS = [date(2024, 1, day) for day in (1, 2, 3, 4, 5, 6)]
BEFORE = make_frame(closes=[70, 77, 84, 84, 84, 87.5])  # the forecast is made on the fifth day
AS_OF = DAYS[4]


def _entry(frame: BarFrame = BEFORE, **fields: Any) -> IssuedEntry:
    """Issue a forecast of 85, from 80 to 90, on the evening of the fifth day, with the closes of then."""
    said: dict[str, Any] = {"as_of": AS_OF, "last_close": 84.0, "point": 85.0, "lower": 80.0, "upper": 90.0}
    entry = make_issued_entry(**said | fields)
    return entry.model_copy(update={"closes": add_known_closes(entry, frame).closes})


def _outcome(entry: IssuedEntry, frame: BarFrame, *, now: datetime = AT, calendar: str | None = None) -> Outcome:
    (outcome,) = find_outcomes([entry], frame, calendar=calendar, now=now)
    return outcome


def _with_closes(*closes: float) -> BarFrame:
    return make_frame(closes=list(closes))


def _scaled(frame: BarFrame, factor: float, *, digits: int = 12) -> BarFrame:
    return replace(frame, bars=frame.bars.assign(close=(frame.bars["close"] * factor).round(digits)))


def test_an_entry_keeps_the_last_five_closes_up_to_as_of() -> None:
    frame = make_frame(closes=[60, 70, math.nan, 84, 81, 82, 84, 90])
    entry = add_known_closes(make_issued_entry(as_of=date(2024, 1, 7), last_close=84.0), frame)
    assert [(known.session.day, known.close) for known in entry.closes] == [(2, 70), (4, 84), (5, 81), (6, 82), (7, 84)]
    adjusted = replace(frame, bars=frame.bars.assign(adj_close=frame.bars["close"] / 2))
    entry = add_known_closes(make_issued_entry(as_of=date(2024, 1, 7), last_close=42.0, adjusted=True), adjusted)
    assert [known.close for known in entry.closes] == [35, 42, 40.5, 41, 42]


def test_a_corrected_close_is_not_a_split_and_the_miss_stays_a_miss() -> None:
    entry = _entry(upper=86.0)
    corrected = _with_closes(70, 77, 84, 84, 84 * 1.03, 87.5)  # scaled by 1 / 1.03, 87.5 would lie inside
    assert _outcome(entry, corrected) == Outcome("scored", 87.5)


@pytest.mark.parametrize(("factor", "digits"), [(1 / 7, 12), (0.5, 2), (10.0, 12), (1 / 7, 2), (0.98, 4)])
def test_after_a_restatement_of_all_closes_the_close_is_in_the_prices_of_then(factor: float, digits: int) -> None:
    outcome = _outcome(_entry(), _scaled(BEFORE, factor, digits=digits))
    assert outcome.state == "scored"
    assert outcome.actual == pytest.approx(87.5, rel=10**-digits / (10 * factor) + 1e-12)


def test_a_split_is_seen_though_a_close_was_corrected_or_is_gone() -> None:
    corrected = _scaled(_with_closes(70, 77, 84, 84, 86, 87.5), 1 / 7)
    assert _outcome(_entry(), corrected).actual == pytest.approx(87.5)
    restated = _scaled(BEFORE, 1 / 7)
    gone = replace(restated, bars=restated.bars.drop(index=4).reset_index(drop=True))
    assert _outcome(_entry(), gone).actual == pytest.approx(87.5)


def test_a_split_just_before_as_of_does_not_scale_the_close_once_earlier_closes_are_restated() -> None:
    restated = _with_closes(70, 77, 84, 84, 84, 87.5)
    for n_split in (1, 2, 4):  # closes of after the split, the last of them that of `as_of`
        n_before = 5 - n_split
        unadjusted = _with_closes(*(4 * close for close in [70, 77, 84, 84, 84][:n_before]), *[84] * n_split, 87.5)
        assert _outcome(_entry(unadjusted), restated) == Outcome("scored", 87.5)
    both_splits = _with_closes(280, 308, 336, 336, 84, 87.5)
    assert _outcome(_entry(both_splits), _scaled(restated, 0.5)) == Outcome("unclear")


def test_closes_that_changed_by_several_factors_leave_the_forecast_unclear() -> None:
    assert _outcome(_entry(), _with_closes(71, 76, 88, 83, 80, 87.5)) == Outcome("unclear")
    assert _outcome(_entry(), _with_closes(70, 77, 85, 85, 85, 87.5)).state == "unclear"  # three of five


def test_an_entry_without_its_closes_is_scored_while_its_last_close_is_the_same() -> None:
    old = _entry().model_copy(update={"closes": []})
    assert _outcome(old, BEFORE) == Outcome("scored", 87.5)
    assert _outcome(old, _scaled(BEFORE, 0.5)) == Outcome("unclear")


def _split_after_as_of(adjusted_closes: list[float] | None = None) -> BarFrame:
    """Build an unadjusted store: 7 shares for one on the sixth day, which closes at 12.5."""
    bars = make_bars([70, 77, 84, 84, 84, 12.5])
    bars.loc[5, ["open", "high", "low"]] = [12.0, 12.6, 11.9]
    return BarFrame("AAPL", bars.assign(adj_close=adjusted_closes or math.nan))


def test_a_split_after_as_of_in_unadjusted_prices_is_not_a_miss() -> None:
    confirmed = _split_after_as_of([10, 11, 12, 12, 11.9, 12.5])  # with a dividend of 0.1 new shares' worth
    outcome = _outcome(_entry(), confirmed)
    assert outcome.state == "scored"
    assert outcome.actual == pytest.approx(87.5)


@pytest.mark.parametrize("old_shares", [12, 35, 150, 1 / 11, 3 / 4])  # that become one new share
def test_a_split_by_an_unusual_ratio_is_no_move_if_an_adjusted_close_confirms_it(old_shares: float) -> None:
    calm = make_frame(closes=[84 + n % 2 / 4 for n in range(30)])
    as_of = date(2024, 1, 30)
    entry = _entry(calm, as_of=as_of, session=as_of + timedelta(days=1), last_close=84.25)
    bars = make_bars([*calm.bars["close"], 84.5])
    bars["adj_close"] *= old_shares
    bars.loc[30, ["open", "high", "low", "close"]] *= old_shares
    outcome = _outcome(entry, BarFrame("AAPL", bars), now=AT + timedelta(days=60))
    assert outcome.state == "scored"
    assert outcome.actual == pytest.approx(84.5)
    unconfirmed = BarFrame("AAPL", bars.assign(adj_close=math.nan))
    assert _outcome(entry, unconfirmed, now=AT + timedelta(days=60)) == Outcome("unclear")


def test_a_bar_without_a_close_hides_no_split_after_it() -> None:
    closes = [70, 77, 84, 84, 84, math.nan, 12.5]
    bars = make_bars(closes).assign(adj_close=[10, 11, 12, 12, 12, math.nan, 12.5])
    bars.loc[6, ["open", "high", "low"]] = [12.0, 12.6, 11.9]
    entry = _entry(session=date(2024, 1, 7), sessions_ahead=2)
    assert _outcome(entry, BarFrame("AAPL", bars)).actual == pytest.approx(87.5)


def test_a_jump_that_nothing_confirms_is_left_out() -> None:
    assert _outcome(_entry(), _split_after_as_of()) == Outcome("unclear")


def test_a_tick_that_halves_a_price_is_a_miss() -> None:
    entry = _entry(make_frame(closes=[0.003, 0.002, 0.002, 0.002, 0.002]), last_close=0.002, point=0.002, lower=0.0015)
    bars = make_bars([0.003, 0.002, 0.002, 0.002, 0.002, 0.001]).assign(adj_close=math.nan)
    bars.loc[5, "open"] = 0.001
    assert _outcome(entry, BarFrame("AAPL", bars)) == Outcome("scored", 0.001)


def test_a_crash_that_the_adjusted_close_confirms_is_a_miss() -> None:
    crash = _split_after_as_of([70, 77, 84, 84, 84, 12.5])
    assert _outcome(_entry(), crash) == Outcome("scored", 12.5)


def test_a_split_before_as_of_or_after_the_session_changes_nothing() -> None:
    bars = make_bars([588, 84, 84, 84, 84, 87.5, 12.5])
    bars.loc[[1, 6], ["open", "high", "low"]] = [[84.0, 84.0, 84.0], [12.4, 12.6, 12.0]]
    frame = BarFrame("AAPL", bars)
    assert _outcome(_entry(frame), frame) == Outcome("scored", 87.5)


def test_a_forecast_recorded_after_the_close_of_its_session_is_late() -> None:
    in_time, late = (datetime(2024, 1, 5, hour, 59, tzinfo=UTC) for hour in (20, 21))  # XNYS closes at 21:00 UTC
    entry = {"as_of": date(2024, 1, 4), "last_close": 84.0}
    frame = make_frame(closes=[70, 77, 84, 84, 87.5])
    assert _outcome(_entry(frame, given_at=in_time, **entry), frame, calendar="XNYS") == Outcome("scored", 87.5)
    assert _outcome(_entry(frame, given_at=late, **entry), frame, calendar="XNYS") == Outcome("late", 87.5)
    assert _outcome(_entry(frame, given_at=late, **entry), frame) == Outcome("scored", 87.5)  # the day is not over


@pytest.mark.parametrize(("days", "state"), [(0, "pending"), (30, "pending"), (31, "never_came")])
def test_a_session_without_a_close_for_thirty_days_never_came(days: int, state: OutcomeState) -> None:
    entry = make_issued_entry()
    now = datetime(2024, 1, 4, 12, tzinfo=UTC) + timedelta(days=days)
    assert _outcome(entry, make_frame(), now=now) == Outcome(state)
    assert _outcome(entry, make_frame(closes=[10, 11, 12, math.nan, 16]), now=now) == Outcome(state)


def test_a_close_that_comes_after_all_is_scored() -> None:
    assert _outcome(make_issued_entry(), make_frame(closes=[10, 11, 12, 15]), now=AT + timedelta(days=99)) == Outcome(
        "scored", 15.0
    )


def test_a_forecast_of_adjusted_prices_is_compared_with_adjusted_closes() -> None:
    four = make_frame(closes=[10, 11, 12, 15])
    frame = replace(four, bars=four.bars.assign(adj_close=[5.0, 5.5, 6.0, 8.0]))
    entry = make_issued_entry(adjusted=True, last_close=6.0, point=6.5, lower=6.0, upper=9.0)
    entry = entry.model_copy(update={"closes": add_known_closes(entry, frame).closes})
    assert _outcome(entry, frame) == Outcome("scored", 8.0)
    dividend = replace(frame, bars=frame.bars.assign(adj_close=frame.bars["adj_close"] * 0.98))
    assert _outcome(entry, dividend).actual == pytest.approx(8.0)


@pytest.mark.parametrize("close", [math.nan, math.inf, 0.0, -1.0])
def test_what_is_not_a_price_leaves_the_forecast_pending_though_later_bars_are_there(close: float) -> None:
    assert _outcome(make_issued_entry(), make_frame(closes=[10, 11, 12, close, 16])) == Outcome("pending")


@pytest.mark.parametrize(("day", "state"), [(2, "unclear"), (3, "pending")])
def test_a_bar_that_is_gone_leaves_the_forecast_open(day: int, state: OutcomeState) -> None:
    bars = make_bars([10, 11, 12, 15, 16]).drop(index=day).reset_index(drop=True)
    assert _outcome(make_issued_entry(), BarFrame("AAPL", bars)) == Outcome(state)


def test_without_an_adjusted_close_or_any_bar_nothing_is_scored() -> None:
    four = make_frame(closes=[10, 11, 12, 15])
    bars = four.bars.assign(adj_close=math.nan)
    assert _outcome(make_issued_entry(adjusted=True), BarFrame("AAPL", bars)) == Outcome("pending")
    assert _outcome(make_issued_entry(), BarFrame("AAPL", make_bars([]))) == Outcome("pending")


def test_outcomes_are_in_the_order_of_the_entries() -> None:
    entries = [make_issued_entry(as_of=DAY - timedelta(days=1), last_close=11.0), make_issued_entry()]
    outcomes = find_outcomes(entries, make_frame(closes=[10, 11, 12, 15]), calendar=None, now=AT)
    assert [outcome.actual for outcome in outcomes] == [12.0, 15.0]
