from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from services.data.ledger.scores import build_ledger
from services.data.records import IssuedEntry
from shared.errors import InvalidRequest
from shared.schemas.arrow import BarFrame, decode, encode
from shared.schemas.ledger import Ledger, LedgerQuery
from tests.support.data.bars import make_frame
from tests.support.data.ledgers import AT, DAY, make_issued_entry

NOT_KNOWN = ["coverage", "coverage_lower", "coverage_upper", "interval_score", "interval_score_of_plain_band"]
NOT_KNOWN += ["mae", "mae_of_persistence", "skill", "skill_lower", "skill_upper", "skill_lower_of_several", "outcome"]
FOUR_DAYS = make_frame(closes=[10, 11, 12, 15])  # DAY is the third


def _ledger(given: Sequence[IssuedEntry], frame: BarFrame = FOUR_DAYS, **query: Any) -> Ledger:
    return build_ledger(frame, given, LedgerQuery(**query), calendar=None, now=AT)


def test_a_forecast_is_scored_against_persistence_when_its_session_is_stored() -> None:
    ledger = _ledger([make_issued_entry(), make_issued_entry(sessions_ahead=2)])
    first, second = ledger.records
    assert (first.actual, first.is_inside) == (15.0, False)  # the interval is 11 to 14
    assert (second.actual, second.is_inside) == (None, None)
    assert (ledger.symbol, ledger.n_scored, ledger.n_pending) == ("AAPL", 1, 1)
    assert [coverage.coverage for coverage in ledger.coverage] == [0.0]


def test_a_score_is_of_the_sessions_that_are_over() -> None:
    ledger = _ledger([make_issued_entry(), make_issued_entry(sessions_ahead=2)])
    usual = {"model": "ridge", "level": 90, "adjusted": False}
    assert [score.model_dump() for score in ledger.scores] == [
        usual
        | {
            "sessions_ahead": 1,
            "n_scored": 1,
            "n_pending": 0,
            "n_left_out": 0,
            "n_independent": 1,
            "coverage": 0.0,
            "coverage_lower": 0.0,
            "coverage_upper": pytest.approx(0.7935, abs=1e-4),
            "interval_score": pytest.approx(3 + 20 * 1),  # the width, and a miss by one
            "interval_score_of_plain_band": pytest.approx(57.9039058, rel=1e-8),
            "mae": 2.5,  # 15 - 12.5
            "mae_of_persistence": 3.0,  # 15 - 12
            "skill": 1 - 2.5 / 3.0,
            "skill_lower": None,
            "skill_upper": None,
            "skill_lower_of_several": None,
            "outcome": "too_early",
        },
        usual
        | {
            "sessions_ahead": 2,
            "n_scored": 0,
            "n_pending": 1,
            "n_left_out": 0,
            "n_independent": 0,
            **dict.fromkeys(NOT_KNOWN),
        },
    ]


def test_scores_are_means_over_the_sessions_that_have_come() -> None:
    entries = [
        make_issued_entry(as_of=date(2024, 1, 1), last_close=10.0, point=11.5, lower=11.0, upper=12.0),  # actual 11
        make_issued_entry(as_of=date(2024, 1, 2), last_close=11.0, point=11.5, lower=10.0, upper=13.0),  # actual 12
        make_issued_entry(as_of=date(2024, 1, 3), last_close=12.0, point=12.0, lower=11.0, upper=14.0),  # actual 15
        make_issued_entry(as_of=date(2024, 1, 4), last_close=15.0, point=15.0, lower=14.0, upper=16.0),
    ]
    ledger = _ledger(entries)
    assert [record.is_inside for record in ledger.records] == [None, False, True, True]
    (score,) = ledger.scores
    assert (score.n_scored, score.n_pending, score.coverage) == (3, 1, 2 / 3)
    assert score.mae == pytest.approx(4 / 3)  # mean of 0.5, 0.5 and 3
    assert score.mae_of_persistence == pytest.approx(5 / 3)  # mean of 1, 1 and 3
    assert score.skill == pytest.approx(0.2)
    assert [coverage.coverage for coverage in ledger.coverage] == [2 / 3]


