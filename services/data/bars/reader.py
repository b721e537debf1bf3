"""The cache-aside read: the only module that combines cache and store."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from services.data.bars.invalidation import Invalidation, Token
from services.data.bars.kept_answers import KeptAnswers
from services.data.ports import BarCache, BarStore, CacheOutcome
from shared.errors import StoreUnavailable
from shared.schemas.bars import EncodedBars
from shared.single_flight import SingleFlight

Read = tuple[EncodedBars, CacheOutcome]


@dataclass(frozen=True)
class _Revision:
    value: str
    valid_until: float


@dataclass(frozen=True)
class _CacheWrite:
    task: asyncio.Task[None]
    read: Read


class BarReader:
    """Reads bars, once for all concurrent callers of a symbol, and remembers revisions.

    Args:
        store: The source of truth.
        cache: Read first.
        kept: Says whether bars beyond their lifetime are served while the store is away.
        may_trust_memory: Whether changes by other processes would be known, so that a revision may be remembered.
        seconds: How long a revision is trusted without reading the bars: the lifetime of a cache entry.
        monotonic: The clock.
    """

    def __init__(
        self,
        store: BarStore,
        cache: BarCache,
        kept: KeptAnswers,
        *,
        seconds: float,
        may_trust_memory: Callable[[], bool] = lambda: True,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._may_trust_memory = may_trust_memory
        self._cache = cache
        self._kept = kept
        self._seconds = seconds
        self._monotonic = monotonic
        self._reads: SingleFlight[Read] = SingleFlight()
        self._cache_writes: dict[Token, _CacheWrite] = {}
        self._revisions: dict[str, _Revision] = {}
        self._last_read: dict[str, str] = {}
        self._invalidation = Invalidation()

    async def read(self, symbol: str) -> Read:
        """Return the encoded bars of `symbol`, from the cache if it has them, and the outcome of the cache.

        While the store is away, bars that the cache keeps beyond their lifetime are returned as stale.

        Raises:
            SymbolNotFound, NoBars: There are no bars to return.
            StoreUnavailable: The cache does not have them, and the store does not answer in the time that is left.
        """
        token = self._invalidation.token(symbol)
        if self._may_trust_memory() and (write := self._cache_writes.get(token)):
            return write.read
        # After an unknown change, a read that began before it must not be joined.
        key = token if self._may_trust_memory() else object()
        try:
            read = await self._reads.run(key, lambda: self._read(symbol))
        except TimeoutError as error:
            raise StoreUnavailable(
                "The data service could not read the bars in the time left for the request. Try again in a moment."
            ) from error
        if read[0].is_stale:
            self._kept.serve()
        elif self._invalidation.is_current(token):
            self._last_read[symbol] = read[0].revision
        return read

    async def current_revision(self, symbol: str) -> str | None:
        """Return the revision of `symbol`, without reading the bars if it is remembered; raises as `read`.

        It is None while it cannot be known because the store is away.
        """
        revision = self._revisions.get(symbol)
        if revision is not None and self._monotonic() < revision.valid_until and self._may_trust_memory():
            return revision.value
        bars, _ = await self.read(symbol)
        return None if bars.is_stale else bars.revision

    def last_revision(self, symbol: str) -> str | None:
        """Return the revision of the bars that were read last; None if none were read since the last known change."""
        return self._last_read.get(symbol)

    async def invalidate(self, symbols: set[str] | None) -> None:
        """Evict these symbols, or all for None, and keep reads that have begun from caching them again."""
        self._forget(symbols)
        # A write to the cache in progress could land after the eviction, and other processes would read it.
        tokens = [token for token in self._cache_writes if symbols is None or token[0] in symbols]
        if tokens:
            await asyncio.wait([self._cache_writes[token].task for token in tokens])
        if symbols is None:
            await self._cache.evict_all()
        for symbol in symbols or ():
            await self._cache.evict(symbol)
        self._forget(symbols)  # again: a read that began meanwhile may have found the entry before it was evicted

    def _forget(self, symbols: set[str] | None) -> None:
        self._invalidation.count(symbols)
        if symbols is None:
            self._revisions.clear()
            self._last_read.clear()
        for symbol in symbols or ():
            self._revisions.pop(symbol, None)
            self._last_read.pop(symbol, None)

    async def _read(self, symbol: str) -> Read:
        token, began_at = self._invalidation.token(symbol), self._monotonic()
        cached, outcome = await self._cache.get(symbol)
        if cached is not None and outcome == "hit":
            # Its revision is not remembered, because the remaining lifetime of the cache entry is unknown.
            return cached, outcome
        try:
            bars = await self._store.encoded_bars(symbol)
        except StoreUnavailable:
            if cached is None or not self._invalidation.is_current(token):
                raise
            return replace(cached, is_stale=True), "stale"
        self._kept.store_answered()
        read: Read = bars, "miss" if outcome == "stale" else outcome
        if self._invalidation.is_current(token):
            self._revisions[symbol] = _Revision(read[0].revision, began_at + self._seconds)
            # A task of its own, so that a slow cache keeps no caller waiting.
            write = asyncio.create_task(self._write_cache(symbol, token, read[0]))
            self._cache_writes[token] = _CacheWrite(write, read)
        return read

    async def _write_cache(self, symbol: str, token: Token, bars: EncodedBars) -> None:
        try:
            # Without trust, it may have been read before a change that the others know: they would read it.
            if self._invalidation.is_current(token) and self._may_trust_memory():
                await self._cache.put(symbol, bars)
            if not self._invalidation.is_current(token):
                await self._cache.evict(symbol)
        finally:
            self._cache_writes.pop(token, None)
