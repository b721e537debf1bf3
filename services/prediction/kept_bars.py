"""Bars kept by symbol and form, so that they are read again only when they may have changed.

They are kept encoded, because decoding is faster than finding a worker process that has already decoded them.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal

from services.prediction.ports import BarsReader
from shared.revisions.freshness import Confirmation, Freshness
from shared.schemas.bars import EncodedBars
from shared.schemas.runs import RunSymbol
from shared.web.health import Health

BarsOutcome = Literal["kept", "confirmed", "read"]
OVERHEAD_BYTES = 1_000  # of kept bars without their encoded form: keys and objects
Key = tuple[str, bool]  # symbol, and whether prices are adjusted


class BarsObserver:
    """Observes the kept bars; this one does nothing."""

    def read(self, outcome: BarsOutcome) -> None:
        """Called for each read of bars."""

    def stored(self, n_bytes: int) -> None:
        """Called with the memory that kept bars take, after each change."""

    def alive(self, is_alive: bool) -> None:
        """Called when bars begin or cease to be used without asking."""


@dataclass
class _Kept:
    bars: EncodedBars
    confirmation: Confirmation

    @property
    def n_bytes(self) -> int:
        return OVERHEAD_BYTES + len(self.bars.arrow)


class KeptBars:
    """A BarsReader that asks another one only for bars that may have changed. The least recently used ones go first.

    Args:
        data: Is asked for the others.
        freshness: Says which bars may be used without asking.
        max_bytes: The limit of all kept bars together; 0 keeps none.
        observer: Is told of each read, and of each change of the kept bars.
    """

    def __init__(self, data: BarsReader, freshness: Freshness, max_bytes: int, observer: BarsObserver) -> None:
        self._data = data
        self._freshness = freshness
        self._max_bytes = max_bytes
        self._observer = observer
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()
        self._n_bytes = 0

    async def symbols(self) -> list[str]:
        """Return every symbol that has bars, ascending."""
        return await self._data.symbols()

    async def revisions(self) -> list[RunSymbol]:
        """Return every symbol that has bars, ascending, with the revision of its bars."""
        return await self._data.revisions()

    async def health(self) -> Health:
        """Return the health that the data service reports."""
        return await self._data.health()

    async def current_revision(self, *, symbol: str) -> str | None:
        """Return the revision of the bars of `symbol`, without asking if it is known."""
        for is_adjusted in (False, True):  # adjusted bars have the same revision
            kept = self._kept.get((symbol, is_adjusted))
            if kept is not None and self._freshness.allows(symbol, kept.confirmation):
                return kept.bars.revision
        return await self._data.current_revision(symbol=symbol)

    async def bars(self, *, symbol: str, adjusted: bool, known: EncodedBars | None = None) -> EncodedBars:
        """Return the bars of `symbol`, without asking if they are known to be current."""
        key = symbol, adjusted
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
            if self._freshness.allows(symbol, kept.confirmation):
                self._observer.read("kept")
                return kept.bars
            known = kept.bars
        confirmation = self._freshness.begin(symbol)
        bars = await self._data.bars(symbol=symbol, adjusted=adjusted, known=known)
        self._observer.read("confirmed" if bars is known else "read")
        if not bars.is_stale and self._freshness.is_current(symbol, confirmation):
            self._keep(key, _Kept(bars, confirmation))
        return bars

    def _keep(self, key: Key, kept: _Kept) -> None:
        self._remove(key)
        if kept.n_bytes <= self._max_bytes:
            self._kept[key] = kept
            self._n_bytes += kept.n_bytes
        while self._n_bytes > self._max_bytes:
            self._remove(next(iter(self._kept)))
        self._observer.stored(self._n_bytes)

    def _remove(self, key: Key) -> None:
        kept = self._kept.pop(key, None)
        self._n_bytes -= kept.n_bytes if kept is not None else 0
