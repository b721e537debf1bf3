"""The stored form of a run, and its conversion to the public form. Pure."""

from datetime import datetime

from pydantic import Field

from services.data.runs.rates import Mark, compute_rate, estimate_seconds
from services.data.runs.states import KeptState, current_state
from shared.schemas.runs import Run, RunFailure, RunId, RunRequest
from shared.schemas.wire import Wire


class RunRecord(Wire):
    """The stored form of a run, without its symbols and results."""

    id: RunId
    request: RunRequest
    code: str
    universe: str
    content: str = Field(description="Digest of the request without its symbols, and of the code: the keys' prefix.")
    n_symbols: int
    state: KeptState = "queued"
    created_at: datetime
    queued_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    n_done: int = 0
    n_failed: int = 0
    n_reused: int | None = Field(None, description="Null until it is claimed for the first time.")
    failures: list[RunFailure] = Field([])
    error: str | None = None
    token: int = Field(0, description="Token of the last claim.")
    version: int = Field(1, description="Rises with each change.")
    lease_until: datetime | None = None
    progress_at: datetime | None = Field(None, description="When a result was last written, or the run was claimed.")
    marks: list[Mark] = Field([], description="How far it was at the claim and the last extensions of the lease.")

    def show(self, *, is_lost: bool) -> Run:
        """Build the public form; `is_lost` says whether the lease has ended, by the store's clock."""
        state = current_state(self.state, is_lost=is_lost)
        rate = compute_rate(self.marks, Mark(self.progress_at, self.n_done)) if state == "running" else None
        return Run(
            id=self.id,
            request=self.request,
            state=state,
            created_at=self.created_at,
            started_at=self.started_at,
            ended_at=self.lease_until if state == "cancelled" and self.ended_at is None else self.ended_at,
            n_symbols=self.n_symbols,
            n_done=self.n_done,
            n_failed=self.n_failed,
            n_reused=self.n_reused or 0,
            symbols_per_second=rate,
            seconds_left=estimate_seconds(rate, self.n_symbols - self.n_done),
            failures=self.failures,
            code=self.code,
            universe=self.universe,
            error=self.error,
        )

    def event_id(self, *, is_lost: bool) -> int:
        """Return a number that grows with each change of the public form, including the end of a lease."""
        return 2 * self.version + is_lost
