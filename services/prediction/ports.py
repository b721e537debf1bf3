"""What the prediction service needs from outside."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, Protocol, TypeVar

from shared.schemas.bars import EncodedBars
from shared.web.health import Health

P = ParamSpec("P")
T = TypeVar("T")


class BarsReader(Protocol):
    """Who has the bars."""

    async def symbols(self) -> list[str]:
        """Return every symbol that has bars, ascending."""
        ...

    async def revision(self, *, symbol: str) -> str:
        """Return the revision of the bars of `symbol`, without the bars."""
        ...

    async def bars(self, *, symbol: str, adjusted: bool) -> EncodedBars:
        """Return the bars of `symbol` as they travel, with prices as they are or adjusted."""
        ...

    async def health(self) -> Health:
        """Return what the service says of itself."""
        ...


class Workers(Protocol):
    """Where CPU work runs."""

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work` away from the event loop and return what it returns or raise what it raises."""
        ...

    async def ping(self) -> None:
        """Return if work can be run.

        Raises:
            Busy: Not yet.
        """
        ...


@dataclass(frozen=True)
class Resources:
    """What a running prediction service holds open."""

    data: BarsReader
    workers: Workers
