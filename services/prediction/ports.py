"""The ports of the prediction service: what it needs from outside."""

import asyncio
from collections.abc import AsyncIterator, Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, Literal, ParamSpec, Protocol, TypeVar

from shared.schemas.bars import EncodedBars
from shared.schemas.leaderboard import Leaderboard
from shared.schemas.runs import Beat, Claim, NewRun, Run, RunSymbol
from shared.web.health import Health

P = ParamSpec("P")
T = TypeVar("T")
Item = TypeVar("Item")
EndState = Literal["succeeded", "failed", "cancelled", "interrupted"]


class BarsReader(Protocol):
    """Reads bars from the data service."""

    async def symbols(self) -> list[str]:
        """Return every symbol that has bars, ascending."""
        ...

    async def revisions(self) -> list[RunSymbol]:
        """Return every symbol that has bars, ascending, with the revision of its bars."""
        ...

    async def current_revision(self, *, symbol: str) -> str | None:
        """Return the revision of the bars of `symbol`, without the bars."""
        ...

    async def bars(self, *, symbol: str, adjusted: bool, known: EncodedBars | None = None) -> EncodedBars:
        """Return the encoded bars of `symbol`, with raw or adjusted prices: `known` itself if it is current."""
        ...

    async def health(self) -> Health:
        """Return the health that the data service reports."""
        ...


class Workers(Protocol):
    """Runs CPU work outside of the event loop."""

    async def run(self, key: Hashable, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work` outside of the event loop; return its value or raise its error.

        Equal keys stand for equal work: work that ends its process repeatedly is refused by its key.

        Raises:
            Busy: No worker is ready, too many calls are waiting, the call took too long, or its process died.
            ComputationRefused: The work ended its process repeatedly.
        """
        ...

    def require_room(self) -> None:
        """Check that a call would begin or wait for its turn, so that no bars are fetched in vain.

        Raises:
            Busy: No worker is ready, or those that wait would take too long.
        """
        ...

    async def wait_until_ready(self) -> None:
        """Return once work can run."""
        ...

    async def ping(self) -> None:
        """Check that work can run.

        Raises:
            Busy: The workers are still starting.
        """
        ...


@dataclass(frozen=True)
class Outcome(Generic[Item, T]):
    """The outcome of one item: a value, or an error."""

    item: Item
    value: T | None
    error: BaseException | None


class EngineLost(Exception):
    """The processes that compute cannot be reached; the message says what to do."""


class Engine(Protocol):
    """Runs one task over many items, in processes apart from those that answer requests."""

    def map_unordered(
        self, task: Callable[[Item], T], items: Iterable[Item], per_worker: int
    ) -> Iterator[Outcome[Item, T]]:
        """Yield the outcome of each item as it completes, with `per_worker` items under way for each worker. Blocks.

        An item that ends its process three times has the error ComputationRefused.

        Raises:
            EngineLost: The processes that compute are gone.
        """
        ...

    def cancel(self) -> None:
        """End the map: no further item begins, and nothing more is yielded. Callable from any thread."""
        ...


class RunStore(Protocol):
    """Runs and their results, kept by the data service.

    Every method raises a subclass of Unavailable if the service does not answer. A method with a token raises
    NotTheOwner if the token is not that of the last claim, or the run has ended.
    """

    async def put(self, *, new: NewRun) -> tuple[Run, bool]:
        """Queue a run unless it exists; return it and whether it is new."""
        ...

    async def claim(self, *, owner: str) -> Claim | None:
        """Return the next run to compute, with a lease; None if there is none."""
        ...

    async def extend(self, *, run_id: str, token: int) -> Beat:
        """Extend the lease, and return whether the run is being cancelled."""
        ...

    async def add(self, *, run_id: str, token: int, symbol: str, revision: str, payload: bytes) -> Beat:
        """Write the result of a symbol, durably; repeating it changes nothing."""
        ...

    async def add_failure(self, *, run_id: str, token: int, symbol: str, revision: str, reason: str) -> Beat:
        """Write why a symbol has no result, durably; repeating it changes nothing."""
        ...

    def results(self, *, run_id: str) -> AsyncIterator[bytes]:
        """Yield the stored results, ascending by symbol, in Arrow streams of symbol, revision, payload and reason."""
        ...

    async def put_leaderboard(self, *, run_id: str, token: int, horizon: int, leaderboard: Leaderboard) -> None:
        """Write the leaderboard of a horizon, durably."""
        ...

    async def put_screener(self, *, run_id: str, token: int, horizon: int, body: bytes) -> None:
        """Write the screener of a horizon as an Arrow IPC stream, durably."""
        ...

    async def finish(self, *, run_id: str, token: int, state: EndState, error: str | None = None) -> Run:
        """End the run; with "interrupted" only the lease, so that it is claimed again at once."""
        ...


@dataclass(frozen=True)
class Resources:
    """The open resources of a running prediction service."""

    data: BarsReader
    workers: Workers
    runs: RunStore
    queued: asyncio.Event  # set when a run has been queued here
