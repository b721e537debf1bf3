"""The states of a run, and what a caller may change in each. Pure.

queued ──claim──► running ──finish──► succeeded, failed
   │                 │ └──lease ends──► interrupted ──claim──► running
   │               cancel                   │
   │                 ▼                    cancel
cancel          cancelling ──finish, or its lease ends──► cancelled ◄── (also from failed:) a new request ──► queued

`interrupted` is not stored: it is the state of a run whose owner's lease has ended.
"""

from typing import Literal, get_args

from shared.schemas.runs import RunState

KeptState = Literal["queued", "running", "cancelling", "cancelled", "succeeded", "failed"]
EndState = Literal["succeeded", "failed", "cancelled", "interrupted"]
OWNED: tuple[KeptState, ...] = ("running", "cancelling")  # an owner computes it, unless its lease has ended
FINAL: tuple[RunState, ...] = ("cancelled", "succeeded", "failed")
STATES: tuple[RunState, ...] = get_args(RunState)
LEASE_SECONDS = 10.0  # an owner extends it every 3 s, so two extensions may fail
OWNER_SECONDS = 3.0


def current_state(state: KeptState, *, is_lost: bool) -> RunState:
    """Return the state that is shown; `is_lost` says whether the lease has ended."""
    if not is_lost or state not in OWNED:
        return state
    return "interrupted" if state == "running" else "cancelled"


def may_be_queued_again(state: RunState) -> bool:
    """Say whether the same request queues the run again; it keeps its results."""
    return state in ("cancelled", "failed")


def state_after_cancel(state: RunState) -> RunState:
    """Return the state after a request to cancel; a run that has ended does not change."""
    if state == "running":
        return "cancelling"
    return "cancelled" if state in ("queued", "interrupted") else state


def may_be_deleted(state: RunState) -> bool:
    """Say whether no owner computes the run."""
    return state not in OWNED
