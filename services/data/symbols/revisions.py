"""Which revision the bars of every symbol have, for a run over many."""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextvars import Context

from services.data.bars.reader import BarReader
from services.data.ports import BarStore
from shared import deadline
from shared.background import retrieve
from shared.errors import Busy, NoBars, StoreUnavailable, SymbolNotFound
from shared.schemas.runs import RunSymbol

READS_AT_ONCE = 8  # half of the store's connections
WAITING_SHARE = 0.8  # of a request's time


class Revisions:
    """Lists revisions. Bars that only another tool has written are read for that, once for all callers.

    Reading continues when a caller's time is over, so that the next callers find more and more.

    Args:
        store: Knows the symbols and the catalogue.
        reader: Reads bars, and remembers their revisions.
    """

    def __init__(self, store: BarStore, reader: BarReader) -> None:
        self._store = store
        self._reader = reader
        self._reading: asyncio.Task[set[str]] | None = None

    async def find_all(self) -> list[RunSymbol]:
        """Return the symbols that have bars, ascending, each with its revision.

        The revision is that of the last read of the bars, else that of our own load, from one read of the catalogue. If
        another tool has changed bars of our own load, the revision from before the change is returned until the bars
        are read.

        Raises:
            Busy: Bars are still being read; a later call finds more of them.
            StoreUnavailable: The store does not answer.
        """
        symbols, entries = await asyncio.gather(self._store.symbols(), self._store.entries())
        loaded = {entry.symbol: entry.revision for entry in entries}
        without_bars: set[str] = set()
        while True:
            known = {symbol: self._reader.last_revision(symbol) or loaded.get(symbol) for symbol in symbols}
            unread = [symbol for symbol in symbols if known[symbol] is None and symbol not in without_bars]
            if not unread:
                return [RunSymbol(symbol=symbol, revision=revision) for symbol, revision in known.items() if revision]
            without_bars |= await self._read_in_time(unread)

    async def aclose(self) -> None:
        """End the reading."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait({self._reading})

    async def _read_in_time(self, symbols: Sequence[str]) -> set[str]:
        """Read these bars, or wait for those that are being read already; return the symbols that have none."""
        reading = self._reading
        if reading is None or reading.done():
            # In a context of its own: the deadline of the request that begins it is not that of the others.
            reading = self._reading = asyncio.create_task(self._read(symbols), context=Context())
            reading.add_done_callback(retrieve)
        await asyncio.wait({reading}, timeout=WAITING_SHARE * deadline.seconds_left(deadline.MAX_SECONDS))
        if not reading.done():
            raise Busy("Bars that another tool has written are being read for the first time. Try again in a moment.")
        return reading.result()

    async def _read(self, symbols: Sequence[str]) -> set[str]:
        rest, without_bars = deque(symbols), set[str]()

        async def read_some() -> None:
            try:
                while rest:
                    await read(rest.popleft())
            finally:
                rest.clear()  # after an error the others end, too

        async def read(symbol: str) -> None:
            try:
                bars, _ = await self._reader.read(symbol)
            except (NoBars, SymbolNotFound):
                without_bars.add(symbol)
            else:
                if bars.is_stale:
                    raise StoreUnavailable("The database does not answer, so revisions are not known. Try again.")

        await asyncio.gather(*(read_some() for _ in range(READS_AT_ONCE)))
        return without_bars
