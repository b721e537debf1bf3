from datetime import UTC, datetime, timedelta
from typing import Any

from services.data.runs.retention import EndedRun, choose_expired
from shared.schemas.runs import RunRequest, RunState

NOW = datetime(2024, 6, 1, tzinfo=UTC)


def _ended(name: str, days_ago: float, state: RunState = "succeeded", **request: Any) -> EndedRun:
    return EndedRun(name, RunRequest(**request), state, NOW - timedelta(days=days_ago))


def test_all_of_the_last_30_days_are_kept() -> None:
    runs = [_ended(f"young-{n}", n / 10) for n in range(300)]
    assert choose_expired(runs, NOW) == set()


def test_the_last_20_complete_ones_are_kept_however_old() -> None:
    runs = [_ended(f"old-{n}", 100 + n) for n in range(25)]
    assert choose_expired(runs, NOW) == {f"old-{n}" for n in range(20, 25)}


def test_young_ones_count_among_the_20() -> None:
    runs = [_ended(f"young-{n}", n) for n in range(15)] + [_ended(f"old-{n}", 100 + n) for n in range(10)]
    assert choose_expired(runs, NOW) == {f"old-{n}" for n in range(5, 10)}


def test_what_did_not_succeed_is_kept_for_30_days_and_takes_no_place() -> None:
    runs = [_ended(f"failed-{n}", 40 + n, "failed") for n in range(30)]
    runs += [_ended("cancelled", 29, "cancelled"), _ended("old", 500)]
    assert choose_expired(runs, NOW) == {f"failed-{n}" for n in range(30)}


def test_the_last_one_over_all_symbols_is_kept_at_each_horizon() -> None:
    runs = [_ended(f"new-{n}", n, symbols=["AAPL"]) for n in range(20)]
    runs += [_ended("shown", 100, horizons=[1, 5]), _ended("shown at 20", 101, horizons=[5, 20])]
    runs += [_ended("not the last", 102, horizons=[1]), _ended("of the past", 90, horizons=[10], as_of="2024-01-02")]
    assert choose_expired(runs, NOW) == {"not the last", "of the past"}
