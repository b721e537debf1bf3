"""Counts runs by state, and the time since the last progress. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from services.data.runs.record import RunRecord
from services.data.runs.states import OWNED, STATES, current_state
from shared.schemas.runs import RunState


class RunActivity(NamedTuple):
    """The number of runs in each state, and the age of the last progress, in seconds; 0 if no run waits or runs."""

    n_by_state: dict[RunState, int]
    progress_age_seconds: float


def describe_activity(runs: Iterable[tuple[RunRecord, bool]], now: datetime) -> RunActivity:
    """Describe runs, each with whether its lease has ended.

    Progress is a result or a claim. If no run has begun, the age is that of the first in the queue, or that of the end
    of the last run.
    """
    n_by_state: dict[RunState, int] = dict.fromkeys(STATES, 0)
    begun, queued, ended = [], [], []
    for record, is_lost in runs:
        state = current_state(record.state, is_lost=is_lost)
        n_by_state[state] += 1
        if state in (*OWNED, "interrupted"):
            begun.append(record.progress_at or record.queued_at)
        elif state == "queued":
            queued.append(record.queued_at)
        elif record.ended_at is not None:
            ended.append(record.ended_at)
    if begun:
        since = max(begun)
    elif queued:
        since = max([min(queued), *ended])
    else:
        return RunActivity(n_by_state, 0.0)
    return RunActivity(n_by_state, max(0.0, (now - since).total_seconds()))
