"""Bring bars in: source → checks → store → cache eviction, with one report per symbol."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date

from services.data.bar_checks import Rejection, rejections
from services.data.ports import BarCache, BarSource, BarStore
from shared.arrow import BarFrame


@dataclass(frozen=True)
class Report:
    """What became of one symbol's rows. Nothing is stored of a symbol that has no good row."""

    symbol: str
    n_stored: int
    rejected: list[Rejection]


async def ingest(source: BarSource, *, store: BarStore, cache: BarCache, today: date) -> AsyncIterator[Report]:
    """Replace the bars of each symbol of `source` by those of its rows that pass the checks.

    Raises:
        StoreUnavailable: The symbols reported before are stored; this one and those after it are as they were.
    """
    for raw in source.frames():
        frame, rejected = _checked(raw, today)
        if not frame.bars.empty:
            await store.replace(frame)
            await cache.evict(frame.symbol)
        yield Report(symbol=frame.symbol, n_stored=len(frame.bars), rejected=rejected)


def _checked(raw: BarFrame, today: date) -> tuple[BarFrame, list[Rejection]]:
    bars = raw.bars.reset_index(drop=True)
    rejected = rejections(bars, today)
    good = bars.drop(index=[rejection.row - 1 for rejection in rejected])
    return BarFrame(symbol=raw.symbol, bars=good.sort_values("session", ignore_index=True)), rejected
