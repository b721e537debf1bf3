"""The ports of the prediction service: what it needs from outside."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, ParamSpec, Protocol, TypeVar

from shared.schemas.bars import EncodedBars
from shared.web.health import Health

P = ParamSpec("P")
T = TypeVar("T")
Item = TypeVar("Item")


class BarsReader(Protocol):
    """Reads bars from the data service."""

    async def symbols(self) -> list[str]:
        """Return every symbol that has bars, ascending."""
        ...

    async def current_revision(self, *, symbol: str) -> str | None:
        """Return the revision of the bars of `symbol`, without the bars."""
        ...

    async def bars(self, *, symbol: str, adjusted: bool, known: EncodedBars | None = None) -> EncodedBars:
        """Return the encoded bars of `symbol`, with raw or adjusted prices: `known` itself if they are current."""
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

    def require_ready(self) -> None:
        """Return if a worker is ready, so that nothing is fetched in vain.

        Raises:
            Busy: No worker is ready.
        """
        ...

    async def wait_until_ready(self) -> None:
        """Return once work can run."""
        ...

    async def ping(self) -> None:
        """Return if work can run.

        Raises:
            Busy: The workers are still starting.
        """
        ...


@dataclass(frozen=True)
class Outcome(Generic[Item, T]):
    """What became of one item: a value, or an error."""

    item: Item
    value: T | None
    error: BaseException | None


class Engine(Protocol):
    """Runs one task over many items, in other processes than those that answer requests."""

    def map_unordered(
        self, task: Callable[[Item], T], items: Iterable[Item], at_once: int
    ) -> Iterator[Outcome[Item, T]]:
        """Yield the outcome of each item as it completes, with `at_once` items under way at most. Blocks.

        An item that ends its process three times has the error ComputationRefused.
        """
        ...

    def cancel(self) -> None:
        """End the map: what has not begun is not begun, and nothing more is yielded. For any thread."""
        ...


@dataclass(frozen=True)
class Resources:
    """The open resources of a running prediction service."""

    data: BarsReader
    workers: Workers
