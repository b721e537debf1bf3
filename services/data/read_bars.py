"""The cache-aside read: the one place that joins cache and store."""

import asyncio

from services.data.ports import BarCache, BarStore, CacheOutcome, EncodedBars
from shared.arrow import BarFrame, encode


async def read_bars(symbol: str, *, store: BarStore, cache: BarCache) -> tuple[EncodedBars, CacheOutcome]:
    """Return the bars of `symbol`, from the cache if it has them, undecoded, and what the cache did.

    Raises:
        SymbolNotFound, NoBars: There is nothing to return.
        StoreUnavailable: The cache does not have them and the store does not answer.
    """
    cached, outcome = await cache.get(symbol)
    if cached is not None:
        return cached, outcome
    bars = await asyncio.to_thread(_encoded, await store.bars(symbol))
    await cache.put(symbol, bars)
    return bars, outcome


def _encoded(frame: BarFrame) -> EncodedBars:
    revision = frame.revision
    return EncodedBars(revision=revision, arrow=encode(frame, revision))
