from datetime import UTC, datetime, timedelta
from typing import Any

from services.data.runs.activity import describe_activity
from services.data.runs.record import RunRecord
from shared.schemas.runs import RunRequest

NOW = datetime(2024, 1, 3, 12, tzinfo=UTC)


def _run(state: str, **minutes_ago: float) -> RunRecord:
    times: Any = {name: NOW - timedelta(minutes=minutes) for name, minutes in minutes_ago.items()}
    usual = {"created_at": NOW, "queued_at": NOW} | times
    return RunRecord(
        id="0" * 16, request=RunRequest(), code="c", universe="u", content="x", n_symbols=1, state=state, **usual
    )


def test_a_run_that_has_begun_waits_since_its_last_result() -> None:
    runs = [(_run("running", progress_at=2), False), (_run("queued", queued_at=50), True)]
    activity = describe_activity(runs, NOW)
    assert activity.progress_age_seconds == 120
    assert (activity.n_by_state["running"], activity.n_by_state["queued"]) == (1, 1)


def test_an_interrupted_run_waits_too_and_one_cancelled_without_an_owner_does_not() -> None:
    assert describe_activity([(_run("running", progress_at=3), True)], NOW).progress_age_seconds == 180
    activity = describe_activity([(_run("cancelling", progress_at=3), True)], NOW)
    assert (activity.n_by_state["cancelled"], activity.progress_age_seconds) == (1, 0)


def test_a_queue_waits_since_it_is_one_or_the_last_run_ended() -> None:
    queue = [(_run("queued", queued_at=30), True), (_run("queued", queued_at=5), True)]
    assert describe_activity(queue, NOW).progress_age_seconds == 1800
    assert describe_activity([*queue, (_run("succeeded", ended_at=1), True)], NOW).progress_age_seconds == 60


def test_where_nothing_is_to_be_computed_nothing_waits() -> None:
    assert describe_activity([(_run("failed", ended_at=9), True)], NOW).progress_age_seconds == 0
