"""A searchable snapshot of every symbol that has bars, with its catalogue entry."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from services.data.bars.kept_answers import KeptAnswers
from services.data.ports import BarStore
from services.data.records import SAMPLE, CatalogueEntry, LastSession
from services.data.symbols.search import ListedSymbol, SymbolIndex
from shared.errors import StoreUnavailable
from shared.schemas.stocks import StockPage, StockSummary


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The stored symbols and entries at one time; the same object until something may have changed.

    Attributes:
        index: The search in it.
        symbols: Every symbol that has bars, ascending.
        entries: The catalogue's entries, without findings, also of symbols that are no longer stored.
        n_findings: How many findings a symbol has; those without are left out.
        until: When it is read again, by the catalogue's clock.
    """

    index: SymbolIndex
    symbols: list[str]
    entries: dict[str, CatalogueEntry]
    n_findings: dict[str, int]
    until: float


@dataclass(frozen=True)
class _Symbols:
    symbols: list[str]
    until: float


K = TypeVar("K", Snapshot, _Symbols)


class Catalogue:
    """Searches symbols and names in memory.

    Args:
        store: Read again after an invalidation, and when the snapshot is older than `seconds`.
        kept: Says for how long the last answers are served while the store is away.
        seconds: The maximum delay before an unreported change is visible.
        may_trust_memory: Whether changes by other processes would be known, so that the snapshot may be used again.
        monotonic: The clock.
    """

    def __init__(
        self,
        store: BarStore,
        kept: KeptAnswers,
        *,
        seconds: float,
        may_trust_memory: Callable[[], bool] = lambda: True,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._may_trust_memory = may_trust_memory
        self._store = store
        self._kept = kept
        self._seconds = seconds
        self._monotonic = monotonic
        self._snapshot: Snapshot | None = None
        self._n_reads = 0
        self._last_read: Snapshot | None = None  # None also if it failed
        self._symbols: _Symbols | None = None
        self._entries: dict[str, CatalogueEntry] = {}
        self._n_changes = 0
        self._lock = asyncio.Lock()

    async def symbols(self) -> list[str]:
        """Return every symbol that has bars, ascending.

        Raises:
            StoreUnavailable: The store is away, and the symbols are not known from before.
        """
        n_changes, until = self._n_changes, self._monotonic() + self._seconds
        try:
            symbols = await self._store.symbols()
        except StoreUnavailable as error:
            return self._require_kept(self._symbols, error).symbols
        self._kept.store_answered()
        if n_changes == self._n_changes:
            self._symbols = _Symbols(symbols, until)
        return symbols

    async def entry(self, symbol: str) -> CatalogueEntry | None:
        """Return the entry of `symbol`; while the store is away, the last one that was returned, if there is one.

        It is valid only for the bars of its revision, so it is not outdated where those are not.

        Raises:
            StoreUnavailable: The store is away, and nothing is kept.
        """
        n_changes = self._n_changes
        try:
            entry = await self._store.entry(symbol)
        except StoreUnavailable:
            if not self._kept.seconds:
                raise
            self._kept.serve()
            return self._entries.get(symbol)
        if entry is not None and n_changes == self._n_changes:
            self._entries[symbol] = entry
        return entry

    async def search(self, query: str, *, limit: int, cursor: str | None) -> StockPage:
        """Return one page of the symbols that match, best first.

        Raises:
            InvalidRequest: The cursor is not from a page of this query.
            StoreUnavailable: The symbols could not be read.
        """
        snapshot = await self.snapshot()
        matches, next_cursor = snapshot.index.search(query, limit=limit, cursor=cursor)
        stocks = [_build_summary(match, snapshot.entries.get(match.symbol)) for match in matches]
        return StockPage(stocks=stocks, next_cursor=next_cursor)

    async def last_sessions(self) -> dict[str, LastSession | None]:
        """Return the last session and the calendar of every symbol that has bars.

        It is None for symbols that are not expected to be current: the sample, and symbols that we have not loaded.

        Raises:
            StoreUnavailable: The symbols could not be read.
        """
        snapshot = await self.snapshot()
        last_sessions_by_symbol = {
            symbol: LastSession(entry.last_session, entry.listing.calendar)
            for symbol, entry in snapshot.entries.items()
            if entry.source != SAMPLE
        }
        return {symbol: last_sessions_by_symbol.get(symbol) for symbol in snapshot.symbols}

    def invalidate(self) -> None:
        """Read the store again before the next search."""
        self._n_changes += 1
        self._snapshot = None
        self._symbols = None
        self._entries.clear()

    async def snapshot(self) -> Snapshot:
        """Return the current snapshot.

        Raises:
            StoreUnavailable: The symbols could not be read.
        """
        n_reads = self._n_reads
        async with self._lock:  # of concurrent callers, one reads for all that came before it began
            if self._n_reads > n_reads and self._last_read is not None:
                return self._last_read
            snapshot = self._snapshot
            if snapshot is None or self._monotonic() >= snapshot.until or not self._may_trust_memory():
                n_changes = self._n_changes
                self._n_reads, self._last_read = self._n_reads + 1, None
                try:
                    snapshot = self._last_read = await self._read()
                except StoreUnavailable as error:
                    return self._require_kept(self._snapshot, error)
                self._kept.store_answered()
                if n_changes == self._n_changes:
                    self._snapshot = snapshot
                    self._symbols = _Symbols(snapshot.symbols, snapshot.until)
            return snapshot

    def _require_kept(self, known: K | None, error: StoreUnavailable) -> K:
        """Return the last snapshot, marked as stale; raise the store's error if it is too old."""
        if known is None or self._monotonic() >= known.until + self._kept.seconds:
            raise error
        self._kept.serve()
        return known

    async def _read(self) -> Snapshot:
        until = self._monotonic() + self._seconds
        symbols, entry_list, n_findings = await asyncio.gather(
            self._store.symbols(), self._store.entries(), self._store.finding_counts()
        )
        entries = {entry.symbol: entry for entry in entry_list}
        listed = [ListedSymbol(symbol, entries[symbol].name if symbol in entries else None) for symbol in symbols]
        return Snapshot(await asyncio.to_thread(SymbolIndex, listed), symbols, entries, n_findings, until)


def _build_summary(listed: ListedSymbol, entry: CatalogueEntry | None) -> StockSummary:
    if entry is None:
        return StockSummary(symbol=listed.symbol, name=listed.name)
    return StockSummary(
        symbol=listed.symbol,
        name=listed.name,
        first_session=entry.first_session,
        last_session=entry.last_session,
        bars=entry.n_bars,
    )