def test_there_is_a_score_for_each_model_distance_level_and_kind_of_price_ascending() -> None:
    entries = [
        make_issued_entry(),
        make_issued_entry(adjusted=True),
        make_issued_entry(level=80),
        make_issued_entry(sessions_ahead=2),
        make_issued_entry(model="drift", sessions_ahead=10),
    ]
    groups = [(entry.model, entry.sessions_ahead, entry.level, entry.adjusted) for entry in _ledger(entries).scores]
    assert groups == [
        ("drift", 10, 90, False),
        ("ridge", 1, 80, False),
        ("ridge", 1, 90, False),
        ("ridge", 1, 90, True),
        ("ridge", 2, 90, False),
    ]


def test_an_end_of_the_interval_is_inside_it() -> None:
    entries = [make_issued_entry(upper=15.0, level=80), make_issued_entry(lower=15.0, point=15.5, upper=16.0)]
    assert [record.is_inside for record in _ledger(entries).records] == [True, True]


def test_where_persistence_made_no_error_there_is_no_skill() -> None:
    (score,) = _ledger([make_issued_entry()], make_frame(closes=[10, 11, 12, 12])).scores
    assert (score.mae, score.mae_of_persistence, score.skill) == (0.5, 0.0, None)


def test_without_entries_there_are_no_scores() -> None:
    assert _ledger([]).model_dump() == {
        "symbol": "AAPL",
        "n_scored": 0,
        "n_pending": 0,
        "n_late": 0,
        "n_never_came": 0,
        "n_unclear": 0,
        "coverage": [],
        "scores": [],
        "records": [],
        "next_cursor": None,
    }


def test_coverage_is_counted_by_level_and_only_over_forecasts_that_count() -> None:
    narrow: dict[str, Any] = {"level": 50, "lower": 12.4, "upper": 12.6}
    after = AT + timedelta(days=2)  # later than the close of 2024-01-04
    entries = [make_issued_entry(level=99, upper=16.0), make_issued_entry(**narrow)]
    entries += [make_issued_entry(model="drift", **narrow, given_at=after)]
    ledger = _ledger(entries)
    assert [(one.level, one.n_scored, one.coverage) for one in ledger.coverage] == [(50, 1, 0.0), (99, 1, 1.0)]
    assert (ledger.n_scored, ledger.n_late) == (2, 1)
    assert [(score.model, score.n_scored, score.n_left_out) for score in ledger.scores] == [
        ("drift", 0, 1),
        ("ridge", 1, 0),
        ("ridge", 1, 0),
    ]


def test_twenty_forecasts_have_an_uncertainty_of_thirteen_points() -> None:
    days = [DAY + timedelta(days=day) for day in range(20)]
    frame = make_frame(closes=[10, 11, *([12.0] * 20), 15, 15])
    entries = [make_issued_entry(as_of=day, upper=12.4 if day in days[:2] else 14.0, point=12.2) for day in days]
    entries[:2] = [entry.model_copy(update={"lower": 12.1}) for entry in entries[:2]]
    (score,), (coverage,) = _ledger(entries, frame).scores, _ledger(entries, frame).coverage
    assert (score.n_scored, score.n_independent, coverage.n_independent) == (20, 20, 20)
    assert score.coverage == pytest.approx(0.85)  # the last close is 15
    assert (score.coverage_lower, score.coverage_upper) == (coverage.lower, coverage.upper)
    assert (coverage.lower, coverage.upper) == pytest.approx((0.6396, 0.9476), abs=1e-4)
    assert score.skill is not None
    assert (score.skill_lower, score.skill_upper, score.outcome) == (None, None, "too_early")  # few closes moved


