from datetime import UTC, datetime, timedelta

from services.data.runs.rates import Mark, compute_rate, estimate_seconds

AT = datetime(2024, 1, 3, tzinfo=UTC)


def _mark(seconds: float, n_done: int) -> Mark:
    return Mark(AT + timedelta(seconds=seconds), n_done)


def test_the_rate_is_that_since_the_first_mark() -> None:
    assert compute_rate([_mark(0, 100), _mark(3, 130)], _mark(5, 150)) == 10.0


def test_what_was_reused_is_before_the_first_mark_and_does_not_count() -> None:
    assert compute_rate([_mark(0, 9_000)], _mark(10, 9_020)) == 2.0


def test_a_run_that_stands_still_becomes_slower_with_each_mark() -> None:
    marks = [_mark(0, 0), _mark(3, 30), _mark(6, 30), _mark(9, 30)]
    assert compute_rate(marks, _mark(3, 30)) == 3.333


def test_without_time_there_is_no_rate_and_no_end() -> None:
    assert compute_rate([], Mark(None, 0)) is None
    assert compute_rate([_mark(0, 5)], _mark(0, 5)) is None
    assert estimate_seconds(None, 10) is None
    assert estimate_seconds(0.0, 10) is None
    assert estimate_seconds(4.0, 10) == 2.5
