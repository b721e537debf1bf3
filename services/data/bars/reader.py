"""The cache-aside read: the one place that joins cache and store."""

import asyncio
import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from services.data.ports import BarCache, BarStore, CacheOutcome
from shared import deadline
from shared.errors import StoreUnavailable
from shared.schemas.bars import EncodedBars
from shared.telemetry import tracing

Read = tuple[EncodedBars, CacheOutcome]


@dataclass(frozen=True)
class _Known:
    revision: str
    until: float


class BarReader:
    """Reads bars, once for all who ask for one symbol at a time, and remembers revisions.

    Args:
        store: The truth.
        cache: Asked first.
        seconds: How long a revision is believed without a look at the bars: the cache's lifetime.
        monotonic: The clock.
    """

    def __init__(
        self, store: BarStore, cache: BarCache, *, seconds: float, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._cache = cache
        self._seconds = seconds
        self._monotonic = monotonic
        self._reads: dict[str, asyncio.Future[Read]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._known: dict[str, _Known] = {}
        self._n_changes: Counter[str] = Counter()  # a read that began before a change must not be cached after it
        self._n_resets = 0

    async def read(self, symbol: str) -> Read:
        """Return the bars of `symbol`, from the cache if it has them, undecoded, and what the cache did.

        Raises:
            SymbolNotFound, NoBars: There is nothing to return.
            StoreUnavailable: The cache does not have them, and the store does not answer while the request has time.
        """
        answer = self._reads.get(symbol)
        if answer is None:
            answer = self._reads[symbol] = asyncio.get_running_loop().create_future()
            # In a context of its own: the read is not only for the request that happens to be the first, and ends
            # within the time limits of cache and store.
            task = asyncio.create_task(self._read(symbol, answer), context=tracing.context_of_trace())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        seconds = deadline.seconds_left(math.inf)
        done, _ = await asyncio.wait({answer}, timeout=None if math.isinf(seconds) else max(0.0, seconds))
        if not done:
            raise StoreUnavailable(
                "The data service could not read the bars in the time that was left. Try again in a moment."
            )
        return answer.result()

    async def revision(self, symbol: str) -> str:
        """Return the revision of `symbol`, without a look at the bars if it is known; raises as `read`."""
        known = self._known.get(symbol)
        if known is not None and self._monotonic() < known.until:
            return known.revision
        return (await self.read(symbol))[0].revision

    async def invalidate(self, symbols: set[str] | None) -> None:
        """Evict these symbols, or all for None, and let no read that has begun put them back."""
        if symbols is None:
            self._n_resets += 1
            self._known.clear()
            self._reads.clear()
            await self._cache.evict_all()
            return
        for symbol in symbols:
            self._n_changes[symbol] += 1
            self._reads.pop(symbol, None)
            self._known.pop(symbol, None)
            await self._cache.evict(symbol)

    async def _read(self, symbol: str, answer: asyncio.Future[Read]) -> None:
        """Answer, then cache: a cache that is slow keeps nobody waiting."""
        state, began_at = self._state(symbol), self._monotonic()
        try:
            cached, outcome = await self._cache.get(symbol)
            bars = cached or await self._store.encoded(symbol)
            answer.set_result((bars, outcome))
            # The revision of what was cached is not kept as known: nobody says for how much longer it is believed.
            if cached is None:
                await self._keep(symbol, bars, state, began_at)
        except Exception as error:
            if answer.done():
                raise
            answer.set_exception(error)
            answer.exception()  # seen, even if every caller has gone
        finally:
            answer.cancel()  # if the service stops on the way
            if self._reads.get(symbol) is answer:
                del self._reads[symbol]

    async def _keep(self, symbol: str, bars: EncodedBars, state: tuple[int, int], began_at: float) -> None:
        if state == self._state(symbol):
            self._known[symbol] = _Known(bars.revision, began_at + self._seconds)
            await self._cache.put(symbol, bars)
        if state != self._state(symbol):
            await self._cache.evict(symbol)

    def _state(self, symbol: str) -> tuple[int, int]:
        return self._n_resets, self._n_changes[symbol]
