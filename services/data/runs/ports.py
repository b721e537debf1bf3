"""The port of the store of runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from services.data.runs.activity import RunActivity
from services.data.runs.states import EndState
from shared.schemas.runs import Beat, Claim, NewRun, Run, RunSymbol

AnswerKind = Literal["leaderboard", "screener"]
MAX_PAYLOAD_BYTES = 8_000_000  # of one symbol's result
MAX_ANSWER_BYTES = 14_000_000  # a document of MongoDB has at most 16 MB


class RunSnapshot(NamedTuple):
    """A run, and a number that grows with each of its changes."""

    run: Run
    event_id: int


@dataclass(frozen=True)
class SymbolResult:
    """The result of one symbol in a run: a payload, or the reason why there is none."""

    symbol: str
    revision: str
    payload: bytes | None = None
    reason: str | None = None


@dataclass(frozen=True)
class RunAnswer:
    """A leaderboard or a screener of a run, as the prediction service wrote it."""

    run_id: str
    body: bytes


class RunStore(Protocol):
    """Runs over many symbols, and their results by content.

    One run is computed at a time, by an owner whose lease has not ended. Each claim has a higher token:
    writes with an older one are refused, so that a paused owner cannot write after another has taken over.
    All times are the store's. Every method raises StoreUnavailable if the store does not answer or refuses access.
    """

    async def put(self, new: NewRun) -> tuple[Run, bool]:
        """Queue a run, durably, and return it and whether it is new.

        A run with this id does not change, but one that was cancelled or failed is queued again: it keeps its results,
        and tries again the symbols that failed.
        """
        ...

    async def snapshot(self, run_id: str) -> RunSnapshot:
        """Return a run.

        Raises:
            RunNotFound: There is none with this id.
        """
        ...

    async def runs(self) -> list[Run]:
        """Return every run, newest first."""
        ...

    async def symbols(self, run_id: str) -> list[RunSymbol]:
        """Return the symbols of a run; raises as `snapshot`."""
        ...

    async def cancel(self, run_id: str) -> Run:
        """Cancel a run, or ask its owner to; one that has ended does not change. Raises as `snapshot`."""
        ...

    async def delete(self, run_id: str) -> None:
        """Remove a run and its answers. Results stay until no run needs them.

        Raises:
            RunNotFound: There is none with this id.
            RunActive: It is being computed.
        """
        ...

    async def claim(self, owner: str) -> Claim | None:
        """Give this owner the next run: one that was interrupted, else the one that was queued first.

        None if there is none, or another owner computes one.
        """
        ...

    async def extend(self, run_id: str, token: int) -> Beat:
        """Extend the lease.

        Raises:
            NotTheOwner: The token is not that of the last claim, or the run has ended.
        """
        ...

    async def add(self, run_id: str, token: int, result: SymbolResult) -> Beat:
        """Write a result, durably, unless the symbol is done already; raises as `extend`."""
        ...

    async def results(self, run_id: str, symbols: Sequence[RunSymbol]) -> list[SymbolResult]:
        """Return the results of these of its symbols, in their order; raises as `snapshot`."""
        ...

    async def put_answer(self, run_id: str, token: int, kind: AnswerKind, horizon: int, body: bytes) -> None:
        """Write the leaderboard or the screener of a horizon, durably; raises as `extend`."""
        ...

    async def answer(self, run_id: str, kind: AnswerKind, horizon: int) -> RunAnswer:
        """Return the answer of one run.

        Raises:
            NoCompleteRun: It has none at this horizon.
        """
        ...

    async def last_answer(self, kind: AnswerKind, horizon: int) -> RunAnswer:
        """Return the answer of the last succeeded run over all symbols.

        Raises:
            NoCompleteRun: There is none at this horizon, or it has no such answer.
        """
        ...

    async def finish(self, run_id: str, token: int, state: EndState, error: str | None = None) -> Run:
        """End the run, or with "interrupted" only the lease, so that another owner resumes it; raises as `extend`.

        Raises:
            InvalidRequest: It cannot have succeeded: symbols are missing.
        """
        ...

    async def activity(self) -> RunActivity:
        """Return how many runs there are in each state, and since when there was no progress."""
        ...

    async def clean(self) -> int | None:
        """Remove expired runs and results that no run needs; return the number of removed documents.

        None if a run is being computed, or another process cleans: nothing was removed.
        """
        ...
