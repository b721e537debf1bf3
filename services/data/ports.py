"""What the data service needs from outside."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

from shared.arrow import BarFrame

CacheOutcome = Literal["hit", "miss", "corrupt", "unavailable"]


@dataclass(frozen=True)
class EncodedBars:
    """One symbol's bars as they travel and as they are cached: `shared.arrow.encode`'s bytes and their revision."""

    revision: str
    arrow: bytes


class BarStore(Protocol):
    """The truth. Every method raises StoreUnavailable when the store does not answer or refuses."""

    async def symbols(self) -> list[str]:
        """Return every symbol, ascending."""
        ...

    async def bars(self, symbol: str) -> BarFrame:
        """Return the bars of `symbol`.

        Raises:
            SymbolNotFound: The store has no such symbol.
            NoBars: It has, but not one row of it can be read as a bar.
        """
        ...

    async def replace(self, frame: BarFrame) -> None:
        """Put these bars in the place of all that the symbol had: a reader sees the old or the new, never a mixture."""
        ...

    async def ping(self) -> None:
        """Return if the store answers."""
        ...


class BarCache(Protocol):
    """Encoded bars for a while. Nothing here raises but `ping`: a cache that is gone costs speed, not an answer."""

    async def get(self, symbol: str) -> tuple[EncodedBars | None, CacheOutcome]:
        """Return what is cached, None unless the outcome is a hit."""
        ...

    async def put(self, symbol: str, bars: EncodedBars) -> None:
        """Keep the bars of `symbol`."""
        ...

    async def evict(self, symbol: str) -> None:
        """Forget the bars of `symbol`."""
        ...

    async def ping(self) -> None:
        """Return if the cache answers.

        Raises:
            StoreUnavailable: It does not.
        """
        ...


class BarSource(Protocol):
    """Where new bars come from."""

    def frames(self) -> Iterator[BarFrame]:
        """Yield the bars of one symbol after another, unchecked: any order, any values."""
        ...


@dataclass(frozen=True)
class Resources:
    """What a running data service holds open."""

    store: BarStore
    cache: BarCache
