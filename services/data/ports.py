"""What the data service needs from outside."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol, TypeVar

from services.data.records import CatalogueEntry, IssuedEntry, RawBars, StoredSymbol
from shared.schemas.arrow import BarFrame
from shared.schemas.bars import EncodedBars
from shared.schemas.ledger import Kept, LedgerEntry

T = TypeVar("T")
CacheOutcome = Literal["hit", "miss", "corrupt", "unavailable"]
ObserveDuration = Callable[[str, str, float], None]  # what was asked, "ok" or "failed", and how many seconds it took


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

    async def encoded_bars(self, symbol: str) -> EncodedBars:
        """Return the bars of `symbol` as they travel; raises as `bars`."""
        ...

    async def entry(self, symbol: str) -> CatalogueEntry | None:
        """Return what the last load noted about `symbol`; None if no load of ours was."""
        ...

    async def entries(self) -> list[CatalogueEntry]:
        """Return every entry, ascending by symbol, without findings."""
        ...

    async def rewrite(self, symbol: str, decide: Callable[[StoredSymbol | None], tuple[StoredSymbol, T]]) -> T:
        """Replace all that the symbol had, bars and entry, durably; return the second of what `decide` returns.

        A reader sees the old or the new, never a mixture. Rewrites of one symbol follow one another: `decide` gets
        what the one before left, None if there is nothing, and may be called again after a conflict.
        """
        ...

    async def delete(self, symbol: str) -> None:
        """Remove the symbol, its bars and its entry.

        Raises:
            SymbolNotFound: The store has no such symbol.
        """
        ...

    async def ping(self) -> None:
        """Return if the store answers."""
        ...


class ForecastLedger(Protocol):
    """What was forecast. What is in it is never changed, and stays when its symbol is deleted.

    Every method raises StoreUnavailable when the store does not answer or refuses.
    """

    async def add(self, entries: Sequence[LedgerEntry], given_at: datetime) -> Kept:
        """Add durably those entries whose key is not there yet. Of two at once with one key, one is kept."""
        ...

    async def entries(self, symbol: str) -> list[IssuedEntry]:
        """Return every entry of `symbol`, in any order."""
        ...


class ChangeFeed(Protocol):
    """Tells of writes to the store, whoever makes them."""

    def changes(self) -> AsyncIterator[set[str] | None]:
        """Yield the symbols that changed, soon after; None when any may have, at first too. Never ends.

        While it does not work, `ping` says so.
        """
        ...

    async def ping(self) -> None:
        """Return if changes are being told.

        Raises:
            StoreUnavailable: They are not; the detail says what that means.
        """
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

    async def evict_all(self) -> None:
        """Forget all bars."""
        ...

    async def ping(self) -> None:
        """Return if the cache answers.

        Raises:
            StoreUnavailable: It does not.
        """
        ...


class BarSource(Protocol):
    """Where new bars come from, many symbols at once."""

    @property
    def name(self) -> str:
        """Say it as the catalogue will: "sample", "prices.csv"."""
        ...

    @property
    def n_rows(self) -> int:
        """Say how many rows have been read so far, which may be more than have been yielded."""
        ...

    def frames(self) -> Iterator[RawBars]:
        """Yield the rows of one symbol after another; from the beginning at each call."""
        ...


class VendorFailed(Exception):
    """A vendor did not give bars that can be used; nothing of ours has changed.

    Args:
        reason: One sentence for people, without the key: what happened and what to do.
        is_for_all: Whether the next symbol would fail the same way (a wrong key, a used-up quota, no network).
    """

    def __init__(self, reason: str, *, is_for_all: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_for_all = is_for_all


class BarVendor(Protocol):
    """Where new bars of one symbol can be asked for over the network."""

    @property
    def name(self) -> str:
        """Say it as the catalogue will: "tiingo"."""
        ...

    async def bars(self, symbol: str, start: date | None) -> RawBars:
        """Return the rows from session `start` on, all there are without one; none if nothing is newer.

        Raises:
            VendorFailed: It has no such symbol, or gave nothing that can be trusted.
        """
        ...


@dataclass(frozen=True)
class Resources:
    """What a running data service holds open."""

    store: BarStore
    cache: BarCache
    feed: ChangeFeed
    ledger: ForecastLedger
