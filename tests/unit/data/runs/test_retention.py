from datetime import UTC, datetime, timedelta

from services.data.runs.retention import EndedRun, choose_expired
from shared.schemas.runs import RunState

NOW = datetime(2024, 6, 1, tzinfo=UTC)


def _ended(name: str, days_ago: float, state: RunState = "succeeded") -> EndedRun:
    return EndedRun(name, "evaluation", state, NOW - timedelta(days=days_ago))


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
