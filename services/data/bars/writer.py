"""Writes that a running service makes: a load or a deletion, after which nothing of before is answered."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.data.bars.load import Invalidate, LoadOptions, build_rejection_error, load_symbol
from services.data.ports import BarStore
from services.data.records import RawBars
from shared import deadline
from shared.errors import Busy
from shared.schemas.loads import LoadReport

MAX_LOADS = 2  # at once, each with its whole body in memory; one per core is as fast as it gets


class BarWriter:
    """Loads and deletes, a few at a time."""

    def __init__(self, store: BarStore, invalidate: Invalidate) -> None:
        self._store = store
        self._invalidate = invalidate
        self._slots = asyncio.Semaphore(MAX_LOADS)

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Hold one of the few upload slots, once one is free.

        Raises:
            Busy: None was free while the request had time left.
        """
        try:
            async with asyncio.timeout(deadline.seconds_left(60) / 2):
                await self._slots.acquire()
        except TimeoutError as error:
            raise Busy("Other bars are being loaded. Try again in a moment.") from error
        try:
            yield
        finally:
            self._slots.release()

    async def load(self, raw: RawBars, options: LoadOptions) -> LoadReport:
        """Load the rows of one symbol.

        Raises:
            RowsRejected: Not one row is a bar, or `options.strict` and one is not.
            StoreUnavailable: The symbol is as it was.
        """
        report = await load_symbol(raw, store=self._store, invalidate=self._invalidate, options=options)
        if report.revision is None or not report.inserted + report.updated + report.unchanged:
            raise build_rejection_error({raw.symbol: report.rejected})
        return report

    async def delete(self, symbol: str) -> None:
        """Remove a symbol.

        Raises:
            SymbolNotFound: There is no such symbol.
            StoreUnavailable: It could not be removed, or not all of it.
        """
        try:
            await self._store.delete(symbol)
        finally:  # a failed deletion may have removed some of it
            await self._invalidate({symbol})
