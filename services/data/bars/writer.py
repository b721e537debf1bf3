"""Writes that a running service makes: a load or a deletion, after which nothing of before is answered."""

import asyncio

from services.data.bars.load import LoadOptions, ingest_symbol, rows_rejected
from services.data.bars.reader import BarReader
from services.data.ports import BarCache, BarStore, RawBars
from services.data.symbols.catalogue import Catalogue
from shared import deadline
from shared.errors import Busy
from shared.schemas.loads import LoadReport

MAX_LOADS = 2  # at once, each with its whole body in memory; one per core is as fast as it gets


class BarWriter:
    """Loads and deletes, a few at a time."""

    def __init__(self, store: BarStore, cache: BarCache, reader: BarReader, catalogue: Catalogue) -> None:
        self._store = store
        self._cache = cache
        self._reader = reader
        self._catalogue = catalogue
        self.places = asyncio.Semaphore(MAX_LOADS)

    async def take_place(self) -> None:
        """Wait for one of the few places; who takes one releases it.

        Raises:
            Busy: None was free while the request had time left.
        """
        try:
            async with asyncio.timeout(deadline.seconds_left(60) / 2):
                await self.places.acquire()
        except TimeoutError as error:
            raise Busy("Other bars are being loaded. Try again in a moment.") from error

    async def load(self, raw: RawBars, options: LoadOptions) -> LoadReport:
        """Load the rows of one symbol.

        Raises:
            RowsRejected: Not one row is a bar, or `options.strict` and one is not.
            StoreUnavailable: The symbol is as it was.
        """
        report = await ingest_symbol(raw, store=self._store, cache=self._cache, options=options)
        if report.revision is None or not report.inserted + report.updated + report.unchanged:
            raise rows_rejected({raw.symbol: report.rejected})
        if not options.dry_run:
            await self._forget(raw.symbol)
        return report

    async def delete(self, symbol: str) -> None:
        """Remove a symbol.

        Raises:
            SymbolNotFound: There is no such symbol.
            StoreUnavailable: It could not be removed, or not all of it.
        """
        await self._store.delete(symbol)
        await self._cache.evict(symbol)
        await self._forget(symbol)

    async def _forget(self, symbol: str) -> None:
        await self._reader.forget({symbol})
        self._catalogue.forget()
