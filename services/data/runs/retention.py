"""Decides which runs are kept. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from shared.schemas.runs import RunKind, RunState

N_KEPT = 20  # complete runs of each kind, however old
KEPT_FOR = timedelta(days=30)  # and every run that ended within this time


class EndedRun(NamedTuple):
    """A run that has ended."""

    id: str
    kind: RunKind
    state: RunState
    ended_at: datetime


def choose_expired(runs: Iterable[EndedRun], now: datetime) -> set[str]:
    """Return the ids of the runs to remove: neither young nor among the last complete ones of their kind."""
    latest_first = sorted(runs, key=lambda run: (run.ended_at, run.id), reverse=True)
    n_complete: dict[RunKind, int] = {}
    expired = set()
    for run in latest_first:
        if run.state == "succeeded":
            n_complete[run.kind] = n_complete.get(run.kind, 0) + 1
        is_among_last = run.state == "succeeded" and n_complete[run.kind] <= N_KEPT
        if not is_among_last and run.ended_at < now - KEPT_FOR:
            expired.add(run.id)
    return expired
