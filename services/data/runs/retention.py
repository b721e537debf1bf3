"""Decides which runs are kept. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from shared.schemas.runs import RunKind, RunRequest, RunState

N_KEPT = 20  # complete runs of each kind, however old
KEPT_FOR = timedelta(days=30)  # and every run that ended within this time


class EndedRun(NamedTuple):
    """A run that has ended."""

    id: str
    request: RunRequest
    state: RunState
    ended_at: datetime


def choose_expired(runs: Iterable[EndedRun], now: datetime) -> set[str]:
    """Return the ids of the runs to remove: neither young nor among the last complete ones of their kind.

    Nor is the last complete run over all symbols removed, at each horizon: leaderboard and screener show it.
    """
    latest_first = sorted(runs, key=lambda run: (run.ended_at, run.id), reverse=True)
    n_complete: dict[RunKind, int] = {}
    shown: set[int] = set()  # horizons
    expired = set()
    for run in latest_first:
        kind, is_kept = run.request.kind, run.ended_at >= now - KEPT_FOR
        if run.state == "succeeded":
            n_complete[kind] = n_complete.get(kind, 0) + 1
            is_over_all = run.request.symbols is None and run.request.as_of is None
            horizons = set(run.request.horizons) if is_over_all else set()
            is_kept |= n_complete[kind] <= N_KEPT or not horizons <= shown
            shown |= horizons
        if not is_kept:
            expired.add(run.id)
    return expired