def test_the_skill_of_twenty_forecasts_has_an_interval() -> None:
    days = [DAY + timedelta(days=day) for day in range(20)]
    closes = [12.0 + (-1) ** day * (1 + day % 3) for day in range(24)]
    entries = [
        make_issued_entry(as_of=day, last_close=closes[number + 2], lower=1.0, upper=20.0, point=12.2)
        for number, day in enumerate(days)
    ]
    frame = make_frame(closes=closes)
    (score,) = _ledger(entries, frame).scores
    assert score.skill_lower is not None
    assert score.skill is not None
    assert score.skill_upper is not None
    assert score.skill_lower < score.skill < score.skill_upper


def test_forecasts_of_one_period_do_not_make_the_coverage_more_certain() -> None:
    one = [make_issued_entry()]
    several = [make_issued_entry(model=model) for model in ("ridge", "drift", "persistence")]
    assert [coverage.upper for coverage in _ledger(one).coverage] == [
        coverage.upper for coverage in _ledger(several).coverage
    ]


@pytest.mark.parametrize("price", [1e-6, 1e6, 1e300, 5e-324])
def test_extreme_numbers_are_scored(price: float) -> None:
    entry = make_issued_entry(last_close=1.7e308, point=-1.7e308, lower=-1.7e308, upper=1.7e308)
    ledger = _ledger([entry], make_frame(closes=[price, price, price, price * 2]))
    (record,) = ledger.records
    assert record.state in {"scored", "unclear"}
    assert "NaN" not in ledger.model_dump_json()


def test_bars_as_they_come_from_the_cache_give_the_same() -> None:
    given = [make_issued_entry(), make_issued_entry(adjusted=True), make_issued_entry(sessions_ahead=2)]
    assert _ledger(given, decode(encode(FOUR_DAYS.columns(), "r")).frame()) == _ledger(given)


def test_records_come_latest_first_page_by_page() -> None:
    days = [DAY - timedelta(days=day) for day in range(3)]
    entries = [
        make_issued_entry(as_of=day, sessions_ahead=ahead, model=model)
        for day in days
        for ahead in (1, 2, 10)
        for model in ("drift", "ridge")
    ]
    whole = _ledger(entries[::-1])
    assert [record.key for record in whole.records] == [entry.key for entry in entries]
    assert whole.next_cursor is None
    paged, cursor, n_pages = [], None, 0
    while n_pages == 0 or cursor is not None:
        page = _ledger(entries, limit=7, cursor=cursor)
        assert (page.scores, page.n_scored, page.coverage) == (whole.scores, whole.n_scored, whole.coverage)
        paged += page.records
        cursor, n_pages = page.next_cursor, n_pages + 1
    assert (paged, n_pages) == (whole.records, 3)


def test_an_entry_added_between_two_pages_moves_no_other() -> None:
    entries = [make_issued_entry(as_of=DAY - timedelta(days=day)) for day in range(4)]
    first = _ledger(entries, limit=2)
    second = _ledger([make_issued_entry(as_of=DAY + timedelta(days=1)), *entries], limit=2, cursor=first.next_cursor)
    assert [record.as_of for record in first.records + second.records] == [entry.as_of for entry in entries]


@pytest.mark.parametrize("change", ["", "x", "==", "ü", "cut", "other"])
def test_an_invalid_cursor_is_refused(change: str) -> None:
    entries = [make_issued_entry(level=level) for level in (80, 85, 90)]
    cursor = _ledger(entries, limit=1).next_cursor
    assert cursor is not None
    other_cursor = _ledger([make_issued_entry(level=50), make_issued_entry(level=51)], limit=1).next_cursor
    wrong = {"": "", "cut": cursor[:-1], "other": other_cursor}.get(change, cursor + change)
    with pytest.raises(InvalidRequest, match="this one is not from this ledger"):
        _ledger(entries, cursor=wrong)
