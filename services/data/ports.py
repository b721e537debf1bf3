"""The ports of the data service: store, cache, change feed, ledger, sources and vendors."""

from collections.abc import AsyncIterator, Callable, Generator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol, TypeVar

from services.data.records import CatalogueEntry, IssuedEntry, RawBars, SkippedPart, StoredSymbol
from services.data.runs.ports import RunStore
from shared.schemas.arrow import BarFrame
from shared.schemas.bars import EncodedBars
from shared.schemas.ledger import Kept, LedgerEntry

T = TypeVar("T")
CacheOutcome = Literal["hit", "miss", "stale", "corrupt", "unavailable"]
ObserveDuration = Callable[[str, str, float], None]  # command, "ok" or "failed", seconds


class BarStore(Protocol):
    """The source of truth.

    Every method raises StoreUnavailable if the store does not answer or refuses access; every method but `ping` raises
    Busy if it has too many calls at once.
    """

    async def symbols(self) -> list[str]:
        """Return every symbol, ascending."""
        ...

    async def unserved(self) -> list[str]:
        """Return the names of everything else in the store, which is not served, ascending."""
        ...

    async def bars(self, symbol: str) -> BarFrame:
        """Return the bars of `symbol`.

        Raises:
            SymbolNotFound: The store has no such symbol.
            NoBars: The symbol is stored, but none of its rows can be read as a bar.
        """
        ...

    async def encoded_bars(self, symbol: str) -> EncodedBars:
        """Return the bars of `symbol` as an Arrow IPC stream, the form sent between services; raises as `bars`."""
        ...

    async def entry(self, symbol: str) -> CatalogueEntry | None:
        """Return the catalogue entry of `symbol`; None if we have not loaded it."""
        ...

    async def entries(self) -> list[CatalogueEntry]:
        """Return every entry, ascending by symbol, without findings."""
        ...

    async def finding_counts(self) -> dict[str, int]:
        """Return how many findings each symbol has; those without any are left out."""
        ...

    async def rewrite(self, symbol: str, decide: Callable[[StoredSymbol | None], tuple[StoredSymbol, T]]) -> T:
        """Replace the symbol's bars and entry, durably; return the second item that `decide` returns.

        Readers see either the old or the new bars. Rewrites of one symbol run one after another: `decide` receives
        the result of the previous one, None if nothing is stored, and may be called again after a conflict.
        """
        ...

    async def delete(self, symbol: str) -> None:
        """Remove the symbol, its bars and its entry.

        Raises:
            SymbolNotFound: The store has no such symbol.
        """
        ...

    async def ping(self) -> None:
        """Check that the store answers."""
        ...


class ForecastLedger(Protocol):
    """Issued forecasts. An entry never changes, and it stays when its symbol is deleted.

    Every method raises StoreUnavailable if the store does not answer or refuses access.
    """

    async def add(self, entries: Sequence[LedgerEntry], given_at: datetime) -> Kept:
        """Add, durably, the entries whose keys are new. Of two concurrent entries with one key, one is added."""
        ...

    async def entries(self, symbol: str) -> list[IssuedEntry]:
        """Return every entry of `symbol`, in any order."""
        ...


class ChangeFeed(Protocol):
    """Reports writes to the store, by this service and by other tools."""

    @property
    def fence(self) -> int:
        """Return the last write fence: the consumer of `changes` has handled every change before it."""
        ...

    def changes(self) -> AsyncIterator[set[str] | None]:
        """Yield the symbols that changed, soon after; None, also at the start, if any may have. Never ends.

        A symbol whose changes the store does not report is yielded now and then, whether it has changed or not.
        It yields an empty set when `fence` has risen. While the feed does not work, `ping` raises.
        """
        ...

    def age_seconds(self) -> float:
        """Return for how long there may have been changes that the consumer has not handled; infinity if unknown."""
        ...

    async def ping(self) -> None:
        """Check that changes are being reported.

        Raises:
            StoreUnavailable: They are not; the detail describes the consequence.
        """
        ...


class Followers(Protocol):
    """Processes that answer from memory while they know of changes, each with a lease to do so.

    Every method raises StoreUnavailable if the store does not answer.
    """

    async def renew(self, follower: str, fence: int) -> bool:
        """Extend the lease of a follower that knows every change before `fence`; return whether it still had one."""
        ...

    async def raise_fence(self) -> int:
        """Return a new fence, 0 if there are no followers: every change acknowledged before comes before it."""
        ...

    async def count_behind(self, fence: int) -> int:
        """Return how many followers have a lease and do not know every change before the fence."""
        ...

    async def end_leases(self, fence: int) -> None:
        """End the leases of followers that are behind, which notice it at the next renewal."""
        ...


class BarCache(Protocol):
    """Caches encoded bars. Only `ping` raises: without a cache, reads are slower but still succeed."""

    async def get(self, symbol: str) -> tuple[EncodedBars | None, CacheOutcome]:
        """Return the cached bars, None unless the outcome is a hit or, beyond their lifetime, stale."""
        ...

    async def put(self, symbol: str, bars: EncodedBars) -> None:
        """Store the bars of `symbol`."""
        ...

    async def evict(self, symbol: str) -> None:
        """Evict the bars of `symbol`, or return nothing of the cache until that is done."""
        ...

    async def evict_all(self) -> None:
        """Evict all bars, or return nothing of the cache until that is done."""
        ...

    async def ping(self) -> None:
        """Check that the cache answers.

        Raises:
            StoreUnavailable: It does not.
        """
        ...


class BarSource(Protocol):
    """A source of new bars of many symbols."""

    @property
    def name(self) -> str:
        """Return the name for the catalogue: "sample", "prices.csv"."""
        ...

    @property
    def n_rows(self) -> int:
        """Return how many rows have been read so far, which may be more than have been yielded."""
        ...

    @property
    def skipped(self) -> Sequence[SkippedPart]:
        """Return the parts that could not be read so far."""
        ...

    def frames(self) -> Generator[RawBars, None, None]:
        """Yield the rows of one symbol after another; each call starts again."""
        ...


class VendorFailed(Exception):
    """A vendor did not return usable bars; the store is unchanged.

    Args:
        reason: What happened and what to do, in one or two sentences without the key.
        is_for_all: Whether the next symbol would fail the same way (a wrong key, a used-up quota, no network).
    """

    def __init__(self, reason: str, *, is_for_all: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_for_all = is_for_all


class BarVendor(Protocol):
    """A source of new bars over the network, one symbol at a time."""

    @property
    def name(self) -> str:
        """Return the name for the catalogue: "tiingo"."""
        ...

    async def bars(self, symbol: str, start: date | None) -> RawBars:
        """Return the rows from session `start` on, or all rows for None; no rows if there are none.

        Raises:
            VendorFailed: The vendor has no such symbol, or its response is not usable.
        """
        ...


@dataclass(frozen=True)
class Resources:
    """The open resources of a running data service."""

    store: BarStore
    cache: BarCache
    feed: ChangeFeed
    followers: Followers
    ledger: ForecastLedger
    runs: RunStore
